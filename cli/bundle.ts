/**
 * Puts the engine beside the plugins that Pulumi's downloads bundle with it.
 *
 * The engine looks for `pulumi-language-nodejs` and `pulumi-resource-pulumi-nodejs` beside its own executable; on PATH it
 * finds them as well, but warns in every run (sdk/go/common/workspace/plugins.go, getPluginInfoAndPath). An official
 * installation has them: it is used as it is, with its own language host. An engine built from its Go module has none: it
 * is linked into `.vigil/engine`, next to this project's launchers (tools/languageHost).
 */
import {
  copyFileSync,
  constants,
  existsSync,
  linkSync,
  mkdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { dirname, join } from "node:path";

const launchers = join(import.meta.dirname, "..", "tools", "languageHost", "bin");
const plugins = ["pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"];

/**
 * The path of `pulumi` to run.
 * @param pulumi an engine that works
 * @param home the project's folder for its own things (0700)
 */
export function bundledEngine(pulumi: string, home: string): string {
  const real = realpathSync(pulumi);
  if (plugins.every((plugin) => existsSync(join(dirname(real), plugin)))) return real;
  const folder = join(home, "engine");
  mkdirSync(folder, { recursive: true });
  for (const plugin of plugins) refreshLink(join(launchers, plugin), join(folder, plugin));
  const engine = join(folder, "pulumi");
  if (!isCopyOf(real, engine))
    replace(engine, (draft) => {
      linkOrCopy(real, draft);
    });
  return engine;
}

function refreshLink(target: string, link: string): void {
  try {
    if (readlinkSync(link) === target) return;
  } catch {
    // not there yet, or no link
  }
  replace(link, (draft) => {
    symlinkSync(target, draft);
  });
}

/** A hard link, because the engine follows symbolic ones to find its folder. Another file system gets a copy. */
function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to, constants.COPYFILE_FICLONE);
  }
}

function isCopyOf(original: string, copy: string): boolean {
  const [from, to] = [statSync(original), statSync(copy, { throwIfNoEntry: false })];
  return to !== undefined && (from.ino === to.ino || (from.size === to.size && to.mtimeMs >= from.mtimeMs));
}

/** Makes a file under another name first, so that a run beside this one never meets half of it. */
function replace(file: string, make: (draft: string) => void): void {
  const draft = `${file}.${String(process.pid)}`;
  rmSync(draft, { force: true });
  make(draft);
  renameSync(draft, file);
}
