/**
 * A service manager in small, for tests of the steps of Linux machines where no systemd runs: it reads real unit files, runs
 * what they say, and writes down what it was asked. Called as `systemctl` and `journalctl`.
 */
import { spawn } from "node:child_process";
import { appendFileSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const [program, ...given] = process.argv.slice(2);
const units = process.env["VIGIL_UNITS"] ?? "";
const state = process.env["VIGIL_STATE"] ?? "";
const words = given.filter((word) => !word.startsWith("--"));

if (program === "journalctl") {
  const lines = readFileSync(file(given[given.indexOf("--unit") + 1] ?? "", "log"), "utf8").split("\n");
  process.stdout.write(lines.slice(-20).join("\n"));
} else process.exitCode = await systemctl(words[0] ?? "", words.at(-1) ?? "");

async function systemctl(command: string, unit: string): Promise<number> {
  if (!["is-active", "is-enabled", "show"].includes(command))
    appendFileSync(join(state, "calls"), `${words.join(" ")}\n`);
  switch (command) {
    case "is-active":
      return running(unit) === undefined ? 3 : 0;
    case "is-enabled":
      return existsSync(file(unit, "enabled")) ? 0 : 1;
    case "show":
      process.stdout.write(`${String(running(unit) ?? 0)}\n`);
      return 0;
    case "enable":
      writeFileSync(file(unit, "enabled"), "");
      return 0;
    case "disable":
      rmSync(file(unit, "enabled"), { force: true });
      if (given.includes("--now")) await stop(unit);
      return 0;
    case "stop":
      await stop(unit);
      return 0;
    case "start":
      return running(unit) === undefined ? start(unit) : 0;
    case "restart":
      await stop(unit);
      return start(unit);
    case "reload":
      return reload(unit);
    case "daemon-reload":
      return 0;
    default:
      throw new Error(`systemctl ${command}: not known here`);
  }
}

function setting(unit: string, name: string): string | undefined {
  const text = readFileSync(join(units, unit), "utf8").replaceAll("\\\n", "");
  return new RegExp(`^${name}=(.*)$`, "m").exec(text)?.[1];
}

/** The words of a command line, as systemd takes it apart. */
function split(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain = ""]) =>
    (quoted?.replaceAll(/\\(.)/g, "$1") ?? plain).replaceAll("%%", "%").replaceAll("$$", "$"),
  );
}

async function start(unit: string): Promise<number> {
  const [executable = "", ...line] = split(setting(unit, "ExecStart") ?? "");
  const log = openSync(file(unit, "log"), "a");
  const child = spawn(executable, line, {
    cwd: setting(unit, "WorkingDirectory"),
    detached: true,
    stdio: ["ignore", log, log],
  });
  await once(child, "spawn");
  writeFileSync(file(unit, "pid"), String(child.pid));
  child.unref();
  return 0;
}

async function stop(unit: string): Promise<void> {
  const pid = running(unit);
  if (pid === undefined) return;
  process.kill(pid, "SIGTERM");
  const end = Date.now() + 10_000;
  while (running(unit) !== undefined) {
    if (Date.now() > end) process.kill(pid, "SIGKILL");
    await pause(20);
  }
}

async function reload(unit: string): Promise<number> {
  const [executable = "", ...line] = (setting(unit, "ExecReload") ?? "")
    .replace("$MAINPID", String(running(unit)))
    .split(" ");
  const [code] = (await once(spawn(executable, line), "exit")) as [number];
  return code;
}

/** The process of a unit; one that ended and was not waited for is none. */
function running(unit: string): number | undefined {
  if (!existsSync(file(unit, "pid"))) return undefined;
  const pid = Number(readFileSync(file(unit, "pid"), "utf8"));
  try {
    return / [ZX] /.test(readFileSync(`/proc/${String(pid)}/stat`, "utf8")) ? undefined : pid;
  } catch {
    return undefined;
  }
}

function file(unit: string, kind: string): string {
  return join(state, `${unit}.${kind}`);
}
