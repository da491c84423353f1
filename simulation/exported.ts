/** The exported state of a stack, and what of it is for Kubernetes: releases and objects, with secrets masked. */
import { isMap } from "./propertyValues.ts";

export interface StackResource {
  readonly urn: string;
  readonly type: string;
  readonly parent?: string;
  readonly inputs?: Record<string, unknown>;
  readonly dependencies?: readonly string[];
  readonly provider?: string;
}

/** As `helm install` would get it. */
export interface ExportedRelease {
  readonly release: string;
  readonly chart: string;
  readonly version: string;
  readonly repo: string;
  readonly namespace: string;
  readonly values: unknown;
  /** `helm template --no-hooks`, `helm install --no-hooks`; absent where the chart's hooks run. */
  readonly hooks?: false;
}

export interface ExportedObject {
  /** `monitoring-configmap-rules.yaml` */
  readonly file: string;
  readonly object: Record<string, unknown>;
}

/** @param text what `pulumi stack export` prints, with or without `--show-secrets` */
export function resourcesOf(text: string): StackResource[] {
  const { deployment } = JSON.parse(text) as { deployment: { resources?: StackResource[] } };
  return deployment.resources ?? [];
}

const releaseType = "kubernetes:helm.sh/v3:Release";

/** @param resources of an export with `--show-secrets`, so that the shape inside a secret is known */
export function releasesOf(resources: readonly StackResource[]): ExportedRelease[] {
  return resources
    .filter(({ type }) => type === releaseType)
    .map(({ inputs = {} }) => {
      const { name, chart, version, repositoryOpts, namespace, values, disableWebhooks } = masked(
        inputs,
      ) as Record<string, unknown>;
      return {
        release: text(name),
        chart: text(chart),
        version: text(version),
        repo: text(isMap(repositoryOpts) ? repositoryOpts["repo"] : ""),
        namespace: text(namespace),
        values: values ?? {},
        ...(disableWebhooks === true && { hooks: false as const }),
      };
    });
}

/** @param resources of an export with `--show-secrets`, so that the shape inside a secret is known */
export function objectsOf(resources: readonly StackResource[]): ExportedObject[] {
  return resources
    .filter(
      ({ type, inputs }) =>
        type.startsWith("kubernetes:") && type !== releaseType && inputs?.["kind"] !== undefined,
    )
    .map(({ inputs = {} }) => {
      const object = encoded(masked(inputs) as Record<string, unknown>);
      const metadata = isMap(object["metadata"]) ? object["metadata"] : {};
      const parts = [metadata["namespace"] ?? "cluster", object["kind"], metadata["name"]].map(text);
      return {
        file: `${parts
          .join("-")
          .toLowerCase()
          .replaceAll(/[^a-z0-9.-]/g, "_")}.yaml`,
        object,
      };
    });
}

const secretKey = "4dabf18193072939515e22adb298388d";
const mask = "[secret]";

/** Without what only the provider reads, and with every text inside a secret hidden. */
function masked(value: unknown, hidden = false): unknown {
  if (Array.isArray(value)) return value.map((inner) => masked(inner, hidden));
  if (!isMap(value)) return hidden ? mask : value;
  if (secretKey in value) {
    const { plaintext } = value;
    return typeof plaintext === "string" ? masked(JSON.parse(plaintext), true) : mask;
  }
  const entries = Object.entries(value).filter(([key]) => !key.startsWith("__"));
  return Object.fromEntries(entries.map(([key, inner]) => [key, masked(inner, hidden)]));
}

/** A masked Secret is still one that an API server takes: `data` is base64. */
function encoded(object: Record<string, unknown>): Record<string, unknown> {
  const { data } = object;
  if (object["kind"] !== "Secret" || !isMap(data)) return object;
  const entries = Object.entries(data).map(([key, value]) => [
    key,
    value === mask ? Buffer.from(mask).toString("base64") : value,
  ]);
  return { ...object, data: Object.fromEntries(entries) };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
