/** Burn rates computed by hand, as Prometheus evaluates the rendered rules; Thanos Ruler's are in the same language. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import { renderRules } from "../../monitoring/rules.ts";
import { systems } from "../../systems/index.ts";
import { ensureTools } from "../../tools/toolchain.ts";
import { inputSeries, type Series } from "./ruleTests.ts";
import { feeds, gauge, type Feed, type Phases } from "./sloFeeds.ts";

const run = promisify(execFile);
const names = Object.keys(systems) as (keyof typeof systems)[];
const systemOf = (name: keyof typeof systems) =>
  systems[name]({ environment: "production", region: "eastus", layout: "cluster" });

describe("Objectives, as Prometheus evaluates their rules", function () {
  this.timeout(120_000);
  let directory: string;
  let promtool: string;
  let tests = 0;

  before(async function () {
    this.timeout(1_200_000);
    promtool = (await ensureTools(["prometheus"])).path("promtool");
    directory = await mkdtemp(join(tmpdir(), "vigil-slo-"));
    for (const name of names) await writeFile(join(directory, `${name}.yml`), rulesOf(name));
    const ratios = ({ record = "slo:sli_error:" }: Rule): boolean => record.startsWith("slo:sli_error:");
    await writeFile(join(directory, "trade-ratios.yml"), rulesOf("trade", ratios));
  });

  after(() => rm(directory, { recursive: true, force: true }));

  async function testRules(
    rules: string,
    test: Readonly<Record<string, unknown>>,
    evaluation = "30s",
  ): Promise<void> {
    tests += 1;
    const file = join(directory, `test-${String(tests)}.yml`);
    const content = {
      rule_files: [`${rules}.yml`],
      evaluation_interval: evaluation,
      // Without it promtool takes the groups in any order, another one each time.
      group_eval_order: groupsOf(await readFile(join(directory, `${rules}.yml`), "utf8")),
      tests: [test],
    };
    await writeFile(file, JSON.stringify(content));
    await run(promtool, ["test", "rules", "--ignore-unknown-fields", file]).catch((error: unknown) => {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      assert.fail(`${stdout}${stderr}`);
    });
  }

  /** Which of an objective's alerts fire at given times; `of` narrows them down. */
  function fire(
    { system, objective, series }: Feed,
    bad: Phases,
    expected: Readonly<Record<string, readonly ("fast" | "slow")[]>>,
    of = "fast|slow",
  ): Promise<void> {
    return testRules(system, {
      interval: "1m",
      input_series: inputSeries(series(bad)),
      promql_expr_test: Object.entries(expected).map(([time, burns]) => ({
        expr: `count by (burn) (ALERTS{alertstate="firing", slo="${objective}", burn=~"${of}"})`,
        eval_time: time,
        exp_samples: burns.map((burn) => ({ labels: `{burn="${burn}"}`, value: 1 })),
      })),
    });
  }

  describe("of which 0.1 % may be bad", () => {
    const processed = feeds.find(({ objective }) => objective === "signals-processed");
    assert.ok(processed);

    /** The recorded value for the objective, rounded, at a time. */
    const recorded = (series: Series, record: string, at: string, step: number, value: number) =>
      testRules("trade", {
        interval: "1m",
        input_series: inputSeries(series),
        promql_expr_test: [
          {
            expr: `round(sum by (slo) (${record}{slo="signals-processed"}), ${String(step)})`,
            eval_time: at,
            exp_samples: [{ labels: '{slo="signals-processed"}', value }],
          },
        ],
      });

    it("record 15 bad ones of 1000 as 1.5 %, over five minutes and over an hour", async () => {
      const series = processed.series([[15, 90]]);
      await recorded(series, "slo:sli_error:ratio_rate5m", "80m", 0.0001, 0.015);
      await recorded(series, "slo:sli_error:ratio_rate1h", "80m", 0.0001, 0.015);
    });

    it("take the time before the first sample for good: 1.5 % of half an hour is 0.75 % of an hour", () =>
      recorded(processed.series([[15, 60]]), "slo:sli_error:ratio_rate1h", "31m", 0.0005, 0.0075));

    it("leave half of a month's budget of 43.2 minutes after 21 minutes without a good one", () =>
      recorded(
        processed.series([
          [0, 100],
          [1_000, 21],
          [0, 30],
        ]),
        "slo:error_budget_remaining:ratio",
        "2h20m",
        0.05,
        0.5,
      ));

    it("wake somebody at 20 times the allowed rate when 14.4 twentieths of an hour, 43 minutes, have been bad", () =>
      fire(
        processed,
        [
          [0, 90],
          [20, 60],
        ],
        { "2h12m": [], "2h20m": ["fast"] },
      ));

    it("are quiet soon after the end, though the hour is still bad: the alert is kept for five minutes", () =>
      fire(
        processed,
        [
          [0, 90],
          [20, 60],
          [0, 60],
        ],
        { "2h29m": ["fast"], "2h34m": ["fast"], "2h42m": [] },
      ));

    it("wake somebody at 10 times the allowed rate when 6 tenths of six hours, 216 minutes, have been bad", () =>
      fire(
        processed,
        [
          [0, 400],
          [10, 260],
        ],
        { "10h10m": [], "10h30m": ["fast"] },
      ));

    it("say nothing where nothing is counted", () => fire(processed, [], { "1h": [] }));
  });

  describe("of which 0.1 % may be bad, over days", () => {
    /** From the recorded rates, every tenth minute: days from raw samples would take minutes. */
    const overDays = (bad: Phases, expected: Readonly<Record<string, readonly ("fast" | "slow")[]>>) =>
      testRules(
        "trade-ratios",
        {
          interval: "30s",
          input_series: inputSeries({
            'slo:events:rate5m{slo="signals-processed"}': gauge(bad, () => 1_000, 2),
            'slo:errors:rate5m{slo="signals-processed"}': gauge(bad, (one) => one, 2),
          }),
          promql_expr_test: Object.entries(expected).map(([time, burns]) => ({
            expr: 'count by (burn) (ALERTS{alertstate="firing"})',
            eval_time: time,
            exp_samples: burns.map((burn) => ({ labels: `{burn="${burn}"}`, value: 1 })),
          })),
        },
        "10m",
      );

    it("tell in the morning of 5 times the allowed rate when 3 fifths of a day, 864 minutes, have been bad", () =>
      overDays(
        [
          [0, 1_500],
          [5, 920],
        ],
        { "39h20m": [], "40h": ["slow"] },
      ));

    it("tell in the morning of twice the allowed rate when half of three days has been bad", () =>
      overDays(
        [
          [0, 4_400],
          [2, 2_400],
        ],
        { "109h20m": [], "111h": ["slow"] },
      ));

    it("say nothing of the rate that the budget bears, however long", () =>
      overDays([[1, 5_000]], { "1h": [], "24h": [], "83h": [] }));
  });

  describe("count the series that they name:", () => {
    for (const feed of feeds)
      it(`${feed.objective} of ${feed.system} burns when all are bad, and not when none is`, () =>
        fire(
          feed,
          [
            [0, 100],
            [1_000, 60],
          ],
          { "99m": [], "2h30m": ["fast"] },
          "fast",
        ));

    it("none is left out here", () => {
      const declared = names.flatMap((name) =>
        (systemOf(name).objectives ?? []).map((objective) => `${name} ${objective.name}`),
      );
      assert.deepEqual(
        feeds.map(({ system, objective }) => `${system} ${objective}`).sort(),
        declared.sort(),
      );
    });
  });

  it("tell nothing of a latency whose bound is no bucket, rather than that all is well", () =>
    testRules("trade", {
      interval: "1m",
      input_series: inputSeries({
        'redis_tss_signal_processing_latency_count{service="backend"}': "0+60x60",
        'redis_tss_signal_processing_latency_bucket{service="backend", le="0.25"}': "0+60x60",
      }),
      promql_expr_test: [
        { expr: 'slo:sli_error:ratio_rate5m{slo="signal-latency"}', eval_time: "30m", exp_samples: [] },
      ],
    }));
});

interface Rule {
  readonly record?: string;
}

/** Only what is of objectives, of both evaluators, in one file. */
function rulesOf(name: keyof typeof systems, wanted: (rule: Rule) => boolean = () => true): string {
  const system = systemOf(name);
  const own = ({ name: group }: { readonly name: string }): boolean => group.startsWith("slo-");
  const only = { ...system, recording: system.recording.filter(own), alerts: system.alerts.filter(own) };
  const groups = (["prometheus", "thanos-ruler"] as const).flatMap(
    (evaluator) => (parse(renderRules(only, evaluator)) as { groups: { rules: Rule[] }[] }).groups,
  );
  // Recording rules before the alerts that read them, as time puts them in order elsewhere.
  const ordered = groups.map((group) => ({ ...group, rules: group.rules.filter(wanted) }));
  const alerts = ordered.filter(({ rules }) => rules.some(({ record }) => record === undefined));
  return JSON.stringify({ groups: [...ordered.filter((group) => !alerts.includes(group)), ...alerts] });
}

function groupsOf(rules: string): string[] {
  return (JSON.parse(rules) as { groups: { name: string }[] }).groups.map(({ name }) => name);
}
