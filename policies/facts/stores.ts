/** Who works on a bucket of blocks, and which buckets these are. */
import { at, isMap, type Stack, type StackResource } from "../resource.ts";
import { unpacked } from "./payloads.ts";
import { podTypes } from "./podTemplates.ts";
import { processesOf } from "./processes.ts";
import { releaseOf, releaseTypes, valueOf } from "./releases.ts";
import { scriptTypes } from "./scripts.ts";
import { objectStoreFlags } from "./servers.ts";

const types: readonly string[] = [
  ...releaseTypes,
  ...podTypes,
  ...scriptTypes,
  "kubernetes:monitoring.coreos.com/v1:Prometheus",
  "pulumi-nodejs:dynamic/vigil:Service",
];

/** Resources with a Thanos component that reads or writes object storage. */
export function storeReaders(stack: Stack): readonly StackResource[] {
  return stack.ofType(...types).filter((resource) => {
    if (at(resource.props, "spec", "thanos", "objectStorageConfig") !== undefined) return true;
    const release = releaseOf(resource);
    if (release !== undefined)
      return (
        valueOf(release, "prometheus.prometheusSpec.thanos.objectStorageConfig") !== undefined ||
        (release.chart === "thanos" &&
          ["storegateway", "storeGateway", "receive", "ruler"].some(
            (part) => valueOf(release, `${part}.enabled`) === true,
          ))
      );
    return processesOf(resource).some(({ flag }) =>
      objectStoreFlags.some((name) => flag(name) !== undefined),
    );
  });
}

/** Kinds whose texts may hold the configuration of object storage. */
const configurationTypes = [
  "kubernetes:core/v1:Secret",
  "kubernetes:core/v1:ConfigMap",
  "kubernetes:external-secrets.io/v1:ExternalSecret",
  ...types,
];

/**
 * Names of buckets and containers that a Thanos configuration of the stack names; undefined where none can be read, as in
 * an exported state whose secrets are hidden.
 */
export function blockBuckets(stack: Stack): ReadonlySet<string> | undefined {
  const names = stack
    .ofType(...configurationTypes)
    .flatMap(({ props }) => texts(props))
    .filter((text) => /\btype:\s*["']?(?:S3|AZURE)\b/i.test(text))
    .flatMap((text) => [...text.matchAll(/\b(?:bucket|container):\s*["']?([a-z0-9][a-z0-9.-]{2,62})/g)])
    .map(([, name = ""]) => name);
  return names.length === 0 ? undefined : new Set(names);
}

/** Every text below a value, base64 of a Secret's data opened. */
function texts(value: unknown): string[] {
  if (typeof value === "string")
    return /^[A-Za-z0-9+/]{24,}={0,2}$/.test(value)
      ? [Buffer.from(value, "base64").toString("utf8")]
      : [unpacked(value)];
  if (Array.isArray(value)) return value.flatMap(texts);
  return isMap(value) ? Object.values(value).flatMap(texts) : [];
}
