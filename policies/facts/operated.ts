/** What the operator is told to run, by its custom resources or by kube-prometheus-stack's values. */
import { at, type Resource } from "../resource.ts";
import { isTruthy, releaseOf, valueOf } from "./releases.ts";

export interface OperatedSpec {
  readonly kind: "Prometheus" | "PrometheusAgent" | "Alertmanager" | "ThanosRuler";
  /** `spec`, `values.prometheus.prometheusSpec`. */
  readonly path: string;
  readonly spec: unknown;
}

const kinds: Readonly<Record<string, OperatedSpec["kind"]>> = {
  "kubernetes:monitoring.coreos.com/v1:Prometheus": "Prometheus",
  "kubernetes:monitoring.coreos.com/v1alpha1:PrometheusAgent": "PrometheusAgent",
  "kubernetes:monitoring.coreos.com/v1:Alertmanager": "Alertmanager",
  "kubernetes:monitoring.coreos.com/v1:ThanosRuler": "ThanosRuler",
};

export const operatedTypes: readonly string[] = Object.keys(kinds);

/** Parts of kube-prometheus-stack, and whether they are on by themselves. */
const parts = [
  { part: "prometheus", kind: "Prometheus", isDefault: true },
  { part: "alertmanager", kind: "Alertmanager", isDefault: true },
  { part: "thanosRuler", kind: "ThanosRuler", isDefault: false },
] as const;

export function specsOf(resource: Resource): readonly OperatedSpec[] {
  const kind = kinds[resource.type];
  if (kind !== undefined) return [{ kind, path: "spec", spec: at(resource.props, "spec") }];
  const release = releaseOf(resource);
  if (release?.chart !== "kube-prometheus-stack") return [];
  return parts.flatMap(({ part, kind: made, isDefault }) => {
    const enabled = valueOf(release, `${part}.enabled`);
    if (enabled === undefined ? !isDefault : !isTruthy(enabled)) return [];
    const path = `${part}.${part}Spec`;
    return [{ kind: made, path: `values.${path}`, spec: valueOf(release, path) }];
  });
}
