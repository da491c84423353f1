/** Which bucket a compactor works on, as far as a stack shows it. */
import { posix } from "node:path";
import { at, listAt, type Resource, type Stack } from "../resource.ts";
import type { Compactor } from "./compactors.ts";
import { volumeAt } from "./podVolumes.ts";
import type { Process } from "./processes.ts";
import { releaseOf, valueOf } from "./releases.ts";
import { configurationTypes, storesIn } from "./stores.ts";

/** Whether both may work on one bucket: what can be read of them says no other. */
export function mayShareBucket(stack: Stack, ...both: readonly [Compactor, Compactor]): boolean {
  const [one, other] = [toldOf(stack, both[0]), toldOf(stack, both[1])];
  if (one.bucket !== undefined && other.bucket !== undefined) return one.bucket === other.bucket;
  return one.source === undefined || other.source === undefined || one.source === other.source;
}

/** What a compactor is told of its bucket. */
interface Told {
  /** With its account, in Azure; undefined where it cannot be read. */
  readonly bucket: string | undefined;
  /** The Secret or file that names it; undefined where nothing shows it. */
  readonly source: string | undefined;
}

function toldOf(stack: Stack, { resource, process }: Compactor): Told {
  const own = onlyBucketIn([process?.container?.container ?? resource.props]);
  const source = process === undefined ? sourceOfRelease(resource) : sourceOf(process);
  if (source === undefined) {
    const file = process?.flag("objstore.config-file");
    return { bucket: own, source: file === true ? undefined : file };
  }
  const named = stack
    .ofType(...configurationTypes)
    .filter((one) => objectName(one) === source.name && namespaceOf(one) === namespaceOf(resource));
  return {
    bucket: own ?? onlyBucketIn(named.map(({ props }) => props)),
    source: `${source.name}/${source.key}`,
  };
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
  const file = flag("objstore.config-file");
  if (typeof file !== "string") return undefined;
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

/** The bucket of which alone the values speak, with its account. */
function onlyBucketIn(values: readonly unknown[]): string | undefined {
  const stores = storesIn(values).map(({ bucket, account = "" }) => `${account}/${bucket}`);
  return new Set(stores).size === 1 ? stores[0] : undefined;
}
