/**
 * Starts pm2's daemon with what the stack's processes may inherit and nothing else: the engine's environment holds the
 * passphrase of the state and perhaps a cloud's keys, and pm2 would hand all of it on to every process.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, open } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { StackPaths } from "./paths.ts";

/** Milliseconds; half a second is usual. */
const readyWithin = 20_000;

/** Where programs and certificates are found, and how dates and texts read. */
const inherited = [
  "PATH",
  "HOME",
  "USER",
  "LANG",
  "LC_ALL",
  "TZ",
  "TMPDIR",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "NODE_EXTRA_CA_CERTS",
  "NODE_COMPILE_CACHE",
];

/** Resolves when the daemon takes orders. @throws when it does not within 20 s. */
export async function startDaemon(paths: StackPaths): Promise<void> {
  const path = join(paths.supervisor, "pm2.log");
  const log = await open(path, "a", 0o600);
  try {
    const daemon = ownersOnly(() =>
      spawn(process.execPath, [createRequire(import.meta.url).resolve("pm2/lib/Daemon.js")], {
        cwd: paths.root,
        detached: true,
        env: daemonEnvironment(paths),
        stdio: ["ignore", log.fd, log.fd, "ipc"],
      }),
    );
    const started = once(daemon, "message", { signal: AbortSignal.timeout(readyWithin) });
    const ended = once(daemon, "exit").then(([code]) => {
      throw new Error(`it ended with ${String(code)}`);
    });
    await Promise.race([started, ended]);
    // pm2 opens them to its group.
    for (const socket of ["rpc.sock", "pub.sock"]) await chmod(join(paths.supervisor, socket), 0o600);
    daemon.disconnect();
    daemon.unref();
  } catch (error) {
    throw new Error(`the stack's supervisor did not start (${String(error)}); its log: ${path}`, {
      cause: error,
    });
  } finally {
    await log.close();
  }
}

function daemonEnvironment(paths: StackPaths): NodeJS.ProcessEnv {
  return {
    ...inheritedEnvironment(),
    PM2_HOME: paths.supervisor,
    // Its own default is SIGINT.
    PM2_KILL_SIGNAL: "SIGTERM",
    SILENT: "true",
  };
}

/** What every process of a stack gets of the caller's environment. */
export function inheritedEnvironment(): Record<string, string> {
  return Object.fromEntries(
    inherited.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** What `start` makes is its owner's only; a child inherits the mask of the moment, and so do its own. */
export function ownersOnly<T>(start: () => T): T {
  const before = process.umask(0o077);
  try {
    return start();
  } finally {
    process.umask(before);
  }
}
