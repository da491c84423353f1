// The first step of every npm script: plain JavaScript for whatever Node is there. Installs the dependencies when the lock
// file has changed since the last time, then hands over to the project's own Node, which runs TypeScript as it is.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [command = "", ...options] = process.argv.slice(2);

installDependencies();
const program = join(root, "cli", `${command}.ts`);
if (!existsSync(program)) fail(`no such command: ${command}`);

const node = join(root, "node_modules", ".bin", process.platform === "win32" ? "node.exe" : "node");
const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
const child = spawn(node, [program, ...options], {
  stdio: "inherit",
  env: { NODE_COMPILE_CACHE: join(cache, "vigil", "compiled"), ...process.env },
});
// The terminal sends Ctrl-C to the child as well; it decides how to end.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
  process.on(signal, () => {
    if (signal !== "SIGINT") child.kill(signal);
  });
child.on("error", (error) => {
  fail(
    `${node} does not run (${error.message}): npm must be allowed to run the install script of the package "node" ` +
      "(see npm config get ignore-scripts). Then remove node_modules and run the command again.",
  );
});
child.on("exit", (code, signal) => {
  process.exitCode = code ?? (signal === null ? 1 : 130);
});

function installDependencies() {
  const marker = join(root, "node_modules", ".vigil-lock");
  const wanted = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  if (existsSync(marker) && readFileSync(marker, "utf8") === wanted) return;
  // Standard error, so that the output of a command with --json stays one object.
  process.stderr.write("Installing the dependencies of this project (npm ci) …\n");
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const done = spawnSync(npm, ["ci", "--no-fund", "--no-audit", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (done.status !== 0)
    fail("npm ci failed; its message is above. Run the command again when it is mended.");
  writeFileSync(marker, wanted);
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
