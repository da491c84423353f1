/**
 * Rules as objects, one a group: those of Prometheus for its operator, those of Thanos Ruler as ConfigMaps that its pods
 * mount. A change of one alert is a change of one object.
 */
import type { System } from "../model.ts";
import { ruleGroups, type RuleGroup, type RuleOptions } from "../rules.ts";
import { toYaml } from "../yaml.ts";
import type { ClusterFacts, KubernetesObject, Part } from "./model.ts";
import { ownObject } from "./names.ts";

/** A ConfigMap with one group of Thanos Ruler. */
export interface RulerConfigMap {
  readonly name: string;
  /** Key of the text, and a good file name. */
  readonly key: string;
  readonly text: string;
}

/** `rules` come after the operator, whose kinds they are; `ruler-rules` before whoever mounts them. */
export function ruleObjects(system: System, { hostname }: ClusterFacts): Part[] {
  const links: RuleOptions = { dashboardBase: `https://${hostname}/grafana/d` };
  const ruler = rulerConfigMaps(system, links);
  return [
    {
      name: "rules",
      about: "What Prometheus records and alerts on, one object for each group.",
      after: ["prometheus-stack"],
      objects: ruleGroups(system, "prometheus", links).map((group) => prometheusRule(system, group)),
    },
    ...(ruler.length === 0
      ? []
      : [
          {
            name: "ruler-rules",
            about: "What Thanos Ruler alerts on over long-term data, one object for each group.",
            after: ["foundation"],
            objects: ruler.map(({ name, key, text }) =>
              ownObject({
                apiVersion: "v1",
                kind: "ConfigMap",
                metadata: { name, namespace: system.namespace },
                data: { [key]: text },
              }),
            ),
          },
        ]),
  ];
}

/** What Thanos Ruler's pods mount, in the order of the groups. */
export function rulerConfigMaps(system: System, links: RuleOptions = {}): RulerConfigMap[] {
  return ruleGroups(system, "thanos-ruler", links).map((group) => ({
    name: `thanos-ruler-rules-${objectName(group.name)}`,
    key: `${objectName(group.name)}.yaml`,
    text: toYaml({ groups: [group] }),
  }));
}

function prometheusRule(system: System, group: RuleGroup): KubernetesObject {
  return ownObject({
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: { name: objectName(group.name), namespace: system.namespace },
    spec: { groups: [group] },
  });
}

/** A group's name as Kubernetes takes it. */
function objectName(group: string): string {
  return group.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
}
