/** Whether a system fits on the nodes of a cluster that is created for it: a pod that does not is pending for ever. */
import type { Finding } from "../../monitoring/checks/finding.ts";
import { planCapacity } from "../../monitoring/capacity.ts";
import type { Component, Sizing, System } from "../../monitoring/model.ts";
import { bytes } from "../../monitoring/units.ts";

export interface Nodes {
  /** Key of the configuration that says how many there are. */
  readonly key: string;
  /** As many as there can be without anybody doing anything. */
  readonly nodes: number;
  /** Absent where the name of the machine does not tell. */
  readonly machine: { readonly name: string; readonly cpus: number; readonly gibibytes?: number } | undefined;
  /** How to have so many. */
  readonly mend: (nodes: number) => string;
}

/**
 * Components of which a node holds one pod, by a rule that the scheduler must keep. Thanos Query and its frontend are not
 * among them: an autoscaler needs no node for each query.
 */
export const onNodesOfTheirOwn: readonly Component[] = [
  "prometheus",
  "alertmanager",
  "thanos-receive",
  "thanos-store",
  "thanos-ruler",
  "oauth2-proxy",
];

export function nodeFindings(system: System, nodes: Nodes): Finding[] {
  const apart = replicaFindings(system, nodes);
  return apart.length > 0 ? apart : roomFindings(system, nodes);
}

function replicaFindings(system: System, { key, nodes, mend }: Nodes): Finding[] {
  const most = system.components
    .filter(({ component }) => onNodesOfTheirOwn.includes(component))
    .map((sizing) => ({ component: sizing.component, pods: podsOf(system, sizing) }))
    .reduce((one, other) => (other.pods > one.pods ? other : one), { component: "", pods: 0 });
  if (nodes >= most.pods) return [];
  return [
    {
      key,
      message: `got ${nodes}, and each of the ${most.pods} replicas of ${most.component} needs a node of its own`,
      mend: mend(most.pods),
    },
  ];
}

/** Share of a machine that pods may ask for: the kubelet, the system and the cloud's own agents have the rest. */
const forPods = 0.85;

/** One machine may fail: the others must have room for what all pods ask for. */
function roomFindings(system: System, { key, nodes, machine, mend }: Nodes): Finding[] {
  if (machine === undefined) return [];
  const { cpu, memory } = requestsOf(system);
  const needed = Math.max(
    Math.ceil(cpu / (machine.cpus * forPods)),
    machine.gibibytes === undefined ? 0 : Math.ceil(memory / (machine.gibibytes * forPods)),
  );
  const left = Math.max(1, nodes - 1);
  if (left >= needed) return [];
  return [
    {
      key,
      message: `got ${nodes}, and without one of them ${left} ${machine.name} have no room for the ${cpu.toFixed(1)} CPUs and ${Math.ceil(memory)} GiB that ${system.name} asks for`,
      mend: `${mend(needed + 1)}, or take larger machines`,
    },
  ];
}

/** CPUs and GiB of all pods, less those that are on every node. */
function requestsOf(system: System): { readonly cpu: number; readonly memory: number } {
  const asked = system.components
    .filter(({ component }) => component !== "node-exporter")
    .map((sizing) => {
      const pods = podsOf(system, sizing);
      const { requests = least } = sizing;
      return { cpu: pods * requests.cpu, memory: (pods * bytes(requests.memory)) / bytes("1GiB") };
    });
  return {
    cpu: asked.reduce((sum, { cpu }) => sum + cpu, 0),
    memory: asked.reduce((sum, { memory }) => sum + memory, 0),
  };
}

/** As `resourcesOf` gives to a component without figures of its own. */
const least: NonNullable<Sizing["requests"]> = { cpu: 0.05, memory: "64MiB" };

/** Prometheus is as many pairs as the load takes, each pod with its sidecar. */
function podsOf(system: System, { component, replicas }: Sizing): number {
  const shards =
    component === "prometheus" || component === "thanos-sidecar" ? planCapacity(system).shards : 1;
  return replicas * shards;
}
