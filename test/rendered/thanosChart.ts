/** The Thanos release of an example as its tests see it: typed values, and the command line of each component. */
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
  readonly serviceAccount: { readonly create: boolean; readonly name: string };
  readonly affinity?: unknown;
  readonly extraVolumes: readonly { readonly name: string; readonly configMap?: { readonly name: string } }[];
  readonly vpa?: { readonly enabled: boolean };
  readonly replicaLabels?: readonly string[];
  readonly retention?: {
    readonly resolutionRaw: string;
    readonly resolution5m: string;
    readonly resolution1h: string;
  };
  readonly tsdb?: { readonly retention: string };
  readonly hashrings?: { readonly static: readonly { readonly endpoints: { readonly address: string }[] }[] };
  readonly alertQueryUrl?: string;
  readonly alertmanagers?: { readonly config: string };
  readonly rules?: Readonly<Record<string, string>>;
  readonly autoImportPrometheusRules?: { readonly enabled: boolean };
  readonly query?: { readonly urls: readonly string[] };
  readonly sharded?: { readonly enabled: boolean; readonly hashPartitioning: { readonly shards: number } };
}

/** The chart's key of each workload. */
export const chartKeys = {
  "thanos-query": "query",
  "thanos-store": "storegateway",
  "thanos-compactor": "compactor",
  "thanos-receive": "receive",
  "thanos-ruler": "ruler",
} as const;

export type ThanosWorkload = keyof typeof chartKeys;

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

export function valuesOf(example: Example, workload: ThanosWorkload): ComponentValues {
  return releaseOf(example, "thanos").values[chartKeys[workload]] as ComponentValues;
}

/** Workloads that an example runs. */
export function running(example: Example): ThanosWorkload[] {
  return (Object.keys(chartKeys) as ThanosWorkload[]).filter((name) => valuesOf(example, name).enabled);
}

/** The whole command line of a workload's first pod: what the chart passes by itself, in its words, and the rest. */
export function commandLine(example: Example, workload: ThanosWorkload): string[] {
  const values = valuesOf(example, workload);
  return [...passedByChart(example, workload, values), ...values.extraArgs];
}

/** The only container of the query frontend, which is an object of the stack's own. */
export function frontendContainer(example: Example): Frontend {
  const { spec } = objectOf(example, "Deployment", "thanos-query-frontend") as unknown as {
    spec: { template: { spec: { containers: Frontend[] } } };
  };
  return spec.template.spec.containers[0] ?? assert.fail("no container");
}

/** Every command line of an example, by workload. */
export function commandLines(example: Example): Readonly<Record<string, readonly string[]>> {
  const ofChart = running(example).map((name) => [name, commandLine(example, name)] as const);
  return { ...Object.fromEntries(ofChart), "thanos-query-frontend": frontendContainer(example).args };
}

interface Frontend {
  readonly args: readonly string[];
  readonly readinessProbe: { readonly httpGet: { readonly scheme: string } };
  readonly livenessProbe: { readonly httpGet: { readonly scheme: string } };
}

const anywhere = "0.0.0.0";
const bucket = "--objstore.config-file=/etc/thanos/objstore.yml";

function passedByChart(example: Example, workload: ThanosWorkload, values: ComponentValues): string[] {
  const { service } = values;
  const http = `--http-address=${anywhere}:${service.httpPort ?? service.port ?? "?"}`;
  const grpc = `--grpc-address=${anywhere}:${service.grpcPort ?? "?"}`;
  switch (workload) {
    case "thanos-query":
      return [
        "query",
        http,
        grpc,
        ...(values.replicaLabels ?? []).map((label) => `--query.replica-label=${label}`),
      ];
    case "thanos-store":
      return [
        "store",
        grpc,
        http,
        bucket,
        "--data-dir=/var/thanos/store",
        ...(values.sharded?.enabled ? ["--selector.relabel-config=\n- action: keep"] : []),
      ];
    case "thanos-compactor":
      return [
        "compact",
        http,
        bucket,
        "--data-dir=/var/thanos/compact",
        "--wait",
        `--retention.resolution-raw=${values.retention?.resolutionRaw ?? ""}`,
        `--retention.resolution-5m=${values.retention?.resolution5m ?? ""}`,
        `--retention.resolution-1h=${values.retention?.resolution1h ?? ""}`,
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
