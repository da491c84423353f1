/** `npm run policy -- state.json`: the policy pack over any exported state, without a cloud, an account or its program. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { policies } from "../policies/catalogue.ts";
import { levels, packConfiguration } from "../policies/packConfiguration.ts";
import { sarif } from "../policies/sarif.ts";
import { eventsOf, violationsOf, type Violation } from "../policies/violations.ts";
import { repository, runPulumi } from "./engine.ts";
import { colour, fromCaller, run, table } from "./terminal.ts";

const help = `npm run policy -- STATE.json [--config FILE] [--json] [--sarif FILE]
npm run policy -- --list

Checks the resources of an exported state ("pulumi stack export", of this project or any other) against the policies of
policies/. Nothing is changed and no cloud is asked.

  --config FILE  levels, settings and exclusions by policy, as JSON:
                 { "all": "mandatory", "pod-replicas": "advisory",
                   "encryption-logs": { "exclusions": [{ "resource": "dev-*", "reason": "…", "until": "2027-01-31" }] } }
                 (levels: ${levels.join(", ")})
  --json         the violations as JSON on standard output
  --sarif FILE   writes them as SARIF 2.1.0, for code scanning
  --list         every policy: its name, severity and what holds

Exit code: 0 nothing mandatory is violated, 1 something is, 2 it could not be told.`;

await run(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      config: { type: "string" },
      json: { type: "boolean", default: false },
      sarif: { type: "string" },
      list: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  if (values.list) {
    console.log(table(policies.map(({ id, severity, description }) => [id, severity, description])));
    return 0;
  }
  const [state, ...more] = positionals;
  try {
    if (state === undefined || more.length > 0)
      throw new Error("one exported state is expected: pulumi stack export --file state.json");
    const violations = await analyze(fromCaller(state), values.config && fromCaller(values.config));
    if (values.sarif !== undefined)
      writeFileSync(fromCaller(values.sarif), `${JSON.stringify(sarif(violations, state), undefined, 2)}\n`);
    if (values.json) console.log(JSON.stringify({ violations }, undefined, 2));
    else report(violations);
    return violations.some(({ level }) => level === "mandatory") ? 1 : 0;
  } catch (error) {
    // Not 1: a pipeline must not take a broken check for a violation, or the other way round.
    process.stderr.write(
      `${colour("red", "error:")} ${error instanceof Error ? error.message : String(error)}\n`,
    );
    return 2;
  }
});

async function analyze(state: string, config: string | undefined): Promise<Violation[]> {
  assertState(state);
  if (config !== undefined) packConfiguration(readFileSync(config, "utf8"), new Date());
  const { stdout, stderr } = await runPulumi([
    "policy",
    "analyze",
    ...["--file", state, "--json"],
    ...["--policy-pack", join(repository, "policies")],
    ...(config === undefined ? [] : ["--policy-pack-config", config]),
  ]);
  const { violations, finished } = violationsOf(eventsOf(stdout));
  if (!finished) throw new Error(`the state could not be checked: ${reason(stderr)}`);
  return violations;
}

function assertState(path: string): void {
  if (!existsSync(path))
    throw new Error(`${path}: no such file; pulumi stack export --file state.json writes one`);
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new Error(`${path}: is no JSON (${error instanceof Error ? error.message : String(error)})`, {
      cause: error,
    });
  }
  if (!Array.isArray((document as { deployment?: { resources?: unknown } } | null)?.deployment?.resources))
    throw new Error(`${path}: has no deployment.resources, expected what pulumi stack export writes`);
}

function reason(stderr: string): string {
  return (
    stderr
      .replace(/^warning:.*$/gm, "")
      .replace(/^error: /m, "")
      .trim()
      .split("\n")[0] ?? "no reason was given"
  );
}

function report(violations: readonly Violation[]): void {
  if (violations.length === 0) {
    console.log(`${colour("green", "in order:")} ${String(policies.length)} policies, no violation`);
    return;
  }
  const colours = { mandatory: "red", advisory: "amber" } as const;
  for (const { policy, severity, level, message } of violations) {
    console.log(
      `${colour(level === "mandatory" ? colours.mandatory : colours.advisory, level)}  ${policy} (${severity})`,
    );
    console.log(`  ${message}`);
  }
  const count = (level: string): string => String(violations.filter((one) => one.level === level).length);
  console.log(
    `\n${count("mandatory")} mandatory, ${count("advisory")} advisory, of ${String(policies.length)} policies`,
  );
}
