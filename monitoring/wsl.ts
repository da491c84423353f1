/**
 * HAProxy of a desktop, in a WSL2 distribution of its user: a step of the Windows machine that runs what a Linux machine gets.
 *
 * What it needs of the PC, and says where it is missing: a distribution with systemd, and mirrored networking (Windows 11 22H2
 * and WSL 2.0 on), since no other mode lets Linux reach a loopback address of Windows. That mode carries 127.0.0.1 alone
 * (microsoft/WSL#11766), so that a port of 127.0.0.2 is forwarded. A distribution belongs to its user and runs under no
 * service account (microsoft/WSL#11280, #3338): a scheduled task of that user holds it up.
 */
import { hostPaths } from "./hostPaths.ts";
import { reachedAt, pools } from "./haproxy/backends.ts";
import type { Instance, Layout, Service, ServicePlan } from "./hosts.ts";
import { quote } from "./linux/bash.ts";
import { installPackages } from "./linux/baseStep.ts";
import { linuxFolders } from "./linux/options.ts";
import { renderServiceStep } from "./linux/serviceStep.ts";
import type { Machine, MachineStep } from "./machines.ts";
import { stepsBefore } from "./machineTurns.ts";
import { script } from "./windows/library/common.ts";
import { values } from "./windows/library/values.ts";
import { wsl, wslInstall } from "./windows/library/wsl.ts";
import { literal, type Literal } from "./windows/powershell.ts";

export interface WslOptions {
  /** Name of the stack: the task is named after it. */
  readonly stack: string;
  readonly machine: Machine;
  /** As `wsl --list` names it. */
  readonly distribution: string;
  /** As in the plan's options. */
  readonly forwardedPorts: number;
  /** @default true */
  readonly keepData?: boolean;
}

/**
 * The step of each HAProxy that the layout puts into WSL2 of this machine (`proxyInWsl`).
 * @throws when the plan's HAProxy lives elsewhere.
 */
export function wslSteps(plan: ServicePlan, layout: Layout, options: WslOptions): MachineStep[] {
  const turns = stepsBefore(plan.services, layout);
  return plan.services
    .filter(({ component }) => component === "haproxy")
    .flatMap((service) => {
      const instance = layout.instances.find(({ name }) => name === service.name);
      if (instance?.machine !== options.machine.name) return [];
      return [wslStep(service, instance, layout, options, turns.get(service.name) ?? [])];
    });
}

function wslStep(
  service: Service,
  instance: Instance,
  layout: Layout,
  options: WslOptions,
  after: readonly string[],
): MachineStep {
  const { directories } = instance;
  if (directories?.separator !== "/")
    throw new Error(
      `layout: ${instance.name} lives in ${hostPaths(directories ?? layout.directories).root}, expected a folder of Linux; ` +
        "lay it out with proxyInWsl",
    );
  const inside = renderServiceStep(
    service,
    instance,
    directories,
    { machines: [], flows: [], networks: {}, programs: {}, removeData: options.keepData === false },
    after,
  );
  const description: Record<string, Literal> = {
    Distribution: options.distribution,
    Task: taskName(options),
    Forwards: forwards(layout, instance.member, options).map(({ port, to }) => ({ Port: port, To: to })),
    Addresses: [...(options.machine.moreAddresses ?? [])],
  };
  return {
    ...inside,
    shell: "powershell",
    install: script(
      inside.name,
      [values, wsl, wslInstall],
      `Install-VigilProxy ${literal({
        ...description,
        Before: preparation(inside.name),
        Script: inside.install,
        Names: [...inside.values],
      })}`,
    ),
    remove: script(
      inside.name,
      [wsl],
      `Uninstall-VigilProxy ${literal({ ...description, Script: inside.remove })}`,
    ),
  };
}

function taskName({ stack }: WslOptions): string {
  return `vigil-${stack}-wsl`;
}

interface Forward {
  readonly port: number;
  /** `address/port`, as Windows keeps it. */
  readonly to: string;
}

/** Ports of 127.0.0.1 that lead to servers at the machine's other addresses. */
function forwards(layout: Layout, member: number, { forwardedPorts }: WslOptions): Forward[] {
  const servers = pools(layout, member)
    .flatMap((pool) => pool.servers)
    .filter(({ address }) => address !== "127.0.0.1");
  return servers.map((server) => ({
    port: Number(reachedAt(server, forwardedPorts).split(":")[1]),
    to: `${server.address}/${String(server.ports["http"] ?? 0)}`,
  }));
}

/** What the distribution must be and have, in bash. */
function preparation(step: string): string {
  return [
    "set -euo pipefail",
    "export LC_ALL=C DEBIAN_FRONTEND=noninteractive",
    `step=${quote(step)}`,
    "mode=$(wslinfo --networking-mode)",
    'if [ "$mode" != mirrored ]; then',
    "  printf '%s: the networking mode of WSL is %s, expected mirrored: write networkingMode=mirrored below [wsl2] in .wslconfig " +
      'of your user folder, then wsl --shutdown; Windows 11 22H2 and WSL 2.0 or later\\n\' "$step" "$mode" >&2',
    "  exit 1",
    "fi",
    'if [ "$(cat /proc/1/comm)" != systemd ]; then',
    "  printf '%s: the distribution has no systemd: write systemd=true below [boot] in its /etc/wsl.conf, then wsl --shutdown\\n' " +
      '"$step" >&2',
    "  exit 1",
    "fi",
    ...installPackages(["ca-certificates", "curl", "haproxy", "procps"], linuxFolders.settings),
  ].join("\n");
}
