import type { StackConfig } from "../../configuration/parse.ts";
import type { Finding } from "../../monitoring/checks/finding.ts";
import type { System } from "../../monitoring/model.ts";
import { groupFindings, set } from "../azure/setting.ts";
import { nodeFindings } from "../kubernetes/nodeFindings.ts";
import { defaultMachine, machineOf } from "./machines.ts";
import { networkFindings } from "./networkFindings.ts";

/** What is wrong with a stack's cluster, whether it is created or there already. */
export function clusterFindings(config: StackConfig<unknown>, system: System): Finding[] {
  const created = config.kubernetes.cluster.mode === "create";
  return [
    ...clusterMode(config),
    ...(created ? [...apiServer(config), ...nodes(config, system), ...networkFindings(config)] : []),
  ];
}

const name = /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?$/;
const objectId = /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;

function clusterMode({ stack, kubernetes }: StackConfig<unknown>): Finding[] {
  const { cluster } = kubernetes;
  const findings: Finding[] = [];
  if (cluster.name !== "" && !name.test(cluster.name))
    findings.push({
      key: "vigil:cluster.name",
      message: `got ${cluster.name}, expected up to 63 letters, digits, hyphens and underscores, the first and last a letter or digit`,
      mend: set(stack, "vigil:cluster.name", "NAME"),
    });
  findings.push(...groupFindings(stack, "vigil:cluster.resourceGroup", cluster.resourceGroup));
  if (cluster.mode === "existing") {
    // The credentials may be given; the issuer of the cluster's tokens is read from the cluster all the same.
    for (const key of ["name", "resourceGroup"] as const)
      if (cluster[key] === "")
        findings.push({
          key: `vigil:cluster.${key}`,
          message: "missing, and vigil:cluster.mode is existing",
          mend: set(stack, `vigil:cluster.${key}`, key === "name" ? "NAME" : "RESOURCE-GROUP"),
        });
    if (cluster.cilium === undefined)
      findings.push({
        key: "vigil:cluster.cilium",
        message:
          "missing, and to Cilium nodes are no addresses: with the wrong rules kubelets and webhooks are cut off; expected true or false",
        mend: `look with \`az aks show --query networkProfile.networkPolicy\`, and ${set(stack, "vigil:cluster.cilium", "true")} where it says cilium`,
      });
  } else if (cluster.resourceGroup !== "")
    findings.push({
      key: "vigil:cluster.resourceGroup",
      message: `got ${cluster.resourceGroup}, and a cluster that is created has a group of its own`,
      mend: `remove it, or ${set(stack, "vigil:cluster.mode", "existing")}`,
    });
  return findings;
}

function apiServer({ stack, kubernetes }: StackConfig<unknown>): Finding[] {
  const { administrators, authorizedRanges, private: hidden } = kubernetes.cluster;
  const findings: Finding[] = administrators
    .filter((id) => !objectId.test(id))
    .map((id) => ({
      key: "vigil:cluster.administrators",
      message: `got ${id}, expected object ids of Entra groups`,
      mend: "find them with `az ad group show --group NAME --query id`",
    }));
  if (administrators.length === 0)
    findings.push({
      key: "vigil:cluster.administrators",
      message: "got none, and local accounts are off: nobody could come in, this program included",
      mend: set(stack, "vigil:cluster.administrators[0]", "GROUP-OBJECT-ID"),
    });
  if (hidden && authorizedRanges.length > 0)
    findings.push({
      key: "vigil:cluster.authorizedRanges",
      message: `got ${authorizedRanges.join(", ")}, and a private API server has no public address to restrict`,
      mend: `remove them, or ${set(stack, "vigil:cluster.private", "false")}`,
    });
  if (!hidden && authorizedRanges.length === 0)
    findings.push({
      key: "vigil:cluster.authorizedRanges",
      message: "got none, and vigil:cluster.private is false: the API server would be open to everybody",
      mend: set(stack, "vigil:cluster.authorizedRanges[0]", "CIDR"),
    });
  return findings;
}

function nodes({ stack, kubernetes }: StackConfig<unknown>, system: System): Finding[] {
  const { size, min, max } = kubernetes.cluster.nodes;
  const findings: Finding[] = [];
  const machine = machineOf(size === "" ? defaultMachine : size);
  if (machine?.premium !== true)
    findings.push({
      key: "vigil:cluster.nodes.size",
      message: `got ${size}, ${machine === undefined ? "which is no size of a machine" : "which has no premium SSDs"}, expected one with an s behind its CPUs, such as ${defaultMachine}`,
      mend: set(stack, "vigil:cluster.nodes.size", defaultMachine),
    });
  if (min > max)
    findings.push({
      key: "vigil:cluster.nodes",
      message: `got min ${min} and max ${max}, expected min to be at most max`,
      mend: set(stack, "vigil:cluster.nodes.max", String(min)),
    });
  findings.push(
    // The pool scales by itself, up to there.
    ...nodeFindings(system, {
      key: "vigil:cluster.nodes.max",
      nodes: max,
      machine: machine && { name: size === "" ? defaultMachine : size, ...machine },
      mend: (nodes) => set(stack, "vigil:cluster.nodes.max", String(nodes)),
    }),
  );
  return findings;
}
