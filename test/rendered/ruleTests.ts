import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import type { System } from "../../monitoring/model.ts";
import { renderRules } from "../../monitoring/rules.ts";
import { ensureTools } from "../../tools/toolchain.ts";

const run = promisify(execFile);

/** Samples in promtool's notation: `1x9` is ten times 1, `0+2x9` counts from 0 in steps of 2. */
export type Series = Readonly<Record<string, string>>;

/** At this second, the states of the alert by the label that tells its instances apart; empty: not even pending. */
export type Expected = Readonly<Record<string, Readonly<Record<string, "pending" | "firing">>>>;

/** Inside a `describe`: the system's rules before `promtool test rules`, in a folder that is removed afterwards. */
export function ruleTests(system: System) {
  let directory: string;
  let promtool: string;

  before(async function () {
    this.timeout(1_200_000);
    promtool = (await ensureTools(["prometheus"])).path("promtool");
    directory = await mkdtemp(join(tmpdir(), "vigil-rules-"));
    await writeFile(join(directory, "rules.yml"), renderRules(system, "prometheus"));
  });

  after(() => rm(directory, { recursive: true, force: true }));

  /** One test of promtool's own format; `alert` leaves out all other rules, which take time and say nothing. */
  async function testRules(test: Readonly<Record<string, unknown>>, alert?: string): Promise<void> {
    const file = join(directory, "test.yml");
    if (alert !== undefined) await writeFile(join(directory, "one.yml"), ruleAlone(system, alert));
    const content = {
      rule_files: [alert === undefined ? "rules.yml" : "one.yml"],
      evaluation_interval: system.scrape.evaluation,
      tests: [test],
    };
    await writeFile(file, JSON.stringify(content));
    await run(promtool, ["test", "rules", file]).catch((error: unknown) => {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      assert.fail(`${stdout}${stderr}`);
    });
  }

  /** The states that an alert must have at given times, `interval` being the time between samples. */
  function states(
    alert: string,
    by: string,
    interval: string,
    series: Series,
    expected: Expected,
  ): Promise<void> {
    const test = {
      interval,
      input_series: inputSeries(series),
      promql_expr_test: Object.entries(expected).map(([time, instances]) => ({
        expr: `sum by (alertstate, ${by}) (ALERTS{alertname="${alert}"})`,
        eval_time: time,
        exp_samples: Object.entries(instances).map(([name, state]) => ({
          labels: `{alertstate="${state}", ${by}="${name}"}`,
          value: 1,
        })),
      })),
    };
    return testRules(test, alert);
  }

  return { states, testRules };
}

/** The system's groups with this alert only. */
function ruleAlone(system: System, alert: string): string {
  const { groups } = parse(renderRules(system, "prometheus")) as {
    groups: { rules: { alert?: string }[] }[];
  };
  return JSON.stringify({
    groups: groups
      .map((group) => ({ ...group, rules: group.rules.filter((rule) => rule.alert === alert) }))
      .filter(({ rules }) => rules.length > 0),
  });
}

export function inputSeries(series: Series): { series: string; values: string }[] {
  return Object.entries(series).map(([name, values]) => ({ series: name, values }));
}
