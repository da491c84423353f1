/** `npm test`: format, types, lint and every test, suite by suite; `npm run test:soak` runs the long proofs. */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { localTools } from "../components/local/programs.ts";
import { ensureTools } from "../tools/toolchain.ts";
import { repository } from "./engine.ts";
import { colour, run } from "./terminal.ts";

const help = `npm test -- [SUITE …] [--grep PATTERN]

Checks format, types and lint, then runs the suites: unit, rendered (real checkers on rendered files), policies, engine (the real
Pulumi engine), live (real stacks on this machine). npm run test:soak runs the long proofs in test/soak.

  --grep PATTERN   only tests whose names match`;

interface Outcome {
  passed: number;
  failed: number;
  skipped: number;
}

/** What only tests need: a Kubernetes API server, a validator of its objects, the proxy at a cluster's edge, and a linter of workflows. */
const testTools = ["kube_apiserver", "etcd", "kubeconform", "oauth2-proxy", "actionlint"] as const;

const suites = ["unit", "rendered", "policies", "engine", "live"] as const;
/** Files that measure time, or watch what a busy machine would disturb, and therefore run alone. */
const measuring: readonly string[] = [
  "bench.test.ts",
  "changes.test.ts",
  "commands.test.ts",
  "failover.test.ts",
  "haproxy.test.ts",
  "redisLoad.test.ts",
];
/** Files that would be disturbed as well, but mostly wait, and therefore disturb each other little; the longest first. */
const waiting: readonly string[] = ["stackFaults.test.ts", "alerting.test.ts", "longTerm.test.ts"];

const checks = [
  ["format", "prettier", ["--check", "--log-level", "warn", "."]],
  ["types", "tsc", ["-p", "."]],
  ["lint", "eslint", [".", "--max-warnings", "0"]],
] as const;

await run(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      soak: { type: "boolean", default: false },
      grep: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const chosen = values.soak ? ["soak"] : positionals.length > 0 ? positionals : [...suites];
  const unknown = chosen.find((name) => name !== "soak" && !suites.includes(name as (typeof suites)[number]));
  if (unknown !== undefined)
    throw new Error(`no suite "${unknown}"; there are ${suites.join(", ")} and soak`);
  await ensureTools(["pulumi", ...localTools, ...testTools]);
  const total: Outcome = { passed: 0, failed: 0, skipped: 0 };
  if (positionals.length === 0 && !values.soak)
    for (const outcome of await Promise.all(
      checks.map(([name, program, args]) => check(name, program, args)),
    ))
      add(total, outcome);
  for (const suite of chosen) add(total, await runSuite(suite, values.grep));
  const skipped = total.skipped === 0 ? "" : `, ${String(total.skipped)} skipped`;
  console.log(`${String(total.passed)} passed, ${String(total.failed)} failed${skipped}`);
  return total.failed === 0 ? 0 : 1;
});

/** One of the checks of the source: a pass or a failure like any test. */
async function check(name: string, program: string, args: readonly string[]): Promise<Outcome> {
  const started = Date.now();
  const code = await runProgram(program, args, (line) => {
    console.log(line);
  });
  headline(name, code === 0 ? "passed" : "failed", started);
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}

/**
 * Two processes at a time where nothing is measured, or only after long waits. Of tests that start stacks each file has one
 * of its own, so that none lives on what another left.
 */
async function runSuite(suite: string, grep: string | undefined): Promise<Outcome> {
  const started = Date.now();
  const folder = join("test", suite);
  const files = readdirSync(join(repository, folder)).filter((file) => file.endsWith(".test.ts"));
  const total: Outcome = { passed: 0, failed: 0, skipped: 0 };
  const together = suite === "unit" || suite === "rendered" || suite === "policies";
  const groups = together ? halves(files) : files.map((file) => [file]);
  const among = (names: readonly string[]): string[][] =>
    names.flatMap((name) => groups.filter(([file]) => file === name));
  // The long proofs have time.
  const alone = suite === "soak" ? groups : among(measuring);
  const patient = suite === "soak" ? [] : among(waiting);
  const runGroup = async (group: readonly string[], hold: boolean): Promise<void> => {
    const paths = group.map((file) => join(folder, file));
    add(total, await runMocha(paths, grep, hold));
  };
  const others = groups.filter((group) => !alone.includes(group) && !patient.includes(group));
  for (const pairs of [others, patient]) await inPairs(pairs, (group) => runGroup(group, true));
  for (const group of alone) await runGroup(group, false);
  headline(suite, `${String(total.passed)} passed, ${String(total.failed)} failed`, started);
  return total;
}

/** Every other file, so that neighbours, which often take alike, are shared out. */
function halves(files: readonly string[]): string[][] {
  return [0, 1].map((half) => files.filter((_, index) => index % 2 === half)).filter((one) => one.length > 0);
}

async function inPairs<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const waiting = items.values();
  const worker = async (): Promise<void> => {
    for (const item of waiting) await work(item);
  };
  await Promise.all([worker(), worker()]);
}

/** @param hold whether the output is shown at the end, as one piece, because another file runs at the same time */
async function runMocha(paths: readonly string[], grep: string | undefined, hold: boolean): Promise<Outcome> {
  const outcome: Outcome = { passed: 0, failed: 0, skipped: 0 };
  const pattern = grep === undefined ? [] : ["--grep", grep];
  // A socket that somebody forgot must not hold up the tests behind it.
  const held: string[] = [];
  const args = ["--exit", "--reporter", "spec", ...pattern, ...paths];
  const code = await runProgram("mocha", args, (line) => {
    if (hold) held.push(line);
    else console.log(line);
    const [, count, kind] = /^\s+(\d+) (passing|failing|pending)\b/.exec(line) ?? [];
    if (kind === "passing") outcome.passed += Number(count);
    if (kind === "failing") outcome.failed += Number(count);
    if (kind === "pending") outcome.skipped += Number(count);
  });
  if (hold) console.log(held.join("\n"));
  // A process that ended badly without saying so has failed as well.
  if (code !== 0 && outcome.failed === 0) outcome.failed = 1;
  return outcome;
}

async function runProgram(
  program: string,
  args: readonly string[],
  onLine: (line: string) => void,
): Promise<number> {
  const path = join(repository, "node_modules", ".bin", program);
  const child = spawn(process.execPath, [path, ...args], {
    cwd: repository,
    env: { ...process.env, PATH: `${join(repository, "node_modules", ".bin")}:${process.env["PATH"] ?? ""}` },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let rest = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(onLine);
  });
  const code = await new Promise<number>((resolve) => child.once("close", (ended) => resolve(ended ?? 1)));
  if (rest !== "") onLine(rest);
  return code;
}

function headline(name: string, result: string, started: number): void {
  const seconds = ((Date.now() - started) / 1_000).toFixed(1);
  console.log(`${colour("bold", name)}: ${result} ${colour("dim", `(${seconds} s)`)}\n`);
}

function add(total: Outcome, more: Outcome): void {
  total.passed += more.passed;
  total.failed += more.failed;
  total.skipped += more.skipped;
}
