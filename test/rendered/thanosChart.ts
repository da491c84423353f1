/** Thanos of an example as its tests see it, whether the chart makes a workload or the stack: sizes, placement, command line. */
import assert from "node:assert/strict";
import { thanosParts } from "../../monitoring/kubernetes/thanos.ts";
import type { HelmRelease, KubernetesObject } from "../../monitoring/kubernetes/model.ts";
import type { Example } from "./clusterFacts.ts";

/** Values of one component, as far as tests look at them; which keys there are is the chart's own matter. */
export interface ComponentValues {
  readonly enabled: boolean;
  readonly replicaCount: number;
  readonly extraArgs: readonly string[];
  readonly service: Readonly<
    Partial<Record<"httpPort" | "grpcPort" | "port" | "remoteWritePort", number>> & { clusterIP?: string }
  >;
  readonly pdb: { readonly enabled: boolean; readonly maxUnavailable?: number };
  readonly persistence?: {
    readonly enabled: boolean;
    readonly size: string;
    readonly storageClass: string;
  };
  readonly resources: {
    readonly requests: { readonly cpu: string; readonly memory: string };
    readonly limits: { readonly cpu: string; readonly memory: string };
  };
  readonly podLabels: Readonly<Record<string, string>>;
  readonly topologySpreadConstraints?: unknown;
  readonly serviceAccount: { readonly create: boolean; readonly name: string };
  readonly affinity?: unknown;
  readonly extraVolumes: readonly { readonly name: string; readonly configMap?: { readonly name: string } }[];
  readonly vpa?: { readonly enabled: boolean };
  readonly tsdb?: { readonly retention: string };
  readonly hashrings?: { readonly static: readonly { readonly endpoints: { readonly address: string }[] }[] };
  readonly alertQueryUrl?: string;
  readonly extraEnv?: readonly { readonly name: string; readonly value: string }[];
  readonly alertmanagers?: { readonly config: string };
  readonly rules?: Readonly<Record<string, string>>;
  readonly autoImportPrometheusRules?: { readonly enabled: boolean };
  readonly query?: { readonly urls: readonly string[] };
  readonly sharded?: { readonly enabled: boolean; readonly hashPartitioning: { readonly shards: number } };
}

/** The chart's key of each workload. */
export const chartKeys = {
  "thanos-store": "storegateway",
  "thanos-receive": "receive",
  "thanos-ruler": "ruler",
} as const;

export type ChartWorkload = keyof typeof chartKeys;

/** Those that the stack makes itself. */
export const ownWorkloads = ["thanos-query", "thanos-query-frontend", "thanos-compactor"] as const;
export type OwnWorkload = (typeof ownWorkloads)[number];
export type ThanosWorkload = ChartWorkload | OwnWorkload;

export function objectsOf(example: Example): KubernetesObject[] {
  return thanosParts(example.system, example.facts).flatMap(({ objects }) => objects);
}

export function objectOf(example: Example, kind: string, name: string): KubernetesObject {
  const found = objectsOf(example).find((object) => object.kind === kind && object.metadata.name === name);
  return found ?? assert.fail(`${example.name} has no ${kind} ${name}`);
}

/** Text of a ConfigMap or of a Secret. */
export function textOf(example: Example, kind: "ConfigMap" | "Secret", name: string, key: string): string {
  const object = objectOf(example, kind, name);
  const texts = (object["data"] ?? object["stringData"]) as Record<string, string>;
  return texts[key] ?? assert.fail(`${kind} ${name} has no ${key}`);
}

export function releaseOf(example: Example, name: string): HelmRelease {
  const releases = thanosParts(example.system, example.facts).flatMap(({ release }) => release ?? []);
  return releases.find((release) => release.name === name) ?? assert.fail(`no release ${name}`);
}

export function valuesOf(example: Example, workload: ChartWorkload): ComponentValues {
  return releaseOf(example, "thanos").values[chartKeys[workload]] as ComponentValues;
}

/** Workloads of the chart that an example runs. */
export function ofChart(example: Example): ChartWorkload[] {
  return (Object.keys(chartKeys) as ChartWorkload[]).filter((name) => valuesOf(example, name).enabled);
}

/** Workloads that an example runs. */
export function running(example: Example): ThanosWorkload[] {
  return [...ownWorkloads, ...ofChart(example)];
}

/** What a workload's pods are, whoever makes them. */
export interface Pods {
  /** Absent where an autoscaler decides. */
  readonly replicas?: number;
  readonly resources: ComponentValues["resources"];
  readonly affinity?: unknown;
  readonly topologySpreadConstraints?: unknown;
  /** Replicas that may be evicted at once. */
  readonly evictable?: number;
  readonly serviceAccountName: string;
  /** Size of each pod's volume. */
  readonly volume?: string;
}

export function podsOf(example: Example, workload: ThanosWorkload): Pods {
  return isOwn(workload) ? ownPodsOf(example, workload) : chartPodsOf(valuesOf(example, workload));
}

function chartPodsOf(values: ComponentValues): Pods {
  const { affinity, topologySpreadConstraints, pdb, persistence } = values;
  return {
    replicas: values.replicaCount,
    resources: values.resources,
    affinity,
    topologySpreadConstraints,
    ...(pdb.maxUnavailable !== undefined && { evictable: pdb.maxUnavailable }),
    serviceAccountName: values.serviceAccount.name,
    ...(persistence && { volume: persistence.size }),
  };
}

function ownPodsOf(example: Example, workload: OwnWorkload): Pods {
  const { spec } = ownObjectOf(example, workload);
  const { affinity, topologySpreadConstraints, serviceAccountName } = spec.template.spec;
  const budget = objectsOf(example).find(
    ({ kind, metadata }) => kind === "PodDisruptionBudget" && metadata.name === workload,
  ) as { spec: { maxUnavailable: number } } | undefined;
  const volume = spec.volumeClaimTemplates?.[0]?.spec.resources.requests.storage;
  return {
    ...(spec.replicas !== undefined && { replicas: spec.replicas }),
    resources: ownContainer(example, workload).resources,
    affinity,
    topologySpreadConstraints,
    ...(budget && { evictable: budget.spec.maxUnavailable }),
    serviceAccountName,
    ...(volume !== undefined && { volume }),
  };
}

export function isOwn(workload: ThanosWorkload): workload is OwnWorkload {
  return (ownWorkloads as readonly string[]).includes(workload);
}

interface OwnObject {
  readonly spec: {
    readonly replicas?: number;
    readonly template: {
      readonly spec: {
        readonly serviceAccountName: string;
        readonly automountServiceAccountToken: boolean;
        readonly affinity?: unknown;
        readonly topologySpreadConstraints?: unknown;
        readonly containers: readonly OwnContainer[];
      };
    };
    readonly volumeClaimTemplates?: readonly {
      readonly spec: { readonly resources: { readonly requests: { readonly storage: string } } };
    }[];
  };
}

export function ownObjectOf(example: Example, workload: OwnWorkload): OwnObject {
  const kind = workload === "thanos-compactor" ? "StatefulSet" : "Deployment";
  return objectOf(example, kind, workload) as unknown as OwnObject;
}

/** The whole command line of a workload's first pod: what the chart passes by itself, in its words, and the rest. */
export function commandLine(example: Example, workload: ThanosWorkload): string[] {
  if (isOwn(workload)) return [...ownContainer(example, workload).args];
  const values = valuesOf(example, workload);
  return [...passedByChart(example, workload, values), ...values.extraArgs];
}

/** The only container of a workload of the stack's own. */
export function ownContainer(example: Example, workload: OwnWorkload): OwnContainer {
  return ownObjectOf(example, workload).spec.template.spec.containers[0] ?? assert.fail("no container");
}

/** Every command line of an example, by workload. */
export function commandLines(example: Example): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(running(example).map((name) => [name, commandLine(example, name)]));
}

interface OwnContainer {
  readonly args: readonly string[];
  readonly resources: ComponentValues["resources"];
  readonly readinessProbe: { readonly httpGet: { readonly scheme: string } };
  readonly livenessProbe: { readonly httpGet: { readonly scheme: string } };
}

const anywhere = "0.0.0.0";
const bucket = "--objstore.config-file=/etc/thanos/objstore.yml";

function passedByChart(example: Example, workload: ChartWorkload, values: ComponentValues): string[] {
  const { service } = values;
  const http = `--http-address=${anywhere}:${service.httpPort ?? service.port ?? "?"}`;
  const grpc = `--grpc-address=${anywhere}:${service.grpcPort ?? "?"}`;
  switch (workload) {
    case "thanos-store":
      return [
        "store",
        grpc,
        http,
        bucket,
        "--data-dir=/var/thanos/store",
        ...(values.sharded?.enabled ? ["--selector.relabel-config=\n- action: keep"] : []),
      ];
    case "thanos-receive":
      return [
        "receive",
        http,
        grpc,
        `--remote-write.address=${anywhere}:${service.remoteWritePort ?? "?"}`,
        bucket,
        "--tsdb.path=/var/thanos/receive",
        '--label=receive_replica="thanos-receive-0"',
        "--receive.hashrings-file=/etc/thanos/hashrings.json",
        "--receive.hashrings-algorithm=ketama",
        `--receive.local-endpoint=thanos-receive-0.thanos-receive-headless.${example.system.namespace}.svc.cluster.local:${service.grpcPort ?? "?"}`,
        `--tsdb.retention=${values.tsdb?.retention ?? ""}`,
        "--tsdb.wal-compression",
      ];
    case "thanos-ruler":
      return [
        "rule",
        http,
        grpc,
        "--data-dir=/var/thanos/ruler",
        bucket,
        "--rule-file=/etc/thanos/rules/*.yaml",
        '--label=ruler_replica="thanos-ruler-0"',
        "--alert.label-drop=ruler_replica",
        "--alertmanagers.config-file=/etc/thanos/alertmanagers.yaml",
        "--query.config-file=/etc/thanos/query-urls.yaml",
        `--alert.query-url=${values.alertQueryUrl ?? ""}`,
      ];
  }
}
