import { join } from "node:path";
import { run } from "./command.ts";
import { fillIn, type Pin } from "./pins.ts";
import type { Progress } from "./progress.ts";
import { find } from "./recognise.ts";

/** The Go that the pinned modules ask for (`go 1.26` in their go.mod). */
const oldestGo = [1, 26] as const;

const minutes = 60_000;

/** A queue of one: a Go build uses every core by itself, and two linkers at once need gigabytes. */
const compiling = oneAtATime();

/**
 * Builds a pin's executables into `folder`. Modules are fetched while another tool compiles.
 * Throws when there is no Go that is new enough, or when the build fails.
 */
export async function buildWithGo(
  pin: Pin,
  folder: string,
  searchPath: readonly string[],
  progress: Progress,
): Promise<void> {
  const { build } = pin;
  if (!build) throw new Error("it has no Go module");
  const go = await findGo(searchPath);
  // Nothing of the user's own Go settings may change what is built.
  const env = { ...process.env, GOWORK: "off", GOFLAGS: "-mod=readonly" };
  const inModule = (timeout: number, ...args: string[]): Promise<string> =>
    run(go.path, args, { cwd: build.module, env, timeout });
  const tags = build.tags.length > 0 ? ["-tags", build.tags.join(",")] : [];
  const ldflags = build.ldflags.map((flag) => fillIn(pin, flag)).join(" ");
  const label = `${pin.name} ${pin.version}`;
  await progress.during(`${label}: fetching Go modules`, () =>
    inModule(20 * minutes, "list", "-deps", ...tags, ...build.packages),
  );
  const flags = ["-trimpath", ...tags, "-ldflags", ldflags, "-o", join(folder, "/")];
  await compiling(() =>
    progress.during(`${label}: building with Go ${go.version}`, () =>
      inModule(60 * minutes, "build", ...flags, ...build.packages),
    ),
  );
}

async function findGo(searchPath: readonly string[]): Promise<{ path: string; version: string }> {
  const wanted = `Go ${oldestGo.join(".")} or newer`;
  const path = find("go", searchPath);
  if (path === undefined) throw new Error(`no ${wanted} on PATH`);
  const [, version = "0", major, minor] =
    /go((\d+)\.(\d+)[.\w]*)/.exec(await run(path, ["version"], { timeout: 20_000 })) ?? [];
  const newEnough =
    Number(major) > oldestGo[0] || (Number(major) === oldestGo[0] && Number(minor) >= oldestGo[1]);
  if (!newEnough) throw new Error(`${path} is Go ${version}, ${wanted} is needed`);
  return { path, version };
}

/** Runs what it is given in order, one after the other, whether or not the one before succeeded. */
export function oneAtATime(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
}
