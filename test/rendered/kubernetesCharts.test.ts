import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { planKubernetes } from "../../monitoring/kubernetes.ts";
import { charts, type ChartName } from "../../monitoring/kubernetes/charts.ts";
import { endpoints, flows } from "../../monitoring/kubernetes/flows.ts";
import type { KubernetesObject } from "../../monitoring/kubernetes/model.ts";
import { apiServer } from "../../monitoring/kubernetes/outside.ts";
import { operatorName, workloads } from "../../monitoring/kubernetes/workloads.ts";
import type { Labels } from "../../monitoring/model.ts";
import { ensureTools, type Toolchain } from "../../tools/toolchain.ts";
import { parse } from "yaml";
import { startApiServer, type ApiServer } from "./apiServer.ts";
import { unknownValues } from "./chartValues.ts";
import { examples, type Example } from "./clusterFacts.ts";
import { label, objectsOf } from "./customResources.ts";
import { leaveOut, notInReference } from "./reference.ts";
import { chartsFolder, containersOf, noCharts, podTemplates, render } from "./renderedCharts.ts";

/** Pods of the operator's objects are made on the cluster: no rendering has them. */
const ofOperator: readonly string[] = ["prometheus", "alertmanager"];

/** Kinds whose definitions come with the cluster. */
const unknownKinds: readonly string[] = ["CiliumNetworkPolicy"];

/** The operator and the Thanos chart take these from a Secret alone. What is secret in them is named by file. */
const settings: readonly string[] = [
  "alertmanager-notifications",
  "prometheus-scrape-jobs",
  "thanos-objstore",
];

describe("The real charts, with the values of a plan", function () {
  this.timeout(600_000);
  let tools: Toolchain;
  let api: ApiServer;
  const rendered = new Map<Example, KubernetesObject[]>();
  /** What would be on the cluster: objects of the plan and of every release. */
  const everything = (example: Example): KubernetesObject[] => [
    ...objectsOf(planKubernetes(example.system, example.facts)),
    ...(rendered.get(example) ?? assert.fail("nothing was rendered")),
  ];

  before(async function () {
    this.timeout(1_800_000);
    const without = noCharts();
    if (without !== undefined) leaveOut(this, without);
    tools = await ensureTools(["helm", "kube_apiserver", "etcd"]);
    const [missing] = tools.missing;
    if (missing !== undefined) leaveOut(this, missing.reason);
    for (const example of examples) {
      const { parts } = planKubernetes(example.system, example.facts);
      const objects: KubernetesObject[] = [];
      for (const { release } of parts)
        if (release !== undefined)
          objects.push(...(await render(tools.path("helm"), release, example.facts.version)));
      rendered.set(example, objects);
    }
    api = await startApiServer(tools);
    const all = examples.flatMap(everything);
    const definitions = new Map(all.filter(isDefinition).map((object) => [object.metadata.name, object]));
    await api.define([...definitions.values()].map(served));
    for (const object of all.filter(({ kind }) => kind === "Namespace")) await api.apply(object);
  });

  // Absent where the suite was left out.
  after(() => (api as ApiServer | undefined)?.stop());

  it("are those that are pinned", () => {
    for (const name of Object.keys(charts) as ChartName[]) {
      const file = readFileSync(join(chartsFolder, name, "Chart.yaml"), "utf8");
      const { version } = parse(file) as { version: string };
      assert.equal(version.replace(/^v/, ""), charts[name].version.replace(/^v/, ""), name);
    }
  });

  for (const example of examples)
    describe(example.name, () => {
      it("every object is taken by a real Kubernetes API, without a warning", async () => {
        const faults: string[] = [];
        for (const object of everything(example)) {
          if (isDefinition(object) || unknownKinds.includes(object.kind)) continue;
          const { accepted, message, warnings } = await api.dryRun(object);
          if (!accepted) faults.push(`${label(object)}: ${message}`);
          faults.push(...warnings.map((warning) => `${label(object)}: warning: ${warning}`));
        }
        assert.deepEqual(faults, []);
      });

      it("charts that the reference does not have know the keys of their values", () => {
        const unknown = planKubernetes(example.system, example.facts).parts.flatMap(({ release }) => {
          if (release === undefined || !notInReference.includes(release.chart)) return [];
          const values = readFileSync(join(chartsFolder, release.chart, "values.yaml"), "utf8");
          return unknownValues(release.values, { values }).map((path) => `${release.name}: ${path}`);
        });
        assert.deepEqual(unknown, []);
      });

      it("every container says what it needs at least and at most", () => {
        const silent = podTemplates(everything(example)).flatMap((pod) =>
          containersOf(pod)
            .filter(({ resources }) =>
              [resources?.requests, resources?.limits].some(
                (amounts) => amounts?.["cpu"] === undefined || amounts["memory"] === undefined,
              ),
            )
            .map(({ name }) => `${label(pod.owner)}: ${name}`),
        );
        assert.deepEqual(silent, []);
      });

      it("every image has a tag of its own or a digest", () => {
        const loose = podTemplates(everything(example)).flatMap((pod) =>
          containersOf(pod)
            .filter(({ image }) => !/(:(?!latest$)[\w][\w.+-]*|@sha256:[0-9a-f]{64})$/.test(image))
            .map(({ image }) => `${label(pod.owner)}: ${image}`),
        );
        assert.deepEqual(loose, []);
      });

      it("every volume is of the stack's storage class", () => {
        const loose = everything(example).flatMap((object) =>
          claimsOf(object)
            .filter(({ storageClassName }) => storageClassName !== example.facts.storageClass)
            .map(() => label(object)),
        );
        assert.deepEqual(loose, []);
      });

      it("every workload of the table is a pod with its labels and ports, under its account", () => {
        const pods = podTemplates(everything(example));
        assert.ok(pods.length > 15, `only ${String(pods.length)}`);
        const faults = endpoints(example.system)
          .filter(({ name }) => !ofOperator.includes(name))
          .flatMap(({ name, namespace, selector, ports }) => {
            const own = pods.filter((pod) => pod.namespace === namespace && carries(pod.labels, selector));
            if (own.length === 0) return [`${name}: no pod in ${namespace} has ${JSON.stringify(selector)}`];
            const open = own.flatMap((pod) => containersOf(pod)).flatMap(({ ports: of = [] }) => of);
            return Object.entries(ports)
              .filter(
                ([, { number, protocol }]) =>
                  !open.some(
                    (port) => port.containerPort === number && (port.protocol ?? "TCP") === protocol,
                  ),
              )
              .map(([port, { number }]) => `${name}: no container opens ${port} ${String(number)}`);
          });
        assert.deepEqual(faults, []);
      });

      it("every pod has a network policy of its own, and only one workload's labels", () => {
        const known = endpoints(example.system);
        const faults = podTemplates(everything(example)).flatMap(({ owner, namespace, labels }) => {
          const names = known
            .filter((one) => one.namespace === namespace && carries(labels, one.selector))
            .map(({ name }) => name);
          return names.length === 1 ? [] : [`${label(owner)}: ${names.join(", ") || "none"}`];
        });
        assert.deepEqual(faults, []);
      });

      it("every Service of the table is there", () => {
        const there = new Set(everything(example).filter(isService).map(label));
        const absent = workloads(example.system).flatMap(({ name, namespace, services }) =>
          services
            // The operator makes it for the pods of its object.
            .filter((service) => !service.endsWith("-operated"))
            .filter((service) => !there.has(`Service ${namespace}/${service}`))
            .map((service) => `${name}: ${service}`),
        );
        assert.deepEqual(absent, []);
      });

      it("every pod runs under an account that is there, and none under the namespace's default", () => {
        const accounts = new Set(
          everything(example)
            .filter(({ kind }) => kind === "ServiceAccount")
            .map(label),
        );
        const faults = podTemplates(everything(example))
          .filter(
            ({ namespace, spec: { serviceAccountName = "default" } }) =>
              serviceAccountName === "default" ||
              !accounts.has(`ServiceAccount ${namespace}/${serviceAccountName}`),
          )
          .map(({ owner, spec }) => `${label(owner)}: ${spec.serviceAccountName ?? "default"}`);
        assert.deepEqual(faults, []);
      });

      it("every pod that asks the Kubernetes API brings its token, and no other pod has one", () => {
        const all = everything(example);
        const asking = flows(example.system, example.facts).flatMap(({ from, to }) =>
          to === apiServer ? [from] : [],
        );
        const automatic = new Set(
          all
            .filter((object) => object.kind === "ServiceAccount")
            .filter((account) => account["automountServiceAccountToken"] !== false)
            .map(label),
        );
        const faults = podTemplates(all).flatMap(({ owner, namespace, labels, spec }) => {
          const known = endpoints(example.system).find(
            (one) => one.namespace === namespace && carries(labels, one.selector),
          );
          const brought = (spec.volumes ?? []).some(({ projected }) =>
            projected?.sources.some((source) => source.serviceAccountToken !== undefined),
          );
          const mounted =
            spec.automountServiceAccountToken ??
            automatic.has(`ServiceAccount ${namespace}/${spec.serviceAccountName ?? "default"}`);
          const wanted = known !== undefined && asking.includes(known.name);
          return mounted || brought !== wanted ? [label(owner)] : [];
        });
        assert.deepEqual(faults, []);
      });

      it("the operator's objects have the name that their pods' labels are made of", () => {
        const names = everything(example)
          .filter(({ apiVersion }) => apiVersion.startsWith("monitoring.coreos.com/"))
          .filter(({ kind }) => kind === "Prometheus" || kind === "Alertmanager")
          .map(({ kind, metadata }) => [kind, metadata.name]);
        assert.deepEqual(names.sort(), [
          ["Alertmanager", operatorName],
          ["Prometheus", operatorName],
        ]);
      });

      it("no object is there twice", () => {
        const labels = everything(example).map((object) => `${object.apiVersion} ${label(object)}`);
        const twice = labels.filter((one, at) => labels.indexOf(one) < at);
        assert.deepEqual([...new Set(twice)], []);
      });

      it("no Secret has a value, but settings that are only read from one", () => {
        const full = everything(example)
          .filter(({ apiVersion, kind }) => apiVersion === "v1" && kind === "Secret")
          .filter(
            (secret) =>
              Object.keys({ ...(secret["data"] ?? {}), ...(secret["stringData"] ?? {}) }).length > 0,
          )
          .map(({ metadata }) => metadata.name);
        assert.deepEqual(full.sort(), settings);
      });
    });
});

function isDefinition({ kind }: KubernetesObject): boolean {
  return kind === "CustomResourceDefinition";
}

function isService({ apiVersion, kind }: KubernetesObject): boolean {
  return apiVersion === "v1" && kind === "Service";
}

/** Without the webhook that would convert between versions: nothing runs behind it here. */
function served(definition: KubernetesObject): KubernetesObject {
  const { conversion: _conversion, ...spec } = definition["spec"] as Record<string, unknown>;
  const { namespace: _namespace, ...metadata } = definition.metadata;
  return { ...definition, metadata, spec };
}

function carries(labels: Labels, selector: Labels): boolean {
  return Object.entries(selector).every(([name, value]) => labels[name] === value);
}

interface Claim {
  readonly storageClassName?: string;
}

/** Claims of volumes, whoever makes them: itself, a StatefulSet, or one of the operator's objects. */
function claimsOf(object: KubernetesObject): Claim[] {
  const spec = object["spec"] as
    | {
        volumeClaimTemplates?: { spec: Claim }[];
        storage?: { volumeClaimTemplate?: { spec?: Claim } };
      }
    | undefined;
  if (object.kind === "PersistentVolumeClaim") return [spec as Claim];
  const ofOperator = spec?.storage?.volumeClaimTemplate?.spec;
  return [
    ...(object.kind === "StatefulSet"
      ? (spec?.volumeClaimTemplates ?? []).map(({ spec: claim }) => claim)
      : []),
    ...(object.kind === "Prometheus" || object.kind === "Alertmanager" ? [ofOperator ?? {}] : []),
  ];
}
