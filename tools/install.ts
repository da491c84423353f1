import { parseArgs } from "node:util";
import { cacheFolder, readInstallation } from "./installation.ts";
import { pinOf, toolNames, type ToolName } from "./pins.ts";
import { ensureTools } from "./toolchain.ts";

const help = `Usage: node tools/install.ts [--list] [tool …]

Makes the pinned tools available (all of them, or those named) and prints where their executables are.
From the cache, else PATH, else the official release, else a Go build, else the system's package.

  --list   what is pinned and what is installed; installs nothing
  --help   this text

Tools:  ${toolNames.join(", ")}
Cache:  ${cacheFolder()} (VIGIL_CACHE names another; removing it is safe while nothing runs)
Proxy:  NODE_USE_ENV_PROXY=1 makes downloads use HTTPS_PROXY`;

try {
  process.exitCode = await main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { list: { type: "boolean" }, help: { type: "boolean", short: "h" } },
  });
  const unknown = positionals.filter((name) => !isToolName(name));
  if (unknown.length > 0)
    throw new Error(`no such tool: ${unknown.join(", ")}. There are ${toolNames.join(", ")}.`);
  const names = positionals.length > 0 ? positionals.filter(isToolName) : toolNames;
  if (values.help) console.log(help);
  else if (values.list) for (const name of names) console.log(listed(name));
  else {
    const toolchain = await ensureTools(names, { again: true });
    for (const { executables } of toolchain.tools) {
      for (const [name, path] of Object.entries(executables)) console.log(`${name.padEnd(18)} ${path}`);
    }
  }
  return 0;
}

function listed(name: ToolName): string {
  const pin = pinOf(name);
  const installed = readInstallation(cacheFolder(), pin);
  const state = installed
    ? `${installed.version} (${installed.origin}) in ${installed.folder}`
    : "not installed";
  return `${name.padEnd(18)} ${pin.version.padEnd(8)} ${pin.optional ? "optional" : "required"}  ${state}`;
}

function isToolName(name: string): name is ToolName {
  return (toolNames as string[]).includes(name);
}
