/** Who works on a bucket of blocks, and which buckets these are. */
import { at, isMap, known, listAt, type Stack, type StackResource } from "../resource.ts";
import { s3BucketTypes } from "./buckets.ts";
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
export const configurationTypes = [
  "kubernetes:core/v1:Secret",
  "kubernetes:core/v1:ConfigMap",
  "kubernetes:external-secrets.io/v1:ExternalSecret",
  ...types,
];

/**
 * Names of buckets and containers that a Thanos configuration of the stack names; undefined where none does.
 */
export function blockBuckets(stack: Stack): ReadonlySet<string> | undefined {
  const stores = storesIn(stack.ofType(...configurationTypes).map(({ props }) => props));
  const names = new Set(stores.map(({ bucket }) => bucket));
  return names.size === 0 ? undefined : names;
}

/** The same with the buckets that these are copied to: Thanos reads them when the first are lost. */
export function blockBucketsAndCopies(stack: Stack): ReadonlySet<string> | undefined {
  const names = blockBuckets(stack);
  if (names === undefined) return undefined;
  const copies = stack
    .ofType("aws:s3/bucketReplicationConfig:BucketReplicationConfig")
    .filter(({ props }) => known(() => names.has(String(props["bucket"])), true))
    .flatMap(({ props, origins }) => {
      const targets = stack.ofType(...s3BucketTypes).filter(({ urn }) => origins["rules"]?.includes(urn));
      return [
        ...targets.map((target) => known(() => target.props["bucket"], undefined)),
        // An ARN, of which a preview knows nothing.
        ...known(() => listAt(props, "rules").map((rule) => at(rule, "destination", "bucket")), []),
      ];
    })
    .filter((target) => typeof target === "string")
    .map((target) => target.replace(/^.*:/, ""));
  return new Set([...names, ...copies]);
}

export interface Store {
  /** Or container. */
  readonly bucket: string;
  /** Of Azure's. */
  readonly account: string | undefined;
}

/** What Thanos' configurations below the values name. */
export function storesIn(values: readonly unknown[]): readonly Store[] {
  return values
    .flatMap(texts)
    .filter((text) => /\btype:\s*["']?(?:S3|AZURE)\b/i.test(text))
    .flatMap((text) => {
      const [, account] = /\bstorage_account:\s*["']?([a-z0-9]+)/.exec(text) ?? [];
      const names = text.matchAll(/\b(?:bucket|container):\s*["']?([a-z0-9][a-z0-9.-]{2,62})/g);
      return [...names].map(([, bucket = ""]) => ({ bucket, account }));
    });
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
