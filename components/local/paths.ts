import { createHash } from "node:crypto";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { hostPaths, type HostPaths } from "../../monitoring/hostPaths.ts";

/** What a local stack has besides what every host has. Every directory is 0700, every file 0600. */
export interface StackPaths extends HostPaths {
  /** `<service>`, empty: stopped on purpose. */
  readonly stopped: string;
  /** The supervisor's own directory, with its sockets. */
  readonly supervisor: string;
}

export function stackPaths(root: string): StackPaths {
  return {
    ...hostPaths({ root, separator: "/" }),
    stopped: join(root, "stopped"),
    supervisor: supervisorDirectory(root),
  };
}

/** A UNIX socket's path is at most 107 characters long, so that a deep root gets a short directory elsewhere. */
function supervisorDirectory(root: string): string {
  const beside = join(root, "supervisor");
  if (beside.length < 90) return beside;
  const digest = createHash("sha256").update(root).digest("hex").slice(0, 12);
  return join(tmpdir(), `vigil-${userInfo().username}-${digest}`);
}
