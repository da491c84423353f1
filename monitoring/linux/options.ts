/** What the steps of Linux machines are rendered from, besides the plan. */
import type { Executable, Instance } from "../hosts.ts";
import type { Machine, MachineFlow } from "../machines.ts";

/** A program that is downloaded as an archive. */
export interface LinuxProgram {
  /** Three numbers, such as `0.42.0`. */
  readonly version: string;
  /** `https://…tar.gz`. */
  readonly url: string;
  /** Hex SHA-256 of the archive, as its project published it. */
  readonly sha256: string;
  /** File name of the executable, in whatever folder of the archive. */
  readonly executable: string;
}

/** Folders of the machine. Another set renders the same steps for a folder of somebody's own, as tests have. */
export interface LinuxFolders {
  /** One folder a service: its files, certificates, secrets and data. */
  readonly services: string;
  /** One folder a program and version. */
  readonly programs: string;
  readonly units: string;
  readonly lock: string;
  /** What administrators write. */
  readonly settings: string;
}

export const linuxFolders: LinuxFolders = {
  services: "/var/lib/vigil",
  programs: "/opt/vigil",
  units: "/etc/systemd/system",
  lock: "/run/lock",
  settings: "/etc",
};

export interface LinuxOptions {
  /** Every machine of the stack; those with system `linux` get steps. */
  readonly machines: readonly Machine[];
  /** What the firewalls of the machines let in, by `machineFlows`. */
  readonly flows: readonly MachineFlow[];
  /** Networks of the sources that are no machine of the stack, such as `people`. */
  readonly networks: Readonly<Record<string, readonly string[]>>;
  /** Addresses from which a load balancer asks the edge whether it is well. @default none */
  readonly healthCheckers?: readonly string[];
  /** Address that the edges share by keepalived, in a network of one's own. @default none */
  readonly sharedAddress?: string;
  /** Archives by executable. HAProxy is not among them: it is the distribution's. */
  readonly programs: Readonly<Partial<Record<Executable, LinuxProgram>>>;
  /** Programs that are on the machine already, by absolute path. @default `/usr/sbin/haproxy` for HAProxy */
  readonly installed?: Readonly<Partial<Record<Executable, string>>>;
  /** @default {@link linuxFolders} */
  readonly folders?: LinuxFolders;
  /** System account of a service, made where it is absent. @default `vigil-<service>` */
  readonly account?: (instance: Instance) => string;
  /** Seconds within which a changed service must be healthy; after that the previous one is put back. @default 120 */
  readonly patience?: number;
  /** Whether data goes with its service. @default false */
  readonly removeData?: boolean;
}

/** Longest name of a Linux account, less the closing zero. https://man7.org/linux/man-pages/man8/useradd.8.html */
const longestAccount = 32;

/** @throws when the name is longer than Linux takes. */
export function accountOf(instance: Instance, options: LinuxOptions): string {
  const account = options.account?.(instance) ?? `vigil-${instance.name}`;
  if (account.length <= longestAccount) return account;
  throw new Error(
    `layout.instances: the account "${account}" of ${instance.name} has ${String(account.length)} characters, ` +
      `expected at most ${String(longestAccount)}: give the instance a shorter name`,
  );
}

/** The unit of a service. */
export function unitName(service: string): string {
  return `vigil-${service}.service`;
}
