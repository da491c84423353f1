/** Custom resources among a plan's objects, and the definitions by which an API server knows their kinds. */
import type { KubernetesObject, KubernetesPlan } from "../../monitoring/kubernetes/model.ts";
import type { CrdSchema } from "./reference.ts";

export function groupOf({ apiVersion }: KubernetesObject): string {
  return apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
}

/** `Kind namespace/name`. */
export function label({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${metadata.namespace === undefined ? "" : `${metadata.namespace}/`}${metadata.name}`;
}

export function objectsOf(plan: KubernetesPlan): KubernetesObject[] {
  return plan.parts.flatMap(({ objects }) => objects);
}

/**
 * Definitions for an API server, made of the schemas of `../shared/crds`. Those forbid unknown fields by
 * `additionalProperties: false`; a definition says nothing, and the server's strict validation forbids them.
 */
export function definitionsOf(
  schemas: readonly CrdSchema[],
  objects: readonly KubernetesObject[],
): KubernetesObject[] {
  return schemas.flatMap(({ group, version, kind, schema }): KubernetesObject[] => {
    const used = objects.find((object) => groupOf(object) === group && object.kind.toLowerCase() === kind);
    if (used === undefined) return [];
    return [
      {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: {
          name: `${kind}s.${group}`,
          annotations: { "api-approved.kubernetes.io": "unapproved, a test's own" },
        },
        spec: {
          group,
          scope: kind.startsWith("cluster") ? "Cluster" : "Namespaced",
          names: { kind: used.kind, plural: `${kind}s`, singular: kind },
          versions: [
            { name: version, served: true, storage: true, schema: { openAPIV3Schema: structural(schema) } },
          ],
        },
      },
    ];
  });
}

function structural(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(structural);
  if (typeof node !== "object" || node === null) return node;
  // How the schemas write Kubernetes' numbers that may be text: ports and quantities.
  if ("oneOf" in node) return { "x-kubernetes-int-or-string": true };
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key, value]) => !(key === "additionalProperties" && value === false))
      .map(([key, value]) => [key, structural(value)]),
  );
}
