import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
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

  /** One test of promtool's own format. */
  async function testRules(test: Readonly<Record<string, unknown>>): Promise<void> {
    const file = join(directory, "test.yml");
    const content = {
      rule_files: ["rules.yml"],
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
    return testRules({
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
    });
  }

  return { states, testRules };
}

export function inputSeries(series: Series): { series: string; values: string }[] {
  return Object.entries(series).map(([name, values]) => ({ series: name, values }));
}
