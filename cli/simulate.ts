/** `npm run simulate -- prod`: what a stack would build, without an account. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readStackFiles, type StackFile } from "../configuration/stackFiles.ts";
import { resourcesOf } from "../simulation/exported.ts";
import { writeHosts } from "../simulation/hostFiles.ts";
import { orderFaults } from "../simulation/order.ts";
import { assertSucceeded, simulatedStack } from "../simulation/projectStack.ts";
import { standIn } from "../simulation/stackCopy.ts";
import { countsByType, resourceTree } from "../simulation/tree.ts";
import { writeOut, type Written } from "../simulation/writeOut.ts";
import { repository, type EngineResult } from "./engine.ts";
import { summarise } from "./progress.ts";
import { stackFileOf } from "./stackRoot.ts";
import { colour, fromCaller, run, table } from "./terminal.ts";

const help = `npm run simulate -- STACK [--out DIR] [--json]

Runs a whole "pulumi up" of a stack against simulated clouds: the real engine and the real program, providers that only
pretend. Nothing real is created, no account is needed, nothing leaves this machine.
Types, properties, values and the order of things are checked as strictly as the pinned SDKs declare them.

  STACK       configured by Pulumi.STACK.yaml, on AKS, EKS or Windows machines
  --out DIR   writes DIR/state.json (as "pulumi stack export --show-secrets"; the secrets are stand-ins), DIR/helm/RELEASE.json
              and DIR/manifests/*.yaml, or for a stack on machines DIR/hosts/order.txt and DIR/hosts/MACHINE/: every script
              and file as it would be run
  --json      one JSON object instead of the tree

VIGIL_SIMULATE_FAIL='{"kubernetes:helm.sh/v3:Release thanos": "timed out"}' makes a resource fail (JSON, or a file of it); for a
step on a machine the text is what its script writes to stderr: {"command:remote:Command desktop-base": "no such disk"}.`;

await run(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      out: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const files = readStackFiles(repository);
  const [stack, ...more] = positionals;
  if (values.help) {
    console.log(help);
    return 0;
  }
  if (stack === undefined || more.length > 0)
    throw new Error(`one stack is expected: ${files.map((file) => file.stack).join(", ")}`);
  const file = stackFileOf(stack, files);
  if ((file.raw["vigil:platform"] ?? "local") === "local") {
    console.log(`stack ${stack} runs on this machine: there is nothing to simulate, npm start brings it up`);
    return 0;
  }
  const out = values.out === undefined ? undefined : fromCaller(values.out);
  return simulate(file, { out, json: values.json });
});

interface Options {
  readonly out: string | undefined;
  readonly json: boolean;
}

async function simulate(file: StackFile, { out, json }: Options): Promise<number> {
  const { stack } = file;
  // With --json only the object goes to standard output.
  const say = (text: string): void => {
    process.stderr.write(json ? "" : `${text}\n`);
  };
  say(colour("bold", `Simulation of stack ${stack}: nothing real is created, no cloud is asked.`));
  const folder = mkdtempSync(join(tmpdir(), "vigil-simulation-"));
  try {
    const { pulumi, standIns } = await simulatedStack(folder, file);
    if (standIns.length > 0) say(`"${standIn}" stands in for ${standIns.join(", ")}.`);
    const start = performance.now();
    const result = await pulumi(["up", "--yes", "--skip-preview", "--parallel", "64"], progress(say));
    const seconds = (performance.now() - start) / 1_000;
    const state = (await pulumi(["stack", "export"])).stdout;
    if (result.code !== 0)
      throw new Error(`stack ${stack} would not come up:\n${summarise().errors(result)}`);
    const written =
      out === undefined
        ? undefined
        : await writeFiles(out, file, () => pulumi(["stack", "export", "--show-secrets"]));
    report(stack, state, seconds, { out, json, written });
    const faults = orderFaults(resourcesOf(state));
    for (const fault of faults) process.stderr.write(`${colour("red", "order:")} ${fault}\n`);
    return faults.length === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function writeFiles(
  out: string,
  file: StackFile,
  open: () => Promise<EngineResult>,
): Promise<Written & { readonly steps: number }> {
  const opened = await open();
  assertSucceeded(opened);
  mkdirSync(out, { recursive: true });
  return { ...writeOut(out, opened.stdout), steps: writeHosts(out, file) };
}

/** Every resource counts; one line for each 25. */
function progress(say: (text: string) => void): (line: string) => void {
  let created = 0;
  return (line) => {
    if (!/^ \+ {2}\S+ \S+ created/.test(line)) return;
    created += 1;
    if (created % 25 === 0) say(colour("dim", `  ${String(created)} resources`));
  };
}

function report(
  stack: string,
  state: string,
  seconds: number,
  { out, json, written }: Options & { readonly written: (Written & { readonly steps: number }) | undefined },
): void {
  const resources = resourcesOf(state);
  const counts = countsByType(resources);
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  if (json) {
    const rounded = Math.round(seconds * 10) / 10;
    console.log(
      JSON.stringify({
        stack,
        resources: total,
        seconds: rounded,
        types: Object.fromEntries(counts),
        ...written,
      }),
    );
    return;
  }
  console.log(resourceTree(resources).join("\n"));
  console.log(`\n${table(counts.map(([type, count]) => [`  ${String(count)}`, type]))}`);
  console.log(`\n${String(total)} resources in ${seconds.toFixed(1)} s. Nothing real was created.`);
  if (written) console.log(`Written to ${String(out)}: state.json, ${contents(written)}.`);
}

function contents({ steps, releases, manifests }: Written & { readonly steps: number }): string {
  return steps > 0
    ? `${String(steps)} steps in hosts/, in the order of hosts/order.txt`
    : `${String(releases)} releases in helm/, ${String(manifests)} objects in manifests/`;
}
