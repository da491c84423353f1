/** kubernetes: one API server for the whole simulation, empty but for the namespaces every cluster has. */
import { Missing, type Cloud, type Existing, type Requested } from "../cloud.ts";
import { address, guid, hex, moment } from "../invented.ts";
import { assertDefined, chartName, customFaults, customResource, isCustom } from "../kubernetes/custom.ts";
import { isImmutable } from "../kubernetes/immutable.ts";
import { nameOf, objectFaults } from "../kubernetes/objects.ts";
import { isDefaulted, withName } from "../naming.ts";
import { at, isMap, plain, textAt, type Properties } from "../propertyValues.ts";
import type { Mismatch } from "../schema/validate.ts";
import type { World } from "../world.ts";

const namespaceToken = "kubernetes:core/v1:Namespace";
const releaseToken = "kubernetes:helm.sh/v3:Release";
const autonamed = "pulumi.com/autonamed";

export const kubernetes: Cloud = {
  package: "kubernetes",
  undeclared: customResource,
  complete: (resource, before) =>
    resource.token === releaseToken ? withName(resource, before, "name") : withObjectName(resource, before),
  faults: (resource) => (resource.token === releaseToken ? releaseFaults(resource) : objectsFaults(resource)),
  admit,
  facts: factsOf,
  identify: (resource) => {
    const { namespace, name } = placeOf(resource);
    return namespace === "" ? name : `${namespace}/${name}`;
  },
  outputs: (resource) =>
    resource.token === releaseToken ? releaseOutputs(resource) : objectOutputs(resource),
  replaces: ({ kind }, path) => isImmutable(kind, path),
  functions: {},
};

/** Facts that the rules ask about: see World. */
function factsOf({ token, inputs }: Requested): Record<string, string> | undefined {
  if (token === releaseToken) return { chart: chartName(textAt(inputs, "chart") ?? "") };
  if (!token.endsWith(":CustomResourceDefinition")) return undefined;
  return { definesGroup: textAt(inputs, "spec", "group") ?? "" };
}

function placeOf(resource: Requested) {
  const { token, inputs } = resource;
  if (token !== releaseToken) return nameOf(resource, isCustom(token));
  return { name: textAt(inputs, "name") ?? "", namespace: textAt(inputs, "namespace") ?? "default" };
}

function withObjectName(resource: Requested, before: Properties | undefined): Properties {
  const { inputs, urn, name, token } = resource;
  const metadata = plain(at(inputs, "metadata"));
  if (isCustom(token) || !(metadata === undefined || isMap(metadata))) return inputs;
  if (plain(metadata?.["name"]) !== undefined || plain(metadata?.["generateName"]) !== undefined)
    return inputs;
  const kept =
    textAt(before, "metadata", "annotations", autonamed) === "true"
      ? textAt(before, "metadata", "name")
      : undefined;
  const annotations = plain(metadata?.["annotations"]);
  return {
    ...inputs,
    metadata: {
      ...metadata,
      name: kept ?? `${name}-${hex(urn)}`,
      annotations: { ...(isMap(annotations) ? annotations : {}), [autonamed]: "true" },
    },
  };
}

/** Whether the name is one that the provider drew, so that old and new can stand side by side. */
export function isAutonamed(inputs: Properties): boolean {
  return textAt(inputs, "metadata", "annotations", autonamed) === "true" || isDefaulted(inputs, "name");
}

function objectsFaults(resource: Requested): Mismatch[] {
  return [...objectFaults(resource), ...(isCustom(resource.token) ? customFaults(resource) : [])];
}

function releaseFaults({ inputs }: Requested): Mismatch[] {
  const name = textAt(inputs, "name");
  const valid = name === undefined || /^[a-z0-9](?:[a-z0-9-]{0,51}[a-z0-9])?$/.test(name);
  return valid
    ? []
    : [
        {
          path: "name",
          reason: `got ${JSON.stringify(name)}; accepted: a DNS-1123 name of at most 53 characters`,
        },
      ];
}

function admit(resource: Requested, world: World): void {
  const { token, inputs } = resource;
  const { namespace } = placeOf(resource);
  if (isCustom(token)) assertDefined(resource, world);
  const makesIt = token === releaseToken && plain(inputs["createNamespace"]) === true;
  if (namespace === "" || makesIt || /^(?:default|kube-.+)$/.test(namespace)) return;
  if (!world.has(namespaceToken, namespace)) throw new Missing(`namespaces "${namespace}" not found`);
}

function objectOutputs({ kind, inputs, id, urn }: Existing): Properties {
  const seed = `${urn}|${id}`;
  const balancer = kind === "Service" && textAt(inputs, "spec", "type") === "LoadBalancer";
  return {
    metadata: {
      ...(id.includes("/") ? { namespace: id.split("/")[0] } : {}),
      uid: guid(seed),
      resourceVersion: "1",
      generation: 1,
      creationTimestamp: moment,
    },
    ...(kind === "Service"
      ? { spec: { clusterIP: textAt(inputs, "spec", "clusterIP") ?? "10.0.0.10" } }
      : {}),
    ...(kind === "Namespace" ? { status: { phase: "Active" } } : {}),
    ...(balancer || kind === "Ingress"
      ? { status: { loadBalancer: { ingress: [{ ip: address(seed) }] } } }
      : {}),
  };
}

function releaseOutputs(resource: Existing): Properties {
  const { name, namespace } = placeOf(resource);
  const { inputs } = resource;
  return {
    name,
    namespace,
    resourceNames: {},
    status: {
      name,
      namespace,
      chart: chartName(textAt(inputs, "chart") ?? ""),
      version: textAt(inputs, "version") ?? "",
      revision: 1,
      status: "deployed",
    },
  };
}
