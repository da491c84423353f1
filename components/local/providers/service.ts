/** Create, change and remove one service of this machine. */
import { isDeepStrictEqual } from "node:util";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { PlanFile, PlanSecret, Service } from "../../../monitoring/hosts.ts";
import { seconds } from "../../../monitoring/units.ts";
import { ensureDirectory, readTextFile, writePrivateFile } from "../files.ts";
import { completeSetup, lastWords, reloadByHttp, waitUntilHealthy } from "../health.ts";
import { stackPaths, type StackPaths } from "../paths.ts";
import { fillPlaceholders } from "../secrets.ts";
import { isSupervised, withSupervisor, type Supervisor } from "../supervisor.ts";
import { inTurn, type Turn } from "./turns.ts";

/** Inputs and outputs of the resource: plain data without a secret. */
export interface ServiceState {
  readonly root: string;
  readonly service: Service;
  /** Absolute path of the program. */
  readonly executable: string;
  readonly secrets: readonly PlanSecret[];
  /** Increases whenever a secret's value changes, so that files which hold one are written again. */
  readonly credentialsGeneration: number;
  /** Increases whenever certificates are renewed. */
  readonly certificatesGeneration: number;
}

/** Seconds that a service may take until it is healthy; replaying a long write-ahead log is what takes longest. */
const healthyWithin = 120;

/** Seconds that a busy one may take to answer before it counts as stuck. */
const wellWithin = 5;

/** A process that ended so often, some seconds of the supervisor's growing pauses, will not come up by itself. */
const hopelessRestarts = 5;

export async function create(state: ServiceState): Promise<{ id: string; outs: ServiceState }> {
  const paths = stackPaths(state.root);
  await writeFiles(state, paths);
  await rm(join(paths.stopped, state.service.name), { force: true });
  await start(state, paths).catch(keepInState(state));
  return { id: state.service.name, outs: state };
}

/** It exists, so the next `pulumi up` must mend it, whatever is declared then, rather than make a second one. */
function keepInState(state: ServiceState): (error: unknown) => never {
  return (error) => {
    const reasons = [(error as Error).message];
    throw Object.assign(new Error(reasons[0]), { id: state.service.name, properties: state, reasons });
  };
}

export interface Difference {
  readonly changes: boolean;
  readonly replaces: string[];
  readonly deleteBeforeReplace: boolean;
}

/** A change of what is declared, or a process that should run and does not. */
export async function diff(_id: string, old: ServiceState, now: ServiceState): Promise<Difference> {
  return {
    changes: !isDeepStrictEqual(old, now) || (await hasDied(now)),
    replaces: old.root === now.root ? [] : ["root"],
    // A service owns its ports and its data directory: the old one must have left them.
    deleteBeforeReplace: true,
  };
}

/**
 * Applies a change with the least disturbance: watched files are only written, others are reloaded, and only a change of
 * program, arguments or files that are read at the start restarts, one member of a pair at a time.
 */
export async function update(
  _id: string,
  old: ServiceState,
  now: ServiceState,
): Promise<{ outs: ServiceState }> {
  const { name, rolling, member: side } = now.service;
  // What is dead serves nobody: it waits for no turn, and others may wait for it, as a sidecar does for its Prometheus.
  if (await hasDied(now)) await change(old, now);
  else await inTurn(rolling, { name, side }, async (turn) => change(old, now, turn));
  return { outs: now };
}

async function change(old: ServiceState, now: ServiceState, turn?: Turn): Promise<void> {
  const paths = stackPaths(now.root);
  const { files, name, settle = "0s" } = now.service;
  const changed = await writeFiles(now, paths);
  if (await stoppedOnPurpose(paths, name)) return;
  const asked = actionFor(old, now, changed, turn === undefined);
  const action = asked === "none" && !(await isWell(now, paths)) ? "restart" : asked;
  if (action === "restart") {
    await turn?.othersSettled();
    await start(now, paths).catch(keepInState(now));
    turn?.settle(seconds(settle) * 1_000);
  }
  if (action === "reload") await reloadOrReturn(old, now, paths);
  await removeFiles(old.service.files, files);
}

export async function remove(_id: string, state: ServiceState): Promise<void> {
  const paths = stackPaths(state.root);
  await withSupervisor(paths, async (supervisor) => supervisor.remove(state.service.name, state.executable));
  await rm(join(paths.services, state.service.name), { recursive: true, force: true });
  await rm(join(paths.stopped, state.service.name), { force: true });
}

/** A service that is gone is said to be gone; one that is stopped on purpose is still there. */
export async function read(id: string, state: ServiceState): Promise<{ props: ServiceState } | undefined> {
  const spec = await readTextFile(specFile(stackPaths(state.root), id));
  return spec === undefined ? undefined : { props: state };
}

type Action = "none" | "reload" | "restart";

function actionFor(
  old: ServiceState,
  now: ServiceState,
  changed: readonly PlanFile[],
  died: boolean,
): Action {
  const asks = changed.map((file) => file.onChange);
  const started = ({ service, executable }: ServiceState): unknown => [
    executable,
    service.arguments,
    service.environment,
    service.workingDirectory,
  ];
  const renewed = old.certificatesGeneration !== now.certificatesGeneration;
  if (renewed) asks.push(now.service.onCertificates);
  if (died || asks.includes("restart") || !isDeepStrictEqual(started(old), started(now))) return "restart";
  return asks.includes("reload") ? "reload" : "none";
}

/** A configuration that the process refuses is taken back, so that its files stay what it runs with. */
async function reloadOrReturn(old: ServiceState, now: ServiceState, paths: StackPaths): Promise<void> {
  try {
    await reload(now, paths);
    await waitUntilHealthy(now.service, paths, now.secrets, healthyWithin);
  } catch (error) {
    await writeFiles(old, paths);
    throw error;
  }
}

async function start({ service, executable, secrets }: ServiceState, paths: StackPaths): Promise<void> {
  await ensureDirectory(paths.logs);
  for (const directory of service.directories) await ensureDirectory(directory);
  await withSupervisor(paths, async (supervisor) => {
    await supervisor.start(service, executable);
    const endless = new AbortController();
    await Promise.race([
      waitUntilHealthy(service, paths, secrets, healthyWithin, endless.signal),
      untilHopeless(service, paths, supervisor, endless.signal),
    ]).finally(() => {
      endless.abort();
    });
  });
  if (!(await isSupervised(paths, service.name))) throw new Error(await portsTaken(service, paths));
  await completeSetup(service, paths, secrets);
}

/** Never resolves before the signal. @throws when the process ends again and again. */
async function untilHopeless(
  { name }: Service,
  paths: StackPaths,
  supervisor: Supervisor,
  ended: AbortSignal,
): Promise<void> {
  while (!ended.aborted) {
    // The list is dear: the supervisor measures every process for it.
    await pause(2_000);
    const process = (await supervisor.list()).find((known) => known.name === name);
    if (process !== undefined && process.restarts >= hopelessRestarts)
      throw new Error(
        `${name} ends as soon as it is started (${String(process.restarts)} times); ${await lastWords(name, paths)}`,
      );
  }
}

/** Something answered in the service's place and let the credentials pass: a left-over of this very stack. */
async function portsTaken({ name, ports }: Service, paths: StackPaths): Promise<string> {
  const numbers = ports.map(({ number }) => number).join(", ");
  return (
    `${name} does not run, but another process answers on its ports (${numbers}): end that process, then run ` +
    `npm start again; ${await lastWords(name, paths)}`
  );
}

async function reload({ service, secrets }: ServiceState, paths: StackPaths): Promise<void> {
  const how = service.reload;
  if (how.kind === "http") await reloadByHttp(how, paths, secrets);
  if (how.kind === "signal")
    await withSupervisor(paths, async (supervisor) => supervisor.signal(service.name, how.signal));
}

/** @returns the files whose content changed. */
async function writeFiles(state: ServiceState, paths: StackPaths): Promise<PlanFile[]> {
  const changed: PlanFile[] = [];
  for (const file of state.service.files) {
    const content = await fillPlaceholders(file.content, paths.secrets, state.secrets);
    if (await writePrivateFile(file.path, content)) changed.push(file);
  }
  const { service, executable, secrets } = state;
  await writePrivateFile(
    specFile(paths, service.name),
    JSON.stringify({ service, executable, secrets }, null, 2),
  );
  return changed;
}

async function removeFiles(old: readonly PlanFile[], now: readonly PlanFile[]): Promise<void> {
  const kept = new Set(now.map((file) => file.path));
  for (const file of old) if (!kept.has(file.path)) await rm(file.path, { force: true });
}

/** False for what is alive and does not answer, as after a start that failed. */
async function isWell({ service, secrets }: ServiceState, paths: StackPaths): Promise<boolean> {
  return waitUntilHealthy(service, paths, secrets, wellWithin).then(
    () => true,
    () => false,
  );
}

async function hasDied({ root, service }: ServiceState): Promise<boolean> {
  const paths = stackPaths(root);
  if (await stoppedOnPurpose(paths, service.name)) return false;
  return !(await isSupervised(paths, service.name));
}

async function stoppedOnPurpose(paths: StackPaths, name: string): Promise<boolean> {
  return (await readTextFile(join(paths.stopped, name))) !== undefined;
}

function specFile(paths: StackPaths, name: string): string {
  return join(paths.services, name, "service.json");
}
