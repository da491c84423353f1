/** Replicas and resources of the stack's components. */
import type { Component, Sizing, System } from "../model.ts";
import { bytes } from "../units.ts";
import type { Finding } from "./finding.ts";

export function checkSizing(system: System): Finding[] {
  return [...system.components.flatMap(checkResources), ...checkReplicas(system), ...checkReceive(system)];
}

function checkResources({ component, replicas, maxReplicas, requests, limits }: Sizing): Finding[] {
  const key = `components.${component}`;
  const findings: Finding[] = [];
  if (maxReplicas !== undefined && maxReplicas < replicas)
    findings.push({
      key: `${key}.maxReplicas`,
      message: `${String(maxReplicas)} is less than its ${String(replicas)} replicas`,
      mend: "raise it, or run fewer replicas",
    });
  if (!requests || !limits) return findings;
  if (limits.cpu < requests.cpu)
    findings.push({
      key: `${key}.limits.cpu`,
      message: `${String(limits.cpu)} CPU are less than the ${String(requests.cpu)} requested`,
      mend: "raise the limit to the request or above",
    });
  if (bytes(limits.memory) < bytes(requests.memory))
    findings.push({
      key: `${key}.limits.memory`,
      message: `${limits.memory} is less than the ${requests.memory} requested`,
      mend: "raise the limit to the request or above",
    });
  return findings;
}

interface Bounds {
  readonly least?: number;
  readonly most?: number;
  readonly why: string;
}

const bounds: Partial<Record<Component, Bounds>> = {
  prometheus: { least: 2, why: "one alone leaves a gap whenever it restarts" },
  "thanos-compactor": { most: 1, why: "two on one bucket destroy each other's blocks" },
  alertmanager: { most: 3, why: "each further peer delays the page by its peer time-out and adds gossip" },
};

function checkReplicas({ components, longTerm }: System): Finding[] {
  const outside = components.flatMap(({ component, replicas, maxReplicas }) => {
    const { least = 1, most = Infinity, why } = bounds[component] ?? { why: "none runs" };
    const findings: Finding[] = [];
    if (replicas < least)
      findings.push(
        replicasFinding(component, "replicas", replicas, `at least ${String(least)}`, why, least),
      );
    if (replicas > most)
      findings.push(replicasFinding(component, "replicas", replicas, `at most ${String(most)}`, why, most));
    else if ((maxReplicas ?? 0) > most)
      findings.push(
        replicasFinding(component, "maxReplicas", maxReplicas ?? 0, `at most ${String(most)}`, why, most),
      );
    return findings;
  });
  const stores = replicasOf(components, "thanos-store");
  const { shards } = longTerm.store;
  if (shards > 1 && stores !== undefined && stores < 2 * shards)
    outside.push({
      key: "components.thanos-store.replicas",
      message: `${String(stores)} stores for ${String(shards)} shards leave a shard without a second one`,
      mend: `run ${String(2 * shards)}, two a shard, or use one shard`,
    });
  return outside;
}

function replicasFinding(
  component: Component,
  field: string,
  got: number,
  wanted: string,
  why: string,
  mend: number,
): Finding {
  return {
    key: `components.${component}.${field}`,
    message: `got ${String(got)}, expected ${wanted}: ${why}`,
    mend: `set vigil:sizing.${component}.${field} to ${String(mend)}`,
  };
}

function checkReceive({ longTerm, components }: System): Finding[] {
  const { mode, receive } = longTerm;
  if (receive === undefined)
    return mode === "receive"
      ? [
          {
            key: "longTerm.receive",
            message: "missing, and the mode is receive",
            mend: "say its replicas, retention and volume",
          },
        ]
      : [];
  const { replicas, replicationFactor } = receive;
  const sized = replicasOf(components, "thanos-receive");
  return [
    ...(replicationFactor > replicas
      ? [
          {
            key: "longTerm.receive.replicationFactor",
            message: `${String(replicationFactor)} copies need as many receivers, there are ${String(replicas)}`,
            mend: `lower it to ${String(replicas)}, or run more receivers`,
          },
        ]
      : []),
    ...(sized !== undefined && sized !== replicas
      ? [
          {
            key: "components.thanos-receive.replicas",
            message: `${String(sized)} differs from longTerm.receive.replicas, ${String(replicas)}`,
            mend: "say the same in both places",
          },
        ]
      : []),
  ];
}

function replicasOf(components: readonly Sizing[], wanted: Component): number | undefined {
  return components.find(({ component }) => component === wanted)?.replicas;
}
