/** Custom resources: any kind of a group that is not built in, once what defines it is there. */
import { Missing, type Requested } from "../cloud.ts";
import type { ResourceDeclaration } from "../schema/declarations.ts";
import type { Fields } from "../schema/types.ts";
import type { Mismatch } from "../schema/validate.ts";
import { at, plain } from "../propertyValues.ts";
import type { World } from "../world.ts";

/** `kubernetes:monitoring.coreos.com/v1:ServiceMonitor`; a built-in group has no dot, or ends in k8s.io. */
export function customResource(token: string): ResourceDeclaration | undefined {
  const [, group = ""] = /^kubernetes:([^/:]+)\/v\w+:\w+$/.exec(token) ?? [];
  if (!group.includes(".") || group.endsWith(".k8s.io") || group === "helm.sh") return undefined;
  return { token, inputs: head, outputs: head, secretOutputs: [], open: true };
}

export function isCustom(token: string): boolean {
  return customResource(token) !== undefined;
}

/** Custom resources are free but for their head. */
export function customFaults({ inputs }: Requested): Mismatch[] {
  const name = plain(at(inputs, "metadata", "name"));
  return name === undefined || name === ""
    ? [{ path: "metadata.name", reason: "is missing; a text is required" }]
    : [];
}

/** Groups whose definitions come with a chart, by the chart's name. */
export const groupsOfCharts: Readonly<Record<string, readonly string[]>> = {
  "cert-manager": ["cert-manager.io", "acme.cert-manager.io"],
  "external-secrets": ["external-secrets.io", "generators.external-secrets.io"],
  "prometheus-operator-crds": ["monitoring.coreos.com"],
  "kube-prometheus-stack": ["monitoring.coreos.com"],
};

/** The last part of a chart's name, which may be a path or an `oci://` address. */
export function chartName(chart: string): string {
  return chart.split("/").at(-1) ?? chart;
}

/** The charts of which one has to be installed before a resource of this type; empty where none is known to be needed. */
export function chartsDefining(token: string): string[] {
  const group = token.split(":")[1]?.split("/")[0] ?? "";
  return Object.keys(groupsOfCharts).filter((chart) => groupsOfCharts[chart]?.includes(group));
}

/**
 * A definition comes before its objects. Groups that no known chart brings are let through.
 * @throws {Missing} in the API server's words, when nothing has brought the definition of a known group
 */
export function assertDefined({ token, kind }: Requested, world: World): void {
  const charts = chartsDefining(token);
  if (charts.length === 0) return;
  const group = token.split(":")[1]?.split("/")[0] ?? "";
  const defined = world.things.some(
    ({ facts }) => facts?.["definesGroup"] === group || charts.includes(facts?.["chart"] ?? ""),
  );
  if (!defined)
    throw new Missing(
      `no matches for kind "${kind}" in group "${group}": its definition comes with the chart ${charts.join(" or ")}, ` +
        "which is not installed; make the object depend on that release",
    );
}

const head: Fields = {
  apiVersion: { type: { kind: "string" }, required: true },
  kind: { type: { kind: "string" }, required: true },
  metadata: { type: { kind: "reference", name: "inputs.meta.v1.ObjectMeta" }, required: true },
};
