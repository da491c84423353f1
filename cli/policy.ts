/** `npm run policy -- state.json`: the policy pack over any exported state, without a cloud, an account or its program. */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { policies } from "../policies/catalogue.ts";
import { levels } from "../policies/packConfiguration.ts";
import { sarif } from "../policies/sarif.ts";
import type { Violation } from "../policies/violations.ts";
import { analyze } from "./policy/analysis.ts";
import { colour, fromCaller, messageOf, run, table } from "./terminal.ts";

const help = `npm run policy -- STATE.json [--config FILE] [--json] [--sarif FILE]
npm run policy -- --list

Checks the resources of an exported state ("pulumi stack export", of this project or any other) against the policies of
policies/. Nothing is changed and no cloud is asked. Secrets are encrypted in a state, and policies do not see them: export it
with "pulumi stack export --show-secrets", to a file that only you can read. What was not looked at is said on standard error.

  --config FILE  levels, settings and exclusions by policy, as JSON:
                 { "all": "mandatory", "pod-replicas": "advisory",
                   "encryption-logs": { "exclusions": [{ "resource": "dev-*", "reason": "…", "until": "2027-01-31" }] } }
                 (levels: ${levels.join(", ")})
  --json         as JSON on standard output: the violations, how many policies ran, and what was not looked at
  --sarif FILE   writes them as SARIF 2.1.0, for code scanning
  --list         every policy: its name, severity and what holds

Exit code: 0 nothing mandatory is violated, 1 something is, 2 it could not be told.`;

await run(async () => {
  try {
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
    if (state === undefined || more.length > 0)
      throw new Error("one exported state is expected: pulumi stack export --file state.json");
    const { violations, disabled, notices } = await analyze(
      fromCaller(state),
      values.config === undefined ? undefined : fromCaller(values.config),
    );
    if (values.sarif !== undefined)
      writeFileSync(
        fromCaller(values.sarif),
        `${JSON.stringify(sarif(violations, state, notices), undefined, 2)}\n`,
      );
    for (const notice of notices) process.stderr.write(`${colour("amber", "warning:")} ${notice}\n`);
    if (values.json)
      console.log(
        JSON.stringify({ violations, policies: policies.length - disabled, notices }, undefined, 2),
      );
    else report(violations, disabled);
    return violations.some(({ level }) => level === "mandatory") ? 1 : 0;
  } catch (error) {
    // Not 1: a pipeline must not take a broken check for a violation, or the other way round.
    process.stderr.write(`${colour("red", "error:")} ${messageOf(error)}\n`);
    return 2;
  }
});

/** @param disabled how many policies did not run */
function report(violations: readonly Violation[], disabled: number): void {
  const all = String(policies.length);
  const ran =
    disabled === 0
      ? `${all} policies`
      : `${String(policies.length - disabled)} of ${all} policies (${String(disabled)} disabled)`;
  if (disabled === policies.length) {
    console.log(`${colour("amber", "nothing was checked:")} all ${all} policies are disabled`);
    return;
  }
  if (violations.length === 0) {
    console.log(`${colour("green", "in order:")} ${ran}, no violation`);
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
  console.log(`\n${count("mandatory")} mandatory, ${count("advisory")} advisory, of ${ran}`);
}
