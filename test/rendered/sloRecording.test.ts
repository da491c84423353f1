/**
 * What every objective records, against values computed by hand: of 1000 events a second 100 are bad, for half an hour; of ten
 * agents one does not answer; the one batch job is late.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import { renderRules } from "../../monitoring/rules.ts";
import { systems } from "../../systems/index.ts";
import { ensureTools } from "../../tools/toolchain.ts";
import { inputSeries } from "./ruleTests.ts";
import { feeds } from "./sloFeeds.ts";

const run = promisify(execFile);
const parameters = { environment: "production", region: "eastus", layout: "cluster" } as const;

interface Recorded {
  readonly objective: number;
  readonly events: number;
  readonly errors: number;
  /** Of 43 200 minutes three were lost in full, or thirty of a batch job; the system has a Ruler to tell it. */
  readonly budget?: number;
}

const byHand: Readonly<Record<string, Recorded>> = {
  "trade signal-latency": { objective: 0.99, events: 1_000, errors: 100, budget: 0.99 },
  "trade signals-processed": { objective: 0.999, events: 1_000, errors: 100, budget: 0.93 },
  "trade monitoring-queries": { objective: 0.999, events: 1_000, errors: 100, budget: 0.93 },
  "oversight http-availability": { objective: 0.999, events: 1_000, errors: 100 },
  "oversight http-latency": { objective: 0.95, events: 1_000, errors: 100 },
  "oversight remote-write": { objective: 0.999, events: 1_000, errors: 100 },
  "greenlang api-availability": { objective: 0.999, events: 1_000, errors: 100, budget: 0.93 },
  "greenlang api-latency": { objective: 0.99, events: 1_000, errors: 100, budget: 0.99 },
  "greenlang agents-available": { objective: 0.995, events: 10, errors: 1, budget: 0.99 },
  "greenlang batch-jobs": { objective: 0.99, events: 1, errors: 1, budget: 0.93 },
};

/** Recorded by oversight itself, against values in oversightRecording.test.ts. */
const elsewhere = [
  "business:active_users:count",
  "business:revenue:rate1m",
  "business:transactions:rate1h",
  "instance:db_connections:usage",
  "instance:node_cpu:rate5m",
  "instance:node_memory_usage:percentage",
  "job:http_errors:rate5m",
  "job:http_request_duration:p95_5m",
  "job:http_requests:rate5m",
];

describe("What objectives record", function () {
  this.timeout(60_000);
  let directory: string;
  let promtool: string;

  before(async function () {
    this.timeout(1_200_000);
    promtool = (await ensureTools(["prometheus"])).path("promtool");
    directory = await mkdtemp(join(tmpdir(), "vigil-slo-recording-"));
  });

  after(() => rm(directory, { recursive: true, force: true }));

  async function test(
    rules: readonly unknown[],
    evaluation: string,
    content: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    await writeFile(join(directory, "rules.yml"), JSON.stringify({ groups: [{ name: "slo", rules }] }));
    const file = join(directory, "test.yml");
    await writeFile(
      file,
      JSON.stringify({ rule_files: ["rules.yml"], evaluation_interval: evaluation, tests: [content] }),
    );
    await run(promtool, ["test", "rules", file]).catch((error: unknown) => {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      assert.fail(`${stdout}${stderr}`);
    });
  }

  for (const { system, objective, series } of feeds)
    it(`${objective} of ${system} is what is computed by hand`, () => {
      const expected = byHand[`${system} ${objective}`];
      assert.ok(expected);
      const value = (record: string, step: number, number: number) => ({
        expr: `round(max by (slo) (${record}{slo="${objective}"}), ${String(step)})`,
        eval_time: "29m",
        exp_samples: [{ labels: `{slo="${objective}"}`, value: number }],
      });
      return test(
        recordingRules(system, ({ labels }) => labels?.["slo"] === undefined || labels["slo"] === objective),
        "30s",
        {
          interval: "1m",
          input_series: inputSeries(series([[100, 30]])),
          promql_expr_test: [
            value("slo:objective:ratio", 0.0001, expected.objective),
            value("slo:events:rate5m", 0.001, expected.events),
            value("slo:errors:rate5m", 0.001, expected.errors),
            value(
              "slo:sli_error:ratio_rate5m",
              0.0001,
              Number((expected.errors / expected.events).toFixed(4)),
            ),
            ...(expected.budget === undefined
              ? []
              : [value("slo:error_budget_remaining:ratio", 0.01, expected.budget)]),
          ],
        },
      );
    });

  it("the share of bad events over each window: one of ten, in the last half hour alone and over days", () => {
    // Four days; a sample each 30 s, as the rates are recorded.
    const samples = 4 * 2_880;
    return test(
      recordingRules("trade", ({ record = "" }) => record.startsWith("slo:sli_error:")),
      "12h",
      {
        interval: "30s",
        input_series: inputSeries({
          'slo:events:rate5m{slo="signals-processed"}': `1000x${String(samples)}`,
          'slo:errors:rate5m{slo="signals-processed"}': `0x${String(samples - 60)} 100x59`,
        }),
        promql_expr_test: Object.entries(overWindow).map(([window, value]) => ({
          expr: `sum by (slo) (round(100000 * slo:sli_error:ratio_rate${window}))`,
          eval_time: "96h",
          exp_samples: [{ labels: '{slo="signals-processed"}', value }],
        })),
      },
    );
  });

  it("nothing else is recorded that no test computes", () => {
    const known = new Set([
      ...elsewhere,
      "slo:objective:ratio",
      "slo:events:rate5m",
      "slo:errors:rate5m",
      "slo:error_budget_remaining:ratio",
      ...Object.keys(overWindow).map((window) => `slo:sli_error:ratio_rate${window}`),
    ]);
    const recorded = (Object.keys(systems) as (keyof typeof systems)[]).flatMap((name) =>
      systems[name](parameters).recording.flatMap(({ rules }) => rules.map(({ record }) => record)),
    );
    assert.deepEqual(
      [...new Set(recorded)].filter((record) => !known.has(record)),
      [],
    );
  });
});

/** A tenth in the last 30 minutes, nothing before: the window's share of it, in parts of 100 000. */
const overWindow: Readonly<Record<string, number>> = {
  "5m": 10_000,
  "30m": 10_000,
  "1h": 5_000,
  "2h": 2_500,
  "6h": 833,
  "1d": 208,
  "3d": 69,
};

interface Rule {
  readonly record?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

function recordingRules(system: keyof typeof systems, wanted: (rule: Rule) => boolean): Rule[] {
  return (["prometheus", "thanos-ruler"] as const).flatMap((evaluator) => {
    const { groups = [] } = parse(renderRules(systems[system](parameters), evaluator)) as {
      groups?: { rules: Rule[] }[];
    };
    return groups
      .flatMap(({ rules }) => rules)
      .filter((rule) => rule.record?.startsWith("slo:") === true && wanted(rule));
  });
}
