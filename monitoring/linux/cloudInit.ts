/**
 * What a Linux machine of a cloud is told at its first boot: enough to be safe and to be reached by its steps, which do the
 * rest and can be run again. It holds no secret: user data can be read on the machine by everybody.
 *
 * @see https://cloudinit.readthedocs.io/en/latest/reference/modules.html
 */
import type { Machine } from "../machines.ts";
import { toYaml } from "../yaml.ts";
import { kernelSettings, packagesOf } from "./baseStep.ts";

export interface CloudInitOptions {
  readonly machine: Machine;
  /**
   * Whether the machine restarts itself where an update asks for it, each member of a role at an hour of its own. @default
   * false: the cloud patches and restarts, zone by zone
   */
  readonly ownRestarts?: boolean;
}

/** Text of the user data, at most 16 KiB. */
export function renderCloudInit({ machine, ownRestarts = false }: CloudInitOptions): string {
  const kernel = Object.entries(kernelSettings()).map(([name, value]) => `${name} = ${value}\n`);
  return `#cloud-config\n${toYaml({
    package_update: true,
    packages: [...packagesOf(machine), "unattended-upgrades"].sort(),
    // Nobody comes in by a password, and root by no way at all.
    ssh_pwauth: false,
    disable_root: true,
    write_files: [
      file("/etc/sysctl.d/60-vigil.conf", kernel.join("")),
      file("/etc/systemd/journald.conf.d/60-vigil.conf", journal),
      file("/etc/apt/apt.conf.d/60vigil", upgrades(machine, ownRestarts)),
    ],
    runcmd: [
      ["sysctl", "--quiet", "--system"],
      ["systemctl", "restart", "systemd-journald.service"],
      // The package starts one of its own; ours is another.
      ...(machine.role === "edge" ? [["systemctl", "disable", "--now", "haproxy.service"]] : []),
    ],
  })}`;
}

function file(path: string, content: string) {
  return { path, content, owner: "root:root", permissions: "0644" };
}

/** Logs of a month on an edge are far less; what goes wild must not fill the disk. */
const journal = "[Journal]\nStorage=persistent\nSystemMaxUse=1G\nMaxRetentionSec=30day\n";

/** Members of a role restart an hour apart, at night. */
const firstRestartHour = 2;

function upgrades(machine: Machine, ownRestarts: boolean): string {
  const member = Number(/\d+$/.exec(machine.name)?.[0] ?? 1);
  const hour = String((firstRestartHour + member - 1) % 24).padStart(2, "0");
  return [
    'APT::Periodic::Update-Package-Lists "1";',
    'APT::Periodic::Unattended-Upgrade "1";',
    `Unattended-Upgrade::Automatic-Reboot "${String(ownRestarts)}";`,
    ...(ownRestarts ? [`Unattended-Upgrade::Automatic-Reboot-Time "${hour}:00";`] : []),
    "",
  ].join("\n");
}
