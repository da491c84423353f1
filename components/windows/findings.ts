import { machineFindings } from "../../configuration/machineFindings.ts";
import type { StackConfig } from "../../configuration/parse.ts";
import type { Finding } from "../../monitoring/checks/finding.ts";
import { edgeNames, type Executable, type ServicePlan } from "../../monitoring/hosts.ts";
import { knownPrograms } from "../../monitoring/linux.ts";
import { machinePorts } from "../../monitoring/machineLayout.ts";
import { machineOf } from "../../monitoring/machineTurns.ts";
import type { System } from "../../monitoring/model.ts";
import type { ObjectStoreOptions } from "../../monitoring/objstore.ts";
import { suggestion } from "../../monitoring/nearest.ts";
import { missingWindowsBuilds, windowsPins } from "../../monitoring/windows/steps.ts";
import { storageFindings } from "../azure/storageFindings.ts";
import type { StackPlatform } from "../platforms.ts";
import { hostLayout, hostServices, linuxPrograms, onWindows } from "./hostPlan.ts";

/**
 * Where the services of a stack on machines are, and what is wrong with it. There is no layout of machines that are
 * wrong themselves: it would say the same again, in worse words.
 * @param thisSystem that Pulumi runs on, such as `win32`
 */
export function windowsChecks(
  config: StackConfig<unknown>,
  thisSystem: NodeJS.Platform,
): Pick<StackPlatform, "layoutOf" | "check"> {
  const ofMachines = [...machineFindings(config), ...portNames(config)];
  if (ofMachines.length > 0) return { check: () => ofMachines };
  return {
    layoutOf: (system) => hostLayout(config, system),
    check: (system) => {
      const findings = [
        ...downloadNames(config),
        ...pluginBuilds(config),
        ...localFindings(config, thisSystem),
        ...(config.platform === "windows-azure" && config.machines.history
          ? storageFindings(config, system)
          : []),
      ];
      return findings.length > 0 ? findings : planFindings(config, system);
    },
  };
}

function portNames({ stack, machines }: StackConfig<unknown>): Finding[] {
  const known = [
    ...Object.entries(machinePorts).flatMap(([component, purposes]) =>
      Object.keys(purposes).map((purpose) => `${component}.${purpose}`),
    ),
    ...edgeNames.map((name) => `edge.${name}`),
  ];
  return Object.keys(machines.ports)
    .filter((name) => !known.includes(name))
    .map((name) => ({
      key: `vigil:machines.ports.${name}`,
      message: `no port has this name, ${suggestion(name, known)}`,
      mend: `rename or remove it in Pulumi.${stack}.yaml`,
    }));
}

function downloadNames({ stack, machines }: StackConfig<unknown>): Finding[] {
  const known = [...Object.keys(windowsPins), ...Object.keys(knownPrograms()), ...machines.grafana.plugins];
  return Object.keys(machines.downloads)
    .filter((name) => !known.includes(name))
    .map((name) => ({
      key: `vigil:machines.downloads.${name}`,
      message: `no program has this name, ${suggestion(name, known)}`,
      mend: `rename or remove it in Pulumi.${stack}.yaml`,
    }));
}

function pluginBuilds({ stack, machines }: StackConfig<unknown>): Finding[] {
  return machines.grafana.plugins
    .filter((id) => machines.downloads[id] === undefined)
    .map((id) => ({
      key: `vigil:machines.downloads.${id}`,
      message:
        "missing, and vigil:machines.grafana.plugins asks for this plugin: no machine looks it up by itself",
      mend: `add the url and sha256 of its zip in Pulumi.${stack}.yaml`,
    }));
}

function localFindings(
  { stack, platform, machines }: StackConfig<unknown>,
  thisSystem: NodeJS.Platform,
): Finding[] {
  if (platform !== "windows-existing") return [];
  return machines.existing.flatMap(({ connection, role }, at) => {
    const wanted = role === "node" ? "win32" : "linux";
    if (connection !== "local" || thisSystem === wanted) return [];
    return [
      {
        key: `vigil:machines.existing[${String(at)}].connection`,
        message: `got local, and this machine runs ${thisSystem}, while a machine of role ${role} runs ${wanted === "win32" ? "Windows" : "Linux"}`,
        mend: `run Pulumi on that machine itself, or reach it by ssh in Pulumi.${stack}.yaml`,
      },
    ];
  });
}

/** Faults of the whole: programs without a checksum, and secrets that a file cannot hold as it is. */
function planFindings(config: StackConfig<unknown>, system: System): Finding[] {
  const key = "vigil:machines";
  try {
    const { services, layout, machines } = hostServices(config, system, {
      ...(config.machines.history && { objectStore: anyBucket(config) }),
      dashboards: [],
    });
    const linux = machines.filter((machine) => machine.system === "linux").map(({ name }) => name);
    const onLinux = services.services.filter(({ name }) => linux.includes(machineOf(name, layout)));
    return [
      ...missingWindowsBuilds(onWindows(config, services), layout, { machines, ...config.machines }),
      ...missingOnLinux(config, new Set(onLinux.map(({ executable }) => executable))),
      ...embeddedSecrets(config, services),
    ];
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // What is wrong with the layout is said where it is made.
    return hasLayout(config, system)
      ? [{ key, message, mend: `correct it in Pulumi.${config.stack}.yaml` }]
      : [];
  }
}

function hasLayout(config: StackConfig<unknown>, system: System): boolean {
  try {
    return hostLayout(config, system).instances.length > 0;
  } catch {
    return false;
  }
}

/** Which account or key it is, no fault depends on. */
function anyBucket({ platform, parameters }: StackConfig<unknown>): ObjectStoreOptions {
  return platform === "windows-azure"
    ? { kind: "azure-blob", storageAccount: "account" }
    : { kind: "s3", region: parameters.region };
}

function missingOnLinux(config: StackConfig<unknown>, executables: ReadonlySet<Executable>): Finding[] {
  const given = linuxPrograms(config);
  return [...executables]
    .filter((name) => name !== "haproxy" && given[name] === undefined)
    .map((name) => {
      const known = knownPrograms()[`${name}-linux`];
      return {
        key: `vigil:machines.downloads.${name}-linux`,
        message: `missing: no published SHA-256 of ${name} ${known?.version ?? ""} for Linux is known here`,
        mend: `give url ${known?.url ?? "of its archive"} and the sha256 that its release states`,
      };
    });
}

/** A value that stands inside of a file must not end the text that it stands in. */
function embeddedSecrets({ stack, awkwardSecrets }: StackConfig<unknown>, plan: ServicePlan): Finding[] {
  const texts = plan.services.flatMap(({ files, setup = [] }) => [
    ...files.map(({ content }) => content),
    ...setup.map(({ body }) => body),
  ]);
  const within = new Set(
    texts.flatMap((text) =>
      text.trim().replaceAll(/\{\{secret:[\w.-]+\}\}/g, "") === ""
        ? []
        : [...text.matchAll(/\{\{secret:([\w.-]+)\}\}/g)].flatMap(([, name]) => name ?? []),
    ),
  );
  return awkwardSecrets
    .filter((name) => within.has(name))
    .map((name) => ({
      key: `vigil:secrets.${name}`,
      message: "holds a quote, a backslash or a control character, and stands within the text of a file",
      mend: `run \`npm run pulumi -- config set --stack ${stack} --secret --path 'vigil:secrets.${name}'\` with letters, digits and other signs`,
    }));
}
