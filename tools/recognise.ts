import { accessSync, constants, statSync } from "node:fs";
import { basename, delimiter, isAbsolute, join } from "node:path";
import { run } from "./command.ts";
import { isAccepted, type Pin } from "./pins.ts";

/** Where the executables of one tool are: name → absolute path. */
export type Executables = Readonly<Record<string, string>>;

/** Folders that hold servers but are on few people's PATH. */
const alsoSearched = [
  "/usr/local/bin",
  "/usr/local/sbin",
  "/usr/sbin",
  "/sbin",
  "/opt/homebrew/bin",
  "/usr/local/go/bin",
];

/** The folders of PATH, then those where system packages and Go put executables. */
export function defaultSearchPath(): string[] {
  const folders = (process.env.PATH ?? "").split(delimiter).filter(isAbsolute);
  return [...new Set([...folders, ...alsoSearched])];
}

/** The first executable of that name, or undefined. */
export function find(name: string, searchPath: readonly string[]): string | undefined {
  return searchPath.map((folder) => join(folder, name)).find(isExecutable);
}

/** The pin's executables as PATH has them. Throws, saying which is missing. */
export function locate(pin: Pin, searchPath: readonly string[]): Executables {
  const found: Record<string, string> = {};
  for (const name of pin.provides) {
    const alias = pin.aliases[name];
    const path = find(name, searchPath) ?? (alias === undefined ? undefined : find(alias, searchPath));
    if (path === undefined) throw new Error(`no ${name}`);
    found[name] = path;
  }
  return found;
}

/**
 * Runs the pin's checks on `executables` and returns the version they report: the pinned one when `exactly`, one that
 * the pin accepts otherwise. Throws when a check fails, prints something else, or reports another version.
 */
export async function recognise(pin: Pin, executables: Executables, exactly: boolean): Promise<string> {
  const versions = await Promise.all(pin.checks.map((check) => passes(pin, check, executables)));
  const reported = versions.filter((version) => version !== undefined);
  for (const version of reported) {
    if (exactly && version !== pin.version)
      throw new Error(`it reports version ${version}, not ${pin.version}`);
    if (!exactly && !isAccepted(pin, version))
      throw new Error(`version ${version} is not ${acceptedRange(pin)}`);
  }
  return reported[0] ?? pin.version;
}

/** What the pin accepts, in words. */
export function acceptedRange({ accept: { atLeast, below } }: Pin): string {
  return `${atLeast} or newer${below === undefined ? "" : `, below ${below}`}`;
}

async function passes(
  pin: Pin,
  check: Pin["checks"][number],
  executables: Executables,
): Promise<string | undefined> {
  const [name = "", ...args] = check.run;
  const path = executables[name];
  if (path === undefined)
    throw new Error(`toolchain.json, tool ${pin.name}: a check runs ${name}, which it does not provide`);
  const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const output = await run(path, args, { timeout: 20_000, env });
  const match = new RegExp(check.prints, "m").exec(output);
  if (match) return match[1];
  const printed = output.trim().split("\n")[0] ?? "";
  throw new Error(
    `\`${[basename(path), ...args].join(" ")}\` does not print /${check.prints}/ but: ${printed.slice(0, 200)}`,
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
