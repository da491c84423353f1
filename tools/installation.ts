import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join, relative, resolve } from "node:path";
import type { Pin } from "./pins.ts";
import type { Executables } from "./recognise.ts";

/** Where an installed tool came from. */
export type Origin = "path" | "release" | "build" | "package";

/** One tool, ready to be used. */
export interface Installation {
  readonly name: string;
  readonly version: string;
  readonly origin: Origin;
  /** Its folder in the cache; a tool from PATH has only its marker there. */
  readonly folder: string;
  readonly executables: Executables;
}

/** What `installed.json` says. A file that has another size or time is another program: it is looked at anew. */
interface Marker {
  readonly version: string;
  readonly origin: Origin;
  readonly executables: Readonly<Record<string, { path: string; size: number; mtimeMs: number }>>;
}

const markerFile = "installed.json";

/** $VIGIL_CACHE, or `vigil` in the platform's cache folder. All clones of a user share it. */
export function cacheFolder(): string {
  const { VIGIL_CACHE, XDG_CACHE_HOME } = process.env;
  if (VIGIL_CACHE) return resolve(VIGIL_CACHE);
  if (XDG_CACHE_HOME) return join(resolve(XDG_CACHE_HOME), "vigil");
  return join(homedir(), process.platform === "darwin" ? "Library/Caches" : ".cache", "vigil");
}

/** Where a pin is installed. */
export function folderOf(cache: string, pin: Pin): string {
  return join(cache, "tools", pin.name, `${pin.version}-${pin.digest}`);
}

/** The finished installation of a pin, told by its marker alone (no process is started), or undefined. */
export function readInstallation(cache: string, pin: Pin): Installation | undefined {
  const folder = folderOf(cache, pin);
  try {
    const marker = JSON.parse(readFileSync(join(folder, markerFile), "utf8")) as Marker;
    const executables: Record<string, string> = {};
    for (const name of pin.provides) {
      const entry = marker.executables[name];
      if (entry === undefined) return undefined;
      const path = resolve(folder, entry.path);
      const { size, mtimeMs } = statSync(path);
      if (size !== entry.size || mtimeMs !== entry.mtimeMs) return undefined;
      executables[name] = path;
    }
    return { name: pin.name, version: marker.version, origin: marker.origin, folder, executables };
  } catch {
    return undefined;
  }
}

/** How long an optional tool that could not be had is not asked for again, in milliseconds. */
const absenceHolds = 3_600_000;

/** Why a pin could not be had within the last hour, or undefined. */
export function readAbsence(cache: string, pin: Pin): string | undefined {
  const file = `${folderOf(cache, pin)}.missing`;
  const noted = statSync(file, { throwIfNoEntry: false });
  if (noted === undefined || Date.now() - noted.mtimeMs > absenceHolds) return undefined;
  return readFileSync(file, "utf8");
}

/** Notes that a pin cannot be had, so that not every start waits for a host that does not answer. */
export function noteAbsence(cache: string, pin: Pin, reason: string): void {
  writeFileSync(`${folderOf(cache, pin)}.missing`, reason);
}

/** An empty folder beside the final one; what killed runs left there goes. Call it while holding the pin's lock. */
export function stage(cache: string, pin: Pin): string {
  const final = folderOf(cache, pin);
  mkdirSync(dirname(final), { recursive: true });
  for (const sibling of readdirSync(dirname(final))) {
    if (sibling.startsWith(`${basename(final)}.staging-`)) remove(join(dirname(final), sibling));
  }
  const staging = `${final}.staging-${process.pid}`;
  mkdirSync(join(staging, "bin"), { recursive: true });
  return staging;
}

/** Marks a staged tool as complete and renames it into place: other runs see all of it or nothing. */
export function publish(
  cache: string,
  pin: Pin,
  staging: string,
  result: { version: string; origin: Origin; executables: Executables },
): Installation {
  const executables: Record<string, Marker["executables"][string]> = {};
  for (const [name, path] of Object.entries(result.executables)) {
    const { size, mtimeMs } = statSync(path);
    const within = path.startsWith(staging) ? relative(staging, path) : path;
    executables[name] = { path: within, size, mtimeMs };
  }
  const marker: Marker = { version: result.version, origin: result.origin, executables };
  writeFileSync(join(staging, markerFile), JSON.stringify(marker, null, 2));
  const final = folderOf(cache, pin);
  if (readInstallation(cache, pin) === undefined) {
    remove(final); // what was there had lost a file, or tells of a program that changed
    renameSync(staging, final);
    remove(`${final}.missing`);
  }
  const installation = readInstallation(cache, pin);
  if (installation === undefined)
    throw new Error(`${final} changed while ${pin.name} was installed: run again`);
  return installation;
}

export function remove(path: string): void {
  rmSync(path, { recursive: true, force: true });
}
