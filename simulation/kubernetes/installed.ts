/** A cluster that is there already has on it what the stack's configuration says: kinds that no release of the stack brings. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { World } from "../world.ts";
import { groupsOfCharts } from "./custom.ts";

/** What the words of `vigil:cluster.installed` stand for: the chart that would bring the kinds, and its namespace. */
const installations: Readonly<Record<string, { readonly chart: string; readonly namespace?: string }>> = {
  "cert-manager": { chart: "cert-manager", namespace: "cert-manager" },
  "operator-crds": { chart: "prometheus-operator-crds" },
};

/** @param configFile the stack's own; what it does not say is not there */
export function assumeInstalled(folder: string, configFile: string): void {
  if (!existsSync(configFile)) return;
  const { config } = (parse(readFileSync(configFile, "utf8")) ?? {}) as {
    config?: { "vigil:cluster"?: { installed?: readonly string[] } };
  };
  const found = (config?.["vigil:cluster"]?.installed ?? []).flatMap((name) => installations[name] ?? []);
  if (found.length === 0) return;
  const world = new World(join(folder, "world.json"));
  for (const { chart, namespace } of found) {
    if (namespace !== undefined)
      world.add({ token: "kubernetes:core/v1:Namespace", id: namespace, urn: "", external: true });
    for (const group of groupsOfCharts[chart] ?? [])
      world.add({
        token: "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition",
        id: `installed.${group}`,
        urn: "",
        external: true,
        facts: { definesGroup: group },
      });
  }
}
