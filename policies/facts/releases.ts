/** Helm releases, whichever repository their chart comes from. */
import { at, isMap, type Properties, type Resource } from "../resource.ts";

export interface Release {
  readonly resource: Resource;
  /** Without repository and version: `kube-prometheus-stack`. */
  readonly chart: string;
  readonly values: Properties;
}

export const releaseTypes = ["kubernetes:helm.sh/v3:Release", "kubernetes:helm.sh/v4:Chart"] as const;

/** The release, where the resource is one. */
export function releaseOf(resource: Resource): Release | undefined {
  if (!(releaseTypes as readonly string[]).includes(resource.type)) return undefined;
  const { chart, values } = resource.props;
  if (typeof chart !== "string") return undefined;
  // `oci://host/charts/thanos`, `thanos-community/thanos` and `./charts/thanos-0.38.0.tgz` are the same chart.
  const name = chart
    .replace(/\/+$/, "")
    .replace(/^.*\//, "")
    .replace(/(?:-\d+\.\d+\.\d+.*)?\.tgz$/, "");
  return { resource, chart: name, values: isMap(values) ? values : {} };
}

/** The value at a path such as `prometheus.prometheusSpec.retention`; dots inside a key are written as `\.`. */
export function valueOf({ values }: Release, path: string): unknown {
  return at(values, ...stepsOf(path));
}

/** Where in the resource's properties the value lies, for messages. */
export function valuePath(path: string): string {
  return `values.${path}`;
}

function stepsOf(path: string): string[] {
  return path.split(/(?<!\\)\./).map((step) => step.replaceAll("\\.", "."));
}

/** Whether a chart's template takes it for on: any text is, also `"false"`. */
export function isTruthy(value: unknown): boolean {
  return Boolean(value);
}
