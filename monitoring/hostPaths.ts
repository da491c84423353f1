import type { Directories } from "./hosts.ts";

/** Where the parts of a stack lie below its root on a machine. Directories are private to the account that runs them. */
export interface HostPaths {
  readonly root: string;
  /** One file a secret, named by it; `NAME.bcrypt` beside it where a hash is used. */
  readonly secrets: string;
  /** `ca.crt`, `ca.key`, and `NAME.crt`, `NAME.key`, `NAME.pem` per certificate. */
  readonly certificates: string;
  /** `<service>/`: the files that the service reads. On Windows `config`. */
  readonly services: string;
  /** `<service>/`: outlives the service. */
  readonly data: string;
  /** `<service>.log`: stdout and stderr. */
  readonly logs: string;
}

export function hostPaths({ root, separator, owner }: Directories): HostPaths {
  const below = (...names: string[]): string => [root, ...names].join(separator);
  // `config` as people know it from Windows' own instructions.
  const services = below(separator === "\\" ? "config" : "services");
  const own = (name: string): string =>
    owner === undefined ? below(name) : [services, owner, name].join(separator);
  return {
    root,
    secrets: own("secrets"),
    certificates: own("tls"),
    services,
    data: below("data"),
    logs: below("logs"),
  };
}
