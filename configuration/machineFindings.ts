/** What is wrong with the machines that a stack's configuration names, before any of them is asked. */
import type { Finding } from "../monitoring/checks/finding.ts";
import { parse } from "../monitoring/cidr.ts";
import { divideForMachines } from "../monitoring/machineNetwork.ts";
import { haproxyForm, isDesktop } from "./machineForm.ts";
import type { ExistingMachine } from "./machines.ts";
import type { StackConfig } from "./parse.ts";

export function machineFindings(config: StackConfig<unknown>): Finding[] {
  const existing = config.platform === "windows-existing";
  return [
    ...layoutFindings(config),
    ...(existing ? existingFindings(config) : cloudFindings(config)),
    ...peopleFindings(config),
    ...haproxyFindings(config),
  ];
}

/** One PC is a machine that exists: no cloud has it. */
function layoutFindings(config: StackConfig<unknown>): Finding[] {
  const { stack, platform, parameters, machines } = config;
  if (parameters.layout !== "desktop") return [];
  if (platform !== "windows-existing")
    return [
      {
        key: "vigil:layout",
        message: `got desktop, and ${platform} makes machines of a cloud; one PC is windows-existing, or local`,
        mend: set(stack, "vigil:platform", "windows-existing"),
      },
    ];
  if (machines.existing.length === 1 && isDesktop(config)) return [];
  const names = machines.existing.map(({ name, role }) => `${name} (${role})`).join(", ");
  return [
    {
      key: "vigil:machines.existing",
      message: `got ${names === "" ? "none" : names}, and layout desktop is exactly one PC, of role node`,
      mend: `leave one node in Pulumi.${stack}.yaml, or ${set(stack, "vigil:layout", "cluster")}`,
    },
  ];
}

function existingFindings(config: StackConfig<unknown>): Finding[] {
  const { stack, machines, parameters } = config;
  const { existing } = machines;
  const nodes = existing.filter(({ role }) => role === "node");
  const edges = existing.filter(({ role }) => role === "edge");
  const findings = existing.flatMap((machine, at) => connectionFindings(config, machine, at));
  for (const property of ["name", "address"] as const)
    existing.forEach((machine, at) => {
      const first = existing.findIndex((other) => other[property] === machine[property]);
      if (first < at)
        findings.push({
          key: `vigil:machines.existing[${String(at)}].${property}`,
          message: `${machine[property]} is the ${property} of existing[${String(first)}] too`,
          mend: `give each machine its own in Pulumi.${stack}.yaml`,
        });
    });
  const local = existing.filter(({ connection }) => connection === "local");
  if (local.length > 1)
    findings.push({
      key: "vigil:machines.existing",
      message: `${local.map(({ name }) => name).join(" and ")} are each said to be this machine (connection: local)`,
      mend: "reach all but one by ssh",
    });
  if (parameters.layout === "desktop") return findings;
  if (nodes.length < 2)
    findings.push({
      key: "vigil:machines.existing",
      message: `got ${String(nodes.length)} machines of role node, expected at least 2: a pair is what keeps answering when one of them is down`,
      mend: `name another in Pulumi.${stack}.yaml, or for one PC ${set(stack, "vigil:layout", "desktop")}`,
    });
  if (edges.length > 1 && machines.virtualAddress === "")
    findings.push({
      key: "vigil:machines.virtualAddress",
      message: `missing, and ${edges.map(({ name }) => name).join(" and ")} share the address at which people find them`,
      mend: set(stack, "vigil:machines.virtualAddress", "10.0.0.10"),
    });
  if (machines.history)
    findings.push(
      onlyInClouds(
        stack,
        "history",
        "true",
        "long-term storage is a cloud's bucket, read by a machine there",
      ),
    );
  return findings;
}

function connectionFindings(
  { stack }: StackConfig<unknown>,
  machine: ExistingMachine,
  at: number,
): Finding[] {
  const key = `vigil:machines.existing[${String(at)}]`;
  const mend = `add it in Pulumi.${stack}.yaml`;
  if (machine.connection === "local") return [];
  const findings: Finding[] = [];
  if (machine.user === undefined)
    findings.push({ key: `${key}.user`, message: `missing, and ${machine.name} is reached by ssh`, mend });
  if (machine.hostKey === undefined)
    findings.push({
      key: `${key}.hostKey`,
      message: `missing: without it whatever answers at ${machine.host ?? machine.address} would be given the stack's secrets`,
      mend: `add what \`ssh-keyscan -t ed25519 ${machine.host ?? machine.address}\` prints after the host's name, once you have compared it on the machine`,
    });
  if (machine.keySecret !== undefined && machine.passwordSecret !== undefined)
    findings.push({
      key: `${key}.passwordSecret`,
      message: `got ${machine.passwordSecret}, beside keySecret ${machine.keySecret}`,
      mend: `leave one of them in Pulumi.${stack}.yaml`,
    });
  return findings;
}

function cloudFindings(config: StackConfig<unknown>): Finding[] {
  const { stack, platform, machines, kubernetes } = config;
  const findings: Finding[] = [];
  if (machines.existing.length > 0)
    findings.push({
      key: "vigil:machines.existing",
      message: `got ${machines.existing.map(({ name }) => name).join(", ")}, and ${platform} makes its machines itself`,
      mend: `remove them from Pulumi.${stack}.yaml, or ${set(stack, "vigil:platform", "windows-existing")}`,
    });
  if (machines.virtualAddress !== "")
    findings.push({
      key: "vigil:machines.virtualAddress",
      message: `got ${machines.virtualAddress}, and in a cloud its load balancer stands before the edges`,
      mend: unset(stack, "vigil:machines.virtualAddress"),
    });
  if (machines.bastion && platform === "windows-aws")
    findings.push({
      key: "vigil:machines.bastion",
      message:
        "got true, and a Bastion is Azure's; on AWS Session Manager leads to the machines, and needs nothing",
      mend: unset(stack, "vigil:machines.bastion"),
    });
  try {
    divideForMachines(kubernetes.network.cidr);
  } catch (error) {
    findings.push({
      key: "vigil:network.cidr",
      message: error instanceof Error ? error.message : String(error),
      mend: set(stack, "vigil:network.cidr", "10.60.0.0/20"),
    });
  }
  return [...findings, ...imageFindings(config)];
}

const images = {
  "windows-azure": { form: /^[^:]+:[^:]+:[^:]+:[^:]+$/, words: "publisher:offer:sku:version" },
  "windows-aws": {
    form: /^(?:ami-[0-9a-f]{8,17}|\/[A-Za-z0-9._/-]+)$/,
    words: "ami-ID, or the path of a public parameter",
  },
} as const;

function imageFindings({ stack, platform, machines }: StackConfig<unknown>): Finding[] {
  if (platform !== "windows-azure" && platform !== "windows-aws") return [];
  const { form, words } = images[platform];
  return Object.entries(machines.images)
    .filter(([, image]) => image !== "" && !form.test(image))
    .map(([role, image]) => ({
      key: `vigil:machines.images.${role}`,
      message: `got ${image}, expected an image of ${platform}: ${words}`,
      mend: set(stack, `vigil:machines.images.${role}`, "IMAGE"),
    }));
}

/** Somebody has to reach the edge, and nobody from the internet. */
function peopleFindings(config: StackConfig<unknown>): Finding[] {
  const { stack, machines } = config;
  const open = machines.people.flatMap((network, at) => {
    const range = parse(network);
    const key = `vigil:machines.people[${String(at)}]`;
    const mend = `write it so in Pulumi.${stack}.yaml`;
    if (range === undefined)
      return [
        {
          key,
          message: `got ${network}, expected a network on its own boundary such as 10.0.0.0/16`,
          mend,
        },
      ];
    if (range.bits < 8)
      return [
        {
          key,
          message: `got ${network}, which is most of the internet; expected networks of one's own, of /8 or smaller`,
          mend: `name them in Pulumi.${stack}.yaml`,
        },
      ];
    return [];
  });
  if (machines.people.length > 0 || isDesktop(config)) return open;
  return [
    ...open,
    {
      key: "vigil:machines.people",
      message: "empty, so that nobody could open a user interface",
      mend: set(stack, "vigil:machines.people[0]", "10.0.0.0/16"),
    },
  ];
}

function haproxyFindings(config: StackConfig<unknown>): Finding[] {
  const { stack, platform, machines } = config;
  const form = haproxyForm(config);
  const desktop = isDesktop(config);
  const edges = machines.existing.filter(({ role }) => role === "edge");
  const key = "vigil:machines.haproxy";
  // Machines that are missing are what is said first.
  if (platform === "windows-existing" && machines.existing.length === 0) return [];
  if (form !== "linux" && platform !== "windows-existing")
    return [onlyLinux(stack, form, "in a cloud two Linux machines are made for it")];
  if (form !== "linux" && edges.length > 0)
    return [onlyLinux(stack, form, `${edges.map(({ name }) => name).join(" and ")} of role edge run Linux`)];
  if (form === "linux" && platform === "windows-existing" && edges.length === 0)
    return [
      {
        key,
        message: `got ${machines.haproxy}, and no machine has the role edge: HAProxy's own project has no build for Windows`,
        mend: desktop
          ? set(stack, key, "wsl")
          : `name two Linux machines of role edge in Pulumi.${stack}.yaml, or ${set(stack, key, "windows")} and name a build`,
      },
    ];
  if (form === "wsl" && !desktop)
    return [
      {
        key,
        message: "got wsl, and a distribution of WSL belongs to one user of one PC: layout desktop alone",
        mend: `name Linux machines of role edge in Pulumi.${stack}.yaml`,
      },
    ];
  if (form === "wsl" && machines.existing.length === 1 && machines.existing[0]?.distribution === undefined)
    return [
      {
        key: "vigil:machines.existing[0].distribution",
        message: "missing, and HAProxy runs in a distribution of WSL2",
        mend: `add a name that \`wsl --list\` shows, such as Debian, in Pulumi.${stack}.yaml`,
      },
    ];
  if (form === "windows" && machines.downloads["haproxy"] === undefined)
    return [
      {
        key: "vigil:machines.downloads.haproxy",
        message:
          "missing, and vigil:machines.haproxy is windows: HAProxy's own project has no build for it, so that nobody but you can say which to trust",
        mend: `add its url and sha256 in Pulumi.${stack}.yaml`,
      },
    ];
  return [];
}

function onlyLinux(stack: string, form: string, why: string): Finding {
  return {
    key: "vigil:machines.haproxy",
    message: `got ${form}, and ${why}`,
    mend: set(stack, "vigil:machines.haproxy", "auto"),
  };
}

function onlyInClouds(stack: string, name: string, value: string, why: string): Finding {
  return {
    key: `vigil:machines.${name}`,
    message: `got ${value} on windows-existing, and ${why}`,
    mend: unset(stack, `vigil:machines.${name}`),
  };
}

function set(stack: string, key: string, value: string): string {
  return `run \`npm run pulumi -- config set --stack ${stack} --path '${key}' ${value}\``;
}

function unset(stack: string, key: string): string {
  return `run \`npm run pulumi -- config rm --stack ${stack} --path '${key}'\``;
}
