import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildWithGo } from "./build.ts";
import { defaultPatience, type Patience } from "./download.ts";
import { cacheFolder, folderOf, noteAbsence, readAbsence } from "./installation.ts";
import { publish, readInstallation, remove, stage } from "./installation.ts";
import type { Installation, Origin } from "./installation.ts";
import { withLock } from "./lock.ts";
import { installPackage } from "./packages.ts";
import { pinOf, type Pin, type ToolName } from "./pins.ts";
import { progressTo, type Progress } from "./progress.ts";
import { acceptedRange, defaultSearchPath, locate, recognise, type Executables } from "./recognise.ts";
import { unpackRelease } from "./release.ts";

export type { Installation, Origin, ToolName };

/** The tools that were asked for, ready to run. */
export interface Toolchain {
  /** The absolute path of an executable, such as `promtool`. Throws, saying why, when it is not there. */
  readonly path: (executable: string) => string;
  readonly tools: readonly Installation[];
  /** Optional tools that could not be had, each with the reason and the way to get it. */
  readonly missing: readonly { readonly name: string; readonly reason: string }[];
}

export interface ToolchainOptions {
  /** Receives each line of progress. Default: stderr, with a live last line on a terminal. */
  log?: (line: string) => void;
  /** Default: $VIGIL_CACHE, $XDG_CACHE_HOME/vigil or ~/.cache/vigil. */
  cache?: string;
  /** Folders that are searched for tools, Go and package managers. Default: PATH and the usual ones besides. */
  searchPath?: readonly string[];
  /** How patient downloads are. Default: 10 s for an answer, 30 s without a byte, 4 resumes. */
  patience?: Patience;
  /** Also try optional tools again that could not be had within the last hour. Default false. */
  again?: boolean;
}

/**
 * Makes the pinned tools available: from the cache, else one on PATH that the pin accepts, else the official release
 * (its published sha256 checked), else a build of the pinned Go module, else the system's package.
 * Throws when a required tool cannot be had, with every way that was tried and why it failed.
 */
export function ensureTools(names: readonly ToolName[], options: ToolchainOptions = {}): Promise<Toolchain> {
  return ensurePins(names.map(pinOf), options);
}

/** `ensureTools` for pins of one's own. */
export async function ensurePins(pins: readonly Pin[], options: ToolchainOptions = {}): Promise<Toolchain> {
  const context: Context = {
    cache: options.cache ?? cacheFolder(),
    searchPath: options.searchPath ?? defaultSearchPath(),
    patience: options.patience ?? defaultPatience,
    again: options.again ?? false,
    progress: progressTo(options.log),
  };
  if (process.platform !== "linux" && process.platform !== "darwin") {
    throw new Error(`the toolchain serves Linux and macOS, this is ${process.platform}: run it in WSL2`);
  }
  const outcomes = await Promise.all(pins.map((pin) => ensure(pin, context)));
  const tools = outcomes.filter((outcome): outcome is Installation => !("reason" in outcome));
  const missing = outcomes.filter((outcome): outcome is Missing => "reason" in outcome);
  const fatal = missing.filter(({ optional }) => !optional);
  if (fatal.length > 0) throw new Error(fatal.map(({ name, reason }) => `${name}: ${reason}`).join("\n"));
  for (const { name, reason } of missing) context.progress.say(`${name} is left out: ${reason}`);
  return toolchainOf(pins, tools, missing);
}

interface Context {
  readonly cache: string;
  readonly searchPath: readonly string[];
  readonly patience: Patience;
  readonly again: boolean;
  readonly progress: Progress;
}

interface Missing {
  readonly name: string;
  readonly optional: boolean;
  readonly reason: string;
}

async function ensure(pin: Pin, context: Context): Promise<Installation | Missing> {
  const installed = readInstallation(context.cache, pin);
  if (installed !== undefined) return installed;
  const reason = pin.optional && !context.again ? readAbsence(context.cache, pin) : undefined;
  if (reason !== undefined) return { name: pin.name, optional: true, reason };
  return install(pin, context);
}

function toolchainOf(
  pins: readonly Pin[],
  tools: readonly Installation[],
  missing: readonly Missing[],
): Toolchain {
  const paths = new Map(tools.flatMap(({ executables }) => Object.entries(executables)));
  return {
    tools,
    missing: missing.map(({ name, reason }) => ({ name, reason })),
    path: (executable) => {
      const path = paths.get(executable);
      if (path !== undefined) return path;
      const owner = pins.find(({ provides }) => provides.includes(executable));
      const reason = missing.find(({ name }) => name === owner?.name)?.reason;
      throw new Error(`${executable}: ${reason ?? "none of the tools asked for provides it"}`);
    },
  };
}

/** Installs one tool while other runs that want it wait. */
async function install(pin: Pin, context: Context): Promise<Installation | Missing> {
  const { cache, progress } = context;
  const lock = `${folderOf(cache, pin)}.lock`;
  mkdirSync(dirname(lock), { recursive: true });
  const onWait = (holder: string): void => {
    progress.say(`${pin.name} ${pin.version}: waiting, ${holder} is installing it`);
  };
  const work = async (): Promise<Installation> =>
    readInstallation(cache, pin) ?? (await firstThatWorks(pin, context));
  try {
    return await withLock(lock, work, { onWait });
  } catch (error) {
    const reason = (error as Error).message;
    if (pin.optional) noteAbsence(cache, pin, reason);
    return { name: pin.name, optional: pin.optional, reason };
  }
}

async function firstThatWorks(pin: Pin, context: Context): Promise<Installation> {
  const failures: string[] = [];
  for (const [origin, obtain] of waysTo(pin, context)) {
    const staging = stage(context.cache, pin);
    try {
      const executables = await obtain(staging);
      // What we fetch or make is the pinned version; what a machine has need only be accepted.
      const version = await recognise(pin, executables, origin === "release" || origin === "build");
      const installation = publish(context.cache, pin, staging, { version, origin, executables });
      context.progress.say(`${pin.name} ${version}: ready, ${described(installation)}`);
      return installation;
    } catch (error) {
      failures.push(`${origin}: ${(error as Error).message}`);
    } finally {
      remove(staging);
    }
  }
  throw new Error(
    `version ${pin.version} cannot be had (${failures.join("; ")}). ` +
      `To get it: ${remedy(pin)}; then \`node tools/install.ts ${pin.name}\`.`,
  );
}

type Way = [origin: Origin, obtain: (staging: string) => Promise<Executables>];

/** The ways that the pin knows, the quickest first; each returns the executables it obtained. */
function waysTo(pin: Pin, { cache, searchPath, patience, progress }: Context): Way[] {
  const located = (): Executables => locate(pin, searchPath);
  const staged = (staging: string): Executables =>
    Object.fromEntries(pin.provides.map((name) => [name, join(staging, "bin", name)]));
  const ways: Record<Origin, Way[1]> = {
    path: async () => Promise.resolve(located()),
    release: (staging) => unpackRelease(pin, cache, staging, patience, progress).then(() => staged(staging)),
    build: (staging) =>
      buildWithGo(pin, join(staging, "bin"), searchPath, progress).then(() => staged(staging)),
    package: () => installPackage(pin, searchPath, progress).then(located),
  };
  const known: Record<Origin, unknown> = {
    path: pin.onPath,
    release: pin.release,
    build: pin.build,
    package: pin.package,
  };
  return (Object.entries(ways) as Way[]).filter(([origin]) => Boolean(known[origin]));
}

function described({ origin, executables, folder }: Installation): string {
  if (origin === "release") return `downloaded to ${folder}`;
  if (origin === "build") return `built in ${folder}`;
  return `${origin === "path" ? "found" : "installed"} as ${Object.values(executables)[0] ?? folder}`;
}

function remedy(pin: Pin): string {
  const remedies: string[] = [];
  if (pin.release) remedies.push(`allow downloads from ${new URL(pin.release.url).host}`);
  if (pin.build) remedies.push("install Go 1.26 or newer (https://go.dev/dl)");
  if (pin.package?.apt) remedies.push(`apt-get install ${pin.package.apt.join(" ")}`);
  if (pin.package?.brew) remedies.push(`brew install ${pin.package.brew.join(" ")}`);
  if (pin.onPath) remedies.push(`put ${pin.provides.join(", ")} ${acceptedRange(pin)}, on PATH`);
  return remedies.join(", or ");
}
