/** The pods that Kubernetes objects make. */
import { at, isMap, listAt, type Properties, type Resource } from "../resource.ts";

export interface PodTemplate {
  readonly resource: Resource;
  /** `spec.template.spec`. */
  readonly path: string;
  readonly spec: Properties;
  /** Of the pod, by which policies and services choose it. */
  readonly labels: Properties;
}

export interface Container {
  readonly pod: PodTemplate;
  /** `spec.template.spec.containers[0]`. */
  readonly path: string;
  readonly container: Properties;
}

/** Whether pods with this `affinity` and these `topologySpreadConstraints` stay on different nodes. */
export function isApart(affinity: unknown, constraints: unknown): boolean {
  return (
    isMap(at(affinity, "podAntiAffinity")) ||
    listAt(constraints).some((each) => at(each, "whenUnsatisfiable") === "DoNotSchedule")
  );
}

/** Where a kind keeps its pod's template; a Pod is its own. */
const templates: Readonly<Record<string, readonly string[]>> = {
  "kubernetes:apps/v1:Deployment": ["spec", "template"],
  "kubernetes:apps/v1:StatefulSet": ["spec", "template"],
  "kubernetes:apps/v1:DaemonSet": ["spec", "template"],
  "kubernetes:apps/v1:ReplicaSet": ["spec", "template"],
  "kubernetes:core/v1:ReplicationController": ["spec", "template"],
  "kubernetes:core/v1:PodTemplate": ["template"],
  "kubernetes:batch/v1:Job": ["spec", "template"],
  "kubernetes:batch/v1:CronJob": ["spec", "jobTemplate", "spec", "template"],
  "kubernetes:core/v1:Pod": [],
};

export const podTypes: readonly string[] = Object.keys(templates);

export function podTemplateOf(resource: Resource): PodTemplate | undefined {
  const steps = templates[resource.type];
  if (steps === undefined) return undefined;
  const template = at(resource.props, ...steps);
  const spec = at(template, "spec");
  if (!isMap(spec)) return undefined;
  const labels = at(template, "metadata", "labels");
  return { resource, path: [...steps, "spec"].join("."), spec, labels: isMap(labels) ? labels : {} };
}

/** Containers, those of the start and those for debugging included. */
export function containersOf(pod: PodTemplate): readonly Container[] {
  return (["initContainers", "containers", "ephemeralContainers"] as const).flatMap((list) =>
    listAt(pod.spec, list)
      .filter(isMap)
      .map((container, index) => ({ pod, path: `${pod.path}.${list}[${String(index)}]`, container })),
  );
}

/** Whether a label selector chooses pods with these labels; none chooses nothing, an empty one everything. */
export function selects(selector: unknown, labels: Properties): boolean {
  if (!isMap(selector)) return false;
  const { matchLabels } = selector;
  return (
    Object.entries(isMap(matchLabels) ? matchLabels : {}).every(([key, value]) => labels[key] === value) &&
    listAt(selector, "matchExpressions").every((expression) => {
      const label = labels[String(at(expression, "key"))];
      const listed = listAt(expression, "values").includes(label);
      switch (at(expression, "operator")) {
        case "In":
          return listed;
        case "NotIn":
          return !listed;
        case "Exists":
          return label !== undefined;
        default:
          return label === undefined;
      }
    })
  );
}
