/** Who works on a bucket of blocks, and which buckets these are. */
import { posix } from "node:path";
import { at, isMap, known, listAt, type Resource, type Stack, type StackResource } from "../resource.ts";
import { s3BucketTypes } from "./buckets.ts";
import type { Compactor } from "./compactors.ts";
import { unpacked } from "./payloads.ts";
import { podTypes } from "./podTemplates.ts";
import { volumeAt } from "./podVolumes.ts";
import { processesOf, type Process } from "./processes.ts";
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
 * Names of buckets and containers that a Thanos configuration of the stack names, and of their copies; undefined where none
 * can be read, as in an exported state whose secrets are hidden.
 */
export function blockBuckets(stack: Stack): ReadonlySet<string> | undefined {
  const names = namedIn(stack.ofType(...configurationTypes).map(({ props }) => props));
  return names.size === 0 ? undefined : new Set([...names, ...copiesOf(stack, names)]);
}

/** Names of buckets that these are copied to: Thanos reads them when the first are lost. */
function copiesOf(stack: Stack, names: ReadonlySet<string>): readonly string[] {
  return stack
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
}

/**
 * The bucket that a compactor works on, or the Secret or file that names it where that cannot be read; undefined where
 * nothing shows it.
 */
export function bucketOf(stack: Stack, { resource, process }: Compactor): string | undefined {
  const own = onlyOne(namedIn([process?.container?.container ?? resource.props]));
  if (own !== undefined) return own;
  const source = process === undefined ? sourceOfRelease(resource) : sourceOf(process);
  if (source === undefined) {
    const file = process?.flag("objstore.config-file");
    return file === true ? undefined : file;
  }
  const named = stack
    .ofType(...configurationTypes)
    .filter((one) => objectName(one) === source.name && namespaceOf(one) === namespaceOf(resource));
  return onlyOne(namedIn(named.map(({ props }) => props))) ?? `${source.name}/${source.key}`;
}

/** A Secret or ConfigMap, and what of it. */
interface Source {
  readonly name: string;
  readonly key: string;
}

function sourceOf({ container, flag }: Process): Source | undefined {
  if (container === undefined) return undefined;
  const [, variable] = /^\$\((\w+)\)$/.exec(String(flag("objstore.config"))) ?? [];
  if (variable !== undefined) {
    const given = listAt(container.container, "env").find((each) => at(each, "name") === variable);
    const from = at(given, "valueFrom");
    const reference = at(from, "secretKeyRef") ?? at(from, "configMapKeyRef");
    return sourceFrom(at(reference, "name"), at(reference, "key"));
  }
  const file = String(flag("objstore.config-file"));
  const volume = volumeAt(container, file)?.volume;
  const name = at(volume, "secret", "secretName") ?? at(volume, "configMap", "name");
  return sourceFrom(name, posix.basename(file));
}

/** Of thanos-community's chart, or Bitnami's. */
function sourceOfRelease(resource: Resource): Source | undefined {
  const release = releaseOf(resource);
  if (release === undefined) return undefined;
  return sourceFrom(
    valueOf(release, "global.objstore.secretName") ?? valueOf(release, "existingObjstoreSecret"),
    valueOf(release, "global.objstore.secretKey") ?? "objstore.yml",
  );
}

function sourceFrom(name: unknown, key: unknown): Source | undefined {
  return typeof name === "string" ? { name, key: String(key) } : undefined;
}

/** What an object is called in its cluster; an ExternalSecret as the Secret that it makes. */
function objectName({ props }: Resource): unknown {
  return at(props, "spec", "target", "name") ?? at(props, "metadata", "name");
}

function namespaceOf({ props }: Resource): unknown {
  return at(props, "metadata", "namespace") ?? props["namespace"];
}

function onlyOne(names: ReadonlySet<string>): string | undefined {
  return names.size === 1 ? [...names][0] : undefined;
}

/** Names of buckets and containers in Thanos' configurations below the values. */
function namedIn(values: readonly unknown[]): ReadonlySet<string> {
  const names = values
    .flatMap(texts)
    .filter((text) => /\btype:\s*["']?(?:S3|AZURE)\b/i.test(text))
    .flatMap((text) => [...text.matchAll(/\b(?:bucket|container):\s*["']?([a-z0-9][a-z0-9.-]{2,62})/g)])
    .map(([, name = ""]) => name);
  return new Set(names);
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
