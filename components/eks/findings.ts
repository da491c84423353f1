/** What is wrong with a stack's configuration for AWS, before its first resource. */
import { removal, setting } from "../../configuration/commands.ts";
import type { StackConfig } from "../../configuration/parse.ts";
import type { Finding } from "../../monitoring/checks/finding.ts";
import type { System } from "../../monitoring/model.ts";
import { addonVersions } from "./addonVersions.ts";
import { clusterName } from "./facts.ts";
import { nodeFindings as roomFindings } from "../kubernetes/nodeFindings.ts";
import { defaultMachine, machineOf, machinePattern } from "./machines.ts";
import { prefixBits, subnetsOf } from "./subnets.ts";

type Config = StackConfig<unknown>;

export function awsFindings(config: Config, system: System): Finding[] {
  const { cluster } = config.kubernetes;
  return [
    ...regionFindings(config),
    ...azureOnly(config),
    ...(cluster.mode === "existing" ? existingCluster(config) : newCluster(config, system)),
    ...storageFindings(config, system),
  ];
}

const regionPattern = /^[a-z]{2}(?:-[a-z]+)+-\d$/;

function regionFindings({ parameters, stack }: Config): Finding[] {
  // A stack without any region is told so where all platforms are checked.
  if (parameters.region === "local" || regionPattern.test(parameters.region)) return [];
  return [
    finding(
      "region",
      `got ${parameters.region}, AWS has regions such as us-east-1`,
      set(stack, "region", "us-east-1"),
    ),
  ];
}

function azureOnly({ kubernetes: { cluster, storage }, stack }: Config): Finding[] {
  const given = {
    "cluster.resourceGroup": cluster.resourceGroup,
    "storage.resourceGroup": storage.resourceGroup,
    "storage.account": storage.account,
  };
  return Object.entries(given)
    .filter(([, value]) => value !== "")
    .map(([key, value]) =>
      finding(key, `got ${value}, which is a thing of Azure's that AWS does not have`, unset(stack, key)),
    );
}

function existingCluster({ kubernetes: { cluster }, stack }: Config): Finding[] {
  if (cluster.name !== "") return [];
  return [
    finding(
      "cluster.name",
      "is empty, an existing cluster is found, and its identities are made, by its name",
      set(stack, "cluster.name", "NAME"),
    ),
  ];
}

function newCluster(config: Config, system: System): Finding[] {
  const { cluster, network } = config.kubernetes;
  const { stack } = config;
  const findings: Finding[] = [];
  const name = clusterName(config);
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(name))
    findings.push(
      finding(
        "cluster.name",
        `got ${name}, EKS takes up to 100 letters, digits, - and _`,
        set(stack, "cluster.name", "NAME"),
      ),
    );
  const versions = Object.keys(addonVersions);
  if (!versions.includes(cluster.version))
    findings.push(
      finding(
        "cluster.version",
        `got ${cluster.version}, add-ons are pinned for ${versions.join(", ")}`,
        `${set(stack, "cluster.version", versions[0] ?? "1.34")}, or add the version to components/eks/addonVersions.ts`,
      ),
    );
  if (!cluster.private && cluster.authorizedRanges.length === 0)
    findings.push(
      finding(
        "cluster.authorizedRanges",
        "is empty, a public API server needs the networks that may reach it",
        `${set(stack, "cluster.authorizedRanges[0]", "203.0.113.0/24")}, or make the cluster private`,
      ),
    );
  if (!cluster.private && cluster.authorizedRanges.includes("0.0.0.0/0"))
    findings.push(
      finding(
        "cluster.authorizedRanges",
        "got 0.0.0.0/0, the API server would be open to everybody",
        "name the networks of those who deploy",
      ),
    );
  for (const principal of cluster.administrators)
    if (!/^arn:aws(?:-[a-z-]+)?:iam::\d{12}:(?:role|user)\/\S+$/.test(principal))
      findings.push(
        finding(
          "cluster.administrators",
          `got ${principal}, EKS takes ARNs of IAM roles such as arn:aws:iam::111122223333:role/deploy`,
          "give the role's ARN, not that of a session (sts)",
        ),
      );
  if (new Set(cluster.administrators).size < cluster.administrators.length)
    findings.push(finding("cluster.administrators", "names a role twice", "name it once"));
  return [...findings, ...nodeFindings(config, system), ...networkFindings(network.cidr, stack)];
}

function nodeFindings({ kubernetes: { cluster }, stack }: Config, system: System): Finding[] {
  const { size, min, max } = cluster.nodes;
  const name = size === "" ? defaultMachine : size;
  const machine = machineOf(name);
  return [
    ...(size === "" || machinePattern.test(size)
      ? []
      : [
          finding(
            "cluster.nodes.size",
            `got ${size}, EC2 has types such as m6i.xlarge`,
            set(stack, "cluster.nodes.size", "m6i.xlarge"),
          ),
        ]),
    ...(min <= max
      ? []
      : [
          finding(
            "cluster.nodes.max",
            `got ${max}, less than the ${min} of cluster.nodes.min`,
            set(stack, "cluster.nodes.max", String(min)),
          ),
        ]),
    // Nothing scales the groups by itself: there are as many nodes as at least.
    ...roomFindings(system, {
      key: "vigil:cluster.nodes.min",
      nodes: min,
      machine: machine && { name, ...machine },
      mend: (nodes) =>
        `${set(stack, "cluster.nodes.min", String(nodes))}${nodes > max ? `, and ${set(stack, "cluster.nodes.max", String(nodes))}` : ""}`,
    }),
  ];
}

function networkFindings(cidr: string, stack: string): Finding[] {
  const accepted = `a private network of /${prefixBits.least} to /${prefixBits.most} such as 10.40.0.0/16`;
  try {
    subnetsOf(cidr);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [
      finding("network.cidr", `${why}; accepted is ${accepted}`, set(stack, "network.cidr", "10.40.0.0/16")),
    ];
  }
  if (/^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/.test(cidr))
    return [];
  return [
    finding(
      "network.cidr",
      `got ${cidr}, accepted is ${accepted}`,
      set(stack, "network.cidr", "10.40.0.0/16"),
    ),
  ];
}

function storageFindings({ kubernetes: { storage }, parameters, stack }: Config, system: System): Finding[] {
  const findings: Finding[] = [];
  const { mode, kmsKey, replicateTo } = storage;
  if (mode === "create" && kmsKey !== "")
    findings.push(
      finding(
        "storage.kmsKey",
        `got ${kmsKey}, but a bucket that is created gets a key of its own`,
        `${unset(stack, "storage.kmsKey")}, or ${set(stack, "storage.mode", "existing")}`,
      ),
    );
  if (mode === "existing" && kmsKey !== "" && !/^(?:alias\/\S+|arn:aws[a-z-]*:kms:\S+)$/.test(kmsKey))
    findings.push(
      finding(
        "storage.kmsKey",
        `got ${kmsKey}, accepted is the key's ARN or alias/NAME`,
        set(stack, "storage.kmsKey", `alias/${system.longTerm.bucket.name}`),
      ),
    );
  if (replicateTo === "") return findings;
  if (mode === "existing")
    findings.push(
      finding(
        "storage.replicateTo",
        `got ${replicateTo}, but an existing bucket stays as it is`,
        `${unset(stack, "storage.replicateTo")} and replicate it where it was made`,
      ),
    );
  if (!regionPattern.test(replicateTo) || replicateTo === parameters.region)
    findings.push(
      finding(
        "storage.replicateTo",
        `got ${replicateTo}, accepted is another region of AWS such as us-west-2`,
        set(stack, "storage.replicateTo", parameters.region === "us-west-2" ? "us-east-2" : "us-west-2"),
      ),
    );
  return findings;
}

function finding(key: string, message: string, mend: string): Finding {
  return { key: `vigil:${key}`, message, mend };
}

function set(stack: string, key: string, value: string): string {
  return `run ${setting(stack, `vigil:${key}`, value)}`;
}

function unset(stack: string, key: string): string {
  return `run ${removal(stack, `vigil:${key}`)}`;
}
