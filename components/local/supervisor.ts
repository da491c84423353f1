/**
 * The processes of a local stack, kept alive by pm2's daemon (one per stack, with its own directory), which restarts
 * what dies. pm2 runs as a program of its own; nothing here outlives the call.
 */
import { execFile } from "node:child_process";
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { basename, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import type pm2 from "pm2";
import type { Service } from "../../monitoring/hosts.ts";
import { seconds } from "../../monitoring/units.ts";
import { withLock } from "../../tools/lock.ts";
import { inheritedEnvironment, ownersOnly, startDaemon } from "./daemon.ts";
import { ensureDirectory } from "./files.ts";
import type { StackPaths } from "./paths.ts";

/** What the supervisor knows of a process. */
export interface Supervised {
  readonly name: string;
  /** Undefined while it does not run. */
  readonly pid: number | undefined;
  /** How often it was started again by itself. */
  readonly restarts: number;
  /** Milliseconds since the epoch at its last start. */
  readonly since: number | undefined;
}

export interface Supervisor {
  list(): Promise<Supervised[]>;
  /** Starts the service, or starts it again with what is given now. */
  start(service: Service, executable: string): Promise<void>;
  signal(name: string, signal: "SIGHUP" | "SIGUSR2"): Promise<void>;
  /** Stops the process politely, then by force after its stop time-out, and forgets it: it is not started again. */
  remove(name: string, executable: string): Promise<void>;
  /** Stops and forgets all processes. */
  removeAll(): Promise<void>;
}

/** Runs `work` with the stack's supervisor, whose daemon is started when it is not there. */
export async function withSupervisor<T>(
  paths: StackPaths,
  work: (supervisor: Supervisor) => Promise<T>,
): Promise<T> {
  const connection = connections.get(paths.root) ?? { users: 0, client: connectToDaemon(paths) };
  connections.set(paths.root, connection);
  connection.users += 1;
  try {
    const { call } = await connection.client;
    return await work(supervisor(paths, call));
  } finally {
    connection.users -= 1;
    if (connection.users === 0) {
      // Otherwise its sockets would keep this process from ending.
      connections.delete(paths.root);
      await connection.client.then(({ client }) => client.disconnect()).catch(() => undefined);
    }
  }
}

/** One connection a stack, shared by the services that are changed at the same time. */
const connections = new Map<string, { users: number; readonly client: Promise<Connected> }>();

interface Connected {
  readonly client: typeof pm2;
  readonly call: Call;
}

/**
 * Ends all processes and the daemon. Not by pm2's own call for it: that one leaves the caller with a socket which looks
 * for the daemon for ever.
 */
export async function shutDown(paths: StackPaths): Promise<void> {
  if (await daemonAnswers(paths)) {
    await withSupervisor(paths, async (supervisor) => supervisor.removeAll());
    const pid = Number.parseInt(await readFile(join(paths.supervisor, "pm2.pid"), "utf8"), 10);
    await endProcess(pid);
  }
  await rm(paths.supervisor, { recursive: true, force: true });
}

/** Whether a daemon answers for this stack: without one nothing of it runs. */
export async function daemonAnswers(paths: StackPaths): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(join(paths.supervisor, "rpc.sock"));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => {
      resolve(false);
    });
  });
}

/**
 * Whether the service's process is alive and its supervisor with it. Cheap: files and one connection, because every
 * preview asks it of every service.
 */
export async function isSupervised(paths: StackPaths, name: string): Promise<boolean> {
  const record = await recordOf(paths, name);
  if (record === undefined || !isAlive(record.pid)) return false;
  // A process that is older than the daemon was left by the one before: it lives, and nobody would start it again.
  const daemon = await stat(join(paths.supervisor, "rpc.sock")).catch(() => undefined);
  return daemon !== undefined && daemon.mtimeMs <= record.written && (await daemonAnswers(paths));
}

interface ProcessRecord {
  readonly pid: number;
  /** Milliseconds since the epoch. */
  readonly written: number;
}

/** The newest record: a daemon that was killed leaves its own beside those of the next. */
async function recordOf(paths: StackPaths, name: string): Promise<ProcessRecord | undefined> {
  const directory = join(paths.supervisor, "pids");
  try {
    const files = (await readdir(directory)).filter((entry) => entry.replace(/_-\d+\.pid$/, "") === name);
    const records = await Promise.all(files.map((file) => readRecord(join(directory, file))));
    return records.sort((a, b) => b.written - a.written)[0];
  } catch {
    return undefined;
  }
}

async function readRecord(path: string): Promise<ProcessRecord> {
  return { pid: Number.parseInt(await readFile(path, "utf8"), 10), written: (await stat(path)).mtimeMs };
}

/** One of another user's is none of the stack's: numbers are used again. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Nothing is lost when the process has ended meanwhile. */
function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/**
 * A daemon that was killed leaves its processes behind, which would keep the ports and directories of those that a new
 * one starts. What the record names is ended only when it still runs the service's program: numbers are used again.
 */
async function endOrphan(paths: StackPaths, name: string, executable: string): Promise<void> {
  const pid = (await recordOf(paths, name))?.pid;
  if (pid === undefined || !isAlive(pid) || !(await commandOf(pid)).includes(basename(executable))) return;
  await endProcess(pid);
}

/** Politely, and by force after 10 s. */
async function endProcess(pid: number): Promise<void> {
  signalTo(pid, "SIGTERM");
  for (let waited = 0; isAlive(pid); waited += 100) {
    if (waited === 10_000) signalTo(pid, "SIGKILL");
    await pause(100);
  }
}

/** Empty when the process has ended meanwhile: `ps` answers 1 then. */
async function commandOf(pid: number): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)("ps", ["-o", "command=", "-p", String(pid)]);
    return stdout;
  } catch (error) {
    if ((error as { code?: unknown }).code === 1) return "";
    throw error;
  }
}

type Call = <T>(method: string, ...values: unknown[]) => Promise<T>;

function supervisor(paths: StackPaths, call: Call): Supervisor {
  const list = async (): Promise<Supervised[]> =>
    (await call<pm2.ProcessDescription[]>("list")).map((process) => ({
      name: process.name ?? "",
      pid: process.pid === 0 ? undefined : process.pid,
      restarts: (process.pm2_env as { restart_time?: number } | undefined)?.restart_time ?? 0,
      since: process.pm2_env?.pm_uptime,
    }));
  const has = async (name: string): Promise<boolean> => (await list()).some((known) => known.name === name);
  const remove = async (name: string, executable: string): Promise<void> => {
    if (await has(name)) await call("delete", name);
    else await endOrphan(paths, name, executable);
  };
  return {
    list,
    remove,
    start: async (service, executable) => {
      // pm2 keeps the arguments of a process that it knows, so a changed one is declared anew.
      await remove(service.name, executable);
      await call("start", declaration(paths, service, executable));
    },
    signal: async (name, signal) => {
      await call("sendSignalToProcessName", signal, name);
    },
    removeAll: async () => {
      if ((await list()).length > 0) await call("delete", "all");
    },
  };
}

function declaration(paths: StackPaths, service: Service, executable: string): pm2.StartOptions {
  const log = join(paths.logs, `${service.name}.log`);
  return {
    name: service.name,
    script: executable,
    args: [...service.arguments],
    interpreter: "none",
    cwd: service.workingDirectory,
    env: { ...inheritedEnvironment(), ...service.environment },
    // Otherwise the caller's whole environment, passphrases included, would be handed on: what contains one of these texts
    // is left out. (`true` means the same, but has no length, so that pm2 takes it for nothing.)
    filter_env: [""],
    out_file: log,
    error_file: log,
    merge_logs: true,
    // pm2 puts its own number for the process before the ending, in place of a number that a name ends in.
    pid_file: join(paths.supervisor, "pids", `${service.name}_.pid`),
    autorestart: true,
    max_restarts: Number.MAX_SAFE_INTEGER,
    exp_backoff_restart_delay: restartDelay(service),
    kill_timeout: seconds(service.stopTimeout) * 1_000,
    vizion: false,
    pmx: false,
    automation: false,
  } as pm2.StartOptions;
}

/**
 * Milliseconds until what died is started again, half as long again each further time. Longer than the edge's checks need
 * to find a server dead: one that is back sooner would be given requests in the middle of its way up. The edge has no spare.
 */
function restartDelay({ component }: Service): number {
  return component === "haproxy" ? 100 : 1_200;
}

async function connectToDaemon(paths: StackPaths): Promise<Connected> {
  await ensureDirectory(paths.supervisor);
  // pm2 reads its directory when it is loaded.
  process.env["PM2_HOME"] = paths.supervisor;
  const client = ownersOnly(() => {
    const { custom } = createRequire(import.meta.url)("pm2") as {
      custom: new (options: object) => typeof pm2;
    };
    return new custom({ pm2_home: paths.supervisor, independent: false });
  });
  const call: Call = async (method, ...values) =>
    new Promise((resolve, reject) => {
      const methods = client as unknown as Record<string, (...values: unknown[]) => void>;
      methods[method]?.(...values, (error: unknown, result: never) => {
        if (error === null || error === undefined) resolve(result);
        else reject(new Error(`the supervisor could not ${method}: ${reasonOf(error)}`, { cause: error }));
      });
    });
  // Two that find no daemon at the same time would each start one.
  await withLock(join(paths.root, "supervisor.lock"), async () => {
    if (!(await daemonAnswers(paths))) await startDaemon(paths);
    await call("connect", false);
  });
  return { client, call };
}

function reasonOf(error: unknown): string {
  const first: unknown = Array.isArray(error) ? error[0] : error;
  return first instanceof Error ? first.message : JSON.stringify(first);
}
