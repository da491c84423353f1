/** What the Prometheus stack of an example is made of, for tests. */
import assert from "node:assert/strict";
import { parse, stringify } from "yaml";
import type { KubernetesObject } from "../../monitoring/kubernetes/model.ts";
import { monitorObjects } from "../../monitoring/kubernetes/monitors.ts";
import { prometheusStack } from "../../monitoring/kubernetes/prometheusStack.ts";
import { ruleObjects } from "../../monitoring/kubernetes/ruleObjects.ts";
import type { Example } from "./clusterFacts.ts";

/** Whatever a chart's values or an object's fields are. */
export type Tree = ReturnType<typeof parse>;

export function part({ system, facts }: Example) {
  return prometheusStack(system, facts);
}

/** Values of the release, whose shape is the chart's. */
export function values(example: Example): Tree {
  return part(example).release?.values;
}

export function prometheusSpec(example: Example): Tree {
  return values(example).prometheus.prometheusSpec;
}

export function alertmanagerSpec(example: Example): Tree {
  return values(example).alertmanager.alertmanagerSpec;
}

export function grafanaIni(example: Example): Tree {
  return values(example).grafana["grafana.ini"];
}

export function objects(example: Example): readonly KubernetesObject[] {
  return part(example).objects;
}

export function monitors({ system, facts }: Example): readonly KubernetesObject[] {
  return monitorObjects(system, facts).objects;
}

export function rules({ system, facts }: Example): readonly KubernetesObject[] {
  return ruleObjects(system, facts)
    .flatMap((one) => one.objects)
    .filter(({ kind }) => kind === "PrometheusRule");
}

export function find(example: Example, kind: string, name: string): KubernetesObject {
  const found = objects(example).find((object) => object.kind === kind && object.metadata.name === name);
  return found ?? assert.fail(`${kind} ${name} is missing`);
}

export function textOf(example: Example, kind: string, name: string, key: string): string {
  const object = find(example, kind, name) as Tree;
  return (object.stringData ?? object.data)[key];
}

export function jobNames(example: Example): string[] {
  const text = textOf(example, "Secret", "prometheus-scrape-jobs", "scrape-jobs.yaml");
  return (parse(text) as { job_name: string }[]).map((job) => job.job_name);
}

/** Everything that goes onto the cluster, each as a text. */
export function all(example: Example): string[] {
  const { system, facts } = example;
  const parts = [part(example), monitorObjects(system, facts), ...ruleObjects(system, facts)];
  return [toText(values(example)), ...parts.flatMap((one) => one.objects.map(toText))];
}

/** Every key and value of a tree that has no more below it. */
export function leaves(tree: Tree, key = ""): [string, unknown][] {
  if (typeof tree !== "object" || tree === null) return [[key, tree]];
  return Object.entries<Tree>(tree).flatMap(([below, value]) => leaves(value, below));
}

export function toText(value: unknown): string {
  return stringify(value, { aliasDuplicateObjects: false, lineWidth: 0 });
}
