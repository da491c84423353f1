/** The step of one Windows service: a script that brings it to the plan's state from any other, and the one that takes it away. */
import { hostPaths } from "../hostPaths.ts";
import type { Directories, HealthCheck, Instance, PlanFile, Service } from "../hosts.ts";
import { machineFiles, valuesIn } from "../machineFiles.ts";
import type { MachineStep } from "../machines.ts";
import { serviceStep } from "../machineTurns.ts";
import { seconds } from "../units.ts";
import { chosenDownload, type ChosenDownload, type WindowsProgram } from "./downloads.ts";
import { firewallRules } from "./firewall.ts";
import { script } from "./library/common.ts";
import { ruleRemoval, rules } from "./library/firewall.ts";
import { health } from "./library/health.ts";
import { install } from "./library/install.ts";
import { programs } from "./library/programs.ts";
import { remove } from "./library/remove.ts";
import { service as serviceLibrary, serviceParts } from "./library/service.ts";
import { values } from "./library/values.ts";
import { windowsService, type WindowsOptions } from "./options.ts";
import { literal, type Literal } from "./powershell.ts";
import { stopSeconds, wrap } from "./wrapper.ts";

/** What a service's step is rendered from. */
export interface PlacedService {
  readonly service: Service;
  readonly instance: Instance;
  readonly directories: Directories;
  readonly after: readonly string[];
}

/** @throws when the service asks for what Windows does not have, or for a program of which no genuine build is known. */
export function renderServiceStep(placed: PlacedService, options: WindowsOptions): MachineStep {
  const { service, instance, after } = placed;
  const name = serviceStep(instance.machine, service.name);
  const description = installed(placed, options);
  return {
    name,
    machine: instance.machine,
    shell: "powershell",
    install: script(
      name,
      [values, programs, health, serviceLibrary, serviceParts, ruleRemoval, rules, install],
      `Install-VigilService ${literal(description)}`,
    ),
    remove: script(
      name,
      [serviceLibrary, ruleRemoval, remove],
      `Uninstall-VigilService ${literal(removed(placed, options))}`,
    ),
    values: valuesOf(placed),
    after,
  };
}

function valuesOf({ service, directories }: PlacedService): string[] {
  const { health: check, reload, setup = [] } = service;
  const asked = [
    ...(check.kind === "http" && check.basic !== undefined ? [check.basic] : []),
    ...(reload.kind === "http" ? [reload.basic] : []),
    ...setup.map(({ basic }) => basic),
  ];
  const texts = [
    ...machineFiles(service, directories).map(({ content }) => content),
    ...setup.map(({ body }) => body),
  ];
  return [...new Set([...valuesIn(texts), ...asked.map((secret) => `basic:${secret}`)])].sort();
}

/** The parts of a description that installation and removal share. */
function common({ service, directories }: PlacedService, { stack }: WindowsOptions) {
  const name = windowsService(stack, service.name);
  return {
    Name: name,
    DisplayName: `${service.name} (${stack})`,
    Description: `Vigil: ${service.name} of the stack ${stack}, in ${directories.root}`,
    RuleGroup: `Vigil ${stack}`,
    RulePrefix: `vigil/${stack}/${service.name}/`,
    // What is left of the time that the wrapper gives the program.
    StopSeconds: stopSeconds(service) + 30,
  };
}

function installed(placed: PlacedService, options: WindowsOptions): Record<string, Literal> {
  const { service, directories } = placed;
  const shared = common(placed, options);
  const { root, services, logs } = hostPaths(directories);
  const account = `NT SERVICE\\${windowsService(options.stack, service.name)}`;
  const home = `${services}\\${service.name}`;
  const log = `${logs}\\${service.name}`;
  const program = chosenDownload(programOf(service), options.downloads ?? {});
  const wrapper = service.executable === "windows_exporter" ? undefined : (options.wrapper ?? "winsw");
  const wrapping = wrapper && chosenDownload(wrapper, options.downloads ?? {});
  const pathOf = (build: ChosenDownload): string => `${root}\\programs\\${build.folder}\\${build.path}`;
  const wrapped = wrap(service, wrapper, {
    name: windowsService(options.stack, service.name),
    displayName: `${service.name} (${options.stack})`,
    description: shared.Description,
    program: pathOf(program),
    wrapperProgram: wrapping ? pathOf(wrapping) : "",
    home,
    logs: log,
  });
  const builds = [program, ...(wrapping ? [wrapping] : [])];
  const parts = pluginsOf(placed, options);
  const files: PlanFile[] = [
    ...machineFiles(service, directories),
    ...(wrapped.file
      ? [{ path: wrapped.file.path, content: wrapped.file.text, onChange: "restart" as const }]
      : []),
  ];
  return {
    ...shared,
    Version: program.folder,
    Account: account,
    // Counters of Windows itself are read by members of "Performance Monitor Users".
    Groups: service.executable === "windows_exporter" ? ["S-1-5-32-558"] : [],
    Delayed: service.after.length > 0,
    Root: root,
    Home: home,
    Logs: log,
    CommandLine: wrapped.commandLine,
    Parameters: wrapped.parameters,
    Copies: wrapped.copy ? [{ From: wrapped.copy.from, To: wrapped.copy.to }] : [],
    Builds: builds.map((build) => buildOf(root, build)),
    Parts: parts,
    Mark: [...builds.map(({ folder }) => folder), ...parts.map(({ Sha256 }) => Sha256.slice(0, 8))].join(" "),
    Folders: [
      { Path: home, Accounts: [account], Rights: "RX" },
      { Path: log, Accounts: [account], Rights: "M" },
      ...dataOf(placed).map((path) => ({ Path: path, Accounts: [account], Rights: "M" })),
    ],
    Files: files.map((file) => ({
      Path: file.path,
      Text: file.content,
      Json: file.path.endsWith(".json"),
      Rank: rankOf(file.onChange, service),
    })),
    Certificate: service.name,
    Authority: `${hostPaths(directories).certificates}\\ca.crt`,
    Health: healthOf(service.health, service.name),
    HealthySeconds: options.healthySeconds ?? 120,
    SettleSeconds: Math.ceil(seconds(service.settle ?? "0s")),
    Reload:
      service.reload.kind === "http"
        ? { Url: service.reload.url, Basic: service.reload.basic }
        : { Url: "", Basic: "" },
    Setup: (service.setup ?? []).map(({ url, basic, body, accept }) => ({
      Url: url,
      Basic: basic,
      Body: body,
      Accept: accept,
    })),
    Rules: firewallRules(service, options).map((rule) => ({
      Name: `${shared.RulePrefix}${String(rule.port)}`,
      DisplayName: `${service.name} ${String(rule.port)} (${options.stack})`,
      Description: `${rule.protocol} ${rule.address}:${String(rule.port)} from ${rule.from.join(", ")} for ${program.folder}`,
      Protocol: rule.protocol.toUpperCase(),
      Address: rule.address,
      Port: rule.port,
      From: rule.from,
      Program: pathOf(program),
    })),
  };
}

function removed(placed: PlacedService, options: WindowsOptions): Record<string, Literal> {
  const { service, directories } = placed;
  const { services, logs } = hostPaths(directories);
  const keeps = options.keepData !== false && service.directories.length > 0;
  return {
    ...common(placed, options),
    Gone: [
      `${services}\\${service.name}`,
      `${logs}\\${service.name}`,
      ...(options.keepData === false ? service.directories : []),
    ],
    Stays: keeps ? `; its data stays in ${service.directories[0] ?? ""}` : "",
  };
}

function programOf({ executable, name }: Service): WindowsProgram {
  if (executable === "node_exporter" || executable === "redis-server" || executable === "node")
    throw new Error(`plan: ${name} runs ${executable}, of which Windows machines have none; leave it out`);
  return executable;
}

function buildOf(root: string, build: ChosenDownload): Record<string, Literal> {
  return {
    Folder: `${root}\\programs\\${build.folder}`,
    Url: build.url,
    Sha256: build.sha256,
    Kind: build.kind,
    Program: build.path,
  };
}

/** Grafana looks for plugins below its data; each archive holds one folder with a plugin.json. */
function pluginsOf({ service }: PlacedService, options: WindowsOptions) {
  if (service.executable !== "grafana") return [];
  const folder = service.directories.find((path) => path.endsWith("\\plugins"));
  return (options.grafanaPlugins ?? []).map(({ id, url, sha256 }) => ({
    Folder: `${folder ?? ""}\\${id}`,
    Url: url,
    Sha256: sha256,
    Kind: "zip",
    Program: "plugin.json",
  }));
}

/** Its own data, and what its arguments name of another service's, as a sidecar its Prometheus'. */
function dataOf({ service, directories }: PlacedService): string[] {
  const { data } = hostPaths(directories);
  const named = service.arguments.flatMap((word) => {
    const at = word.indexOf(`${data}\\`);
    const [first] = at < 0 ? [] : word.slice(at + data.length + 1).split("\\");
    return first === undefined ? [] : [`${data}\\${first}`];
  });
  return [...new Set([...service.directories, ...named])];
}

/** What a change asks for: 1 nothing more, 2 a reload, 3 a restart, also where a service cannot reload. */
function rankOf(change: PlanFile["onChange"], { reload }: Service): number {
  if (change === "watched") return 1;
  return change === "reload" && reload.kind === "http" ? 2 : 3;
}

function healthOf(check: HealthCheck, service: string): Record<string, Literal> {
  const none = { Url: "", Basic: "", Status: 0, OnlyCertificate: false, Address: "", Port: 0 };
  switch (check.kind) {
    case "tcp":
      return { ...none, Kind: "tcp", Address: check.address, Port: check.port };
    case "http":
      return {
        ...none,
        Kind: "http",
        Url: check.url,
        Basic: check.basic ?? "",
        Status: check.status,
        // Windows PowerShell reads no private key from a PEM file; that the right server answers is seen all the same.
        OnlyCertificate: check.clientCertificate === true,
      };
    case "redis":
      throw new Error(
        `plan: ${service} is asked as a Redis is, and Windows machines have none; leave it out`,
      );
  }
}
