/** Objects of the simulated API server: their names, their place, and what an API server refuses. */
import { textAt, at, isMap, plain, revealed, type Properties } from "../propertyValues.ts";
import type { Requested } from "../cloud.ts";
import type { Mismatch } from "../schema/validate.ts";

export interface ObjectName {
  readonly name: string;
  /** Empty for an object of the whole cluster. */
  readonly namespace: string;
}

/** Kinds that belong to no namespace. Others of this sort are custom resources without a namespace. */
const clusterKinds: ReadonlySet<string> = new Set([
  "APIService",
  "CSIDriver",
  "CertificateSigningRequest",
  "ClusterRole",
  "ClusterRoleBinding",
  "CustomResourceDefinition",
  "FlowSchema",
  "IngressClass",
  "MutatingWebhookConfiguration",
  "Namespace",
  "Node",
  "PersistentVolume",
  "PriorityClass",
  "PriorityLevelConfiguration",
  "RuntimeClass",
  "StorageClass",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "ValidatingWebhookConfiguration",
  "VolumeAttachment",
]);

/** Where an object lies; its own `namespace` counts only for kinds that have one. */
export function nameOf({ kind, inputs }: Requested, custom: boolean): ObjectName {
  const name = textAt(inputs, "metadata", "name") ?? "";
  const namespace = textAt(inputs, "metadata", "namespace");
  if (clusterKinds.has(kind) || (custom && namespace === undefined)) return { name, namespace: "" };
  return { name, namespace: namespace ?? "default" };
}

/** What an API server says no to, and the SDK's declarations allow. */
export function objectFaults({ kind, inputs }: Requested): Mismatch[] {
  return [...nameFaults(kind, inputs), ...labelFaults(inputs), ...contentFaults(kind, inputs)];
}

function nameFaults(kind: string, inputs: Properties): Mismatch[] {
  const name = textAt(inputs, "metadata", "name");
  const namespace = textAt(inputs, "metadata", "namespace");
  // Names of roles are path segments: system:node, a/b is no name (https://kubernetes.io/docs/concepts/overview/working-with-objects/names/).
  const pattern = /^(?:Cluster)?Role(?:Binding)?$/.test(kind)
    ? pathSegment
    : kind === "Namespace" || kind === "Service"
      ? dnsLabel
      : dnsSubdomain;
  return [
    ...(name === undefined || pattern.test(name) ? [] : [nameFault("metadata.name", name)]),
    ...(namespace === undefined || dnsLabel.test(namespace)
      ? []
      : [nameFault("metadata.namespace", namespace)]),
  ];
}

const dnsLabel = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const dnsSubdomain = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;
const pathSegment = /^(?!\.{1,2}$)[^/%]+$/;

function nameFault(path: string, name: string): Mismatch {
  return { path, reason: `got ${JSON.stringify(name)}; accepted: a DNS-1123 name (a-z, 0-9, "-")` };
}

const labelValue = /^(?:[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?)?$/;

function labelFaults(inputs: Properties): Mismatch[] {
  return Object.entries(openMap(at(inputs, "metadata", "labels")))
    .filter(([, value]) => typeof value === "string" && !labelValue.test(value))
    .map(([key, value]) => ({
      path: `metadata.labels["${key}"]`,
      reason: `got ${JSON.stringify(value)}; accepted: at most 63 letters, digits, "-", "_" and "."`,
    }));
}

const mebibyte = 1_048_576; // what a ConfigMap or Secret may hold, in bytes

function contentFaults(kind: string, inputs: Properties): Mismatch[] {
  if (kind !== "Secret" && kind !== "ConfigMap") return [];
  const texts = Object.entries({ ...openMap(inputs["data"]), ...openMap(inputs["stringData"]) });
  const size = texts.reduce((sum, [, value]) => sum + Buffer.byteLength(String(value)), 0);
  const encoded = kind === "Secret" ? Object.entries(openMap(inputs["data"])) : [];
  return [
    ...(size > mebibyte
      ? [{ path: "data", reason: `has ${String(size)} bytes; accepted: at most 1 MiB` }]
      : []),
    ...texts
      .filter(([key]) => !/^[\w.-]{1,253}$/.test(key))
      .map(([key]) => ({
        path: `data["${key}"]`,
        reason: 'accepted: a key of letters, digits, "-", "_" and "."',
      })),
    ...encoded
      .filter(([, value]) => typeof value === "string" && !isBase64(value))
      .map(([key]) => ({ path: `data["${key}"]`, reason: "is no base64; use stringData for plain text" })),
  ];
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

function openMap(value: unknown): Properties {
  const open = plain(value);
  return isMap(open) ? (revealed(open) as Properties) : {};
}
