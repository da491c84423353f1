/** The parts of secrets, certificates and the way in, and what tests look up in them. */
import assert from "node:assert/strict";
import { certificateParts } from "../../monitoring/kubernetes/certificates.ts";
import { externalSecretsParts } from "../../monitoring/kubernetes/externalSecrets.ts";
import { ingress } from "../../monitoring/kubernetes/ingress.ts";
import type { ClusterFacts, HelmRelease, KubernetesObject, Part } from "../../monitoring/kubernetes/model.ts";
import { oauth2Proxy } from "../../monitoring/kubernetes/oauth2Proxy.ts";
import type { System } from "../../monitoring/model.ts";

export type Fields = Readonly<Record<string, unknown>>;

export function edgeParts(system: System, facts: ClusterFacts): Part[] {
  return [
    ...externalSecretsParts(system, facts),
    ...certificateParts(system, facts),
    oauth2Proxy(system, facts),
    ingress(system, facts),
  ];
}

export function specOf(objects: readonly KubernetesObject[], kind: string, name: string): Fields {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  assert.ok(found !== undefined, `no ${kind} ${name}`);
  return found["spec"] as Fields;
}

export function releaseOf(releases: readonly HelmRelease[], name: string): HelmRelease {
  const found = releases.find((release) => release.name === name);
  assert.ok(found !== undefined, `no release ${name}`);
  return found;
}
