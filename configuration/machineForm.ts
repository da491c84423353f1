/** What follows from a stack's configuration for its machines, where it does not say. */
import type { SecretDeclaration } from "../monitoring/model.ts";
import type { StackConfig } from "./parse.ts";

export type HaproxyForm = "linux" | "wsl" | "windows";

/** One PC, on which both members of a pair have an address of their own. */
export function isDesktop({ platform, parameters, machines }: StackConfig<unknown>): boolean {
  return (
    platform === "windows-existing" &&
    parameters.layout === "desktop" &&
    machines.existing.every(({ role }) => role === "node")
  );
}

/** Where HAProxy runs. */
export function haproxyForm(config: StackConfig<unknown>): HaproxyForm {
  const { haproxy } = config.machines;
  if (haproxy !== "auto") return haproxy;
  return isDesktop(config) ? "wsl" : "linux";
}

/** The secret that holds the private key of a machine which names no other. */
export const defaultKeySecret = "ssh-key";

/** Secrets by which Pulumi reaches machines: they are given, and no machine of the stack ever gets them. */
export function connectionSecrets({ platform, machines }: StackConfig<unknown>): SecretDeclaration[] {
  if (platform !== "windows-existing") return [];
  const byName = new Map<string, SecretDeclaration>();
  for (const { name: machine, connection, keySecret, passwordSecret } of machines.existing) {
    if (connection !== "ssh") continue;
    const name = passwordSecret ?? keySecret ?? defaultKeySecret;
    const what = passwordSecret === undefined ? "Private key" : "Password";
    byName.set(name, {
      name,
      about:
        byName.get(name)?.about.replace(/\.$/, `, ${machine}.`) ??
        `${what} by which Pulumi reaches ${machine}.`,
      generated: false,
    });
  }
  return [...byName.values()];
}
