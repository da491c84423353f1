/**
 * Every panel of the systems on clusters, asked of what their jobs and rules give. What runs on this machine is asked for
 * real (`test/live/dashboardPages.ts`).
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { dashboardsOf } from "../../monitoring/dashboards/catalogue.ts";
import { expressionsOf, plainExpression } from "../../monitoring/dashboards/panelExpressions.ts";
import type { System } from "../../monitoring/model.ts";
import { selectors } from "../../monitoring/promql.ts";
import { ruleGroups, type RuleGroup } from "../../monitoring/rules.ts";
import { intervalsOf } from "../../monitoring/seriesIntervals.ts";
import { seconds } from "../../monitoring/units.ts";
import { ensureTools } from "../../tools/toolchain.ts";
import { greenlangOnEks, oversightOnAks } from "./clusterFacts.ts";
import { inputSeries } from "./ruleTests.ts";
import { scrapedSeries } from "./scrapedSeries.ts";

const run = promisify(execFile);

/** Longer than the longest window of a query, an hour. */
const minutes = 70;
/** Their first targets do not answer, so that there are alerts to show: a warning and one that is critical. */
const down = ["node-exporter", "prometheus"];
const alerts = ["Watchdog", "TargetDown", "PrometheusDown"];

describe("The panels of a system on a cluster", function () {
  this.timeout(120_000);
  let directory: string;
  let promtool: string;

  before(async function () {
    this.timeout(1_200_000);
    promtool = (await ensureTools(["prometheus"])).path("promtool");
    directory = await mkdtemp(join(tmpdir(), "vigil-panels-"));
  });

  after(() => rm(directory, { recursive: true, force: true }));

  for (const example of [oversightOnAks, greenlangOnEks]) {
    const { system } = example;
    const interval = system.scrape.interval;
    const { series, hidden } = scrapedSeries(example, (minutes * 60) / seconds(interval), down);

    it(`show what ${system.name}'s jobs and rules give`, async () => {
      const queries = queriesOf(system);
      assert.ok(queries.length > 200);
      const asked = new Map(queries.flatMap(({ name, expression }) => questions(name, expression)));
      const rules = join(directory, `${system.name}-rules.json`);
      await writeFile(rules, JSON.stringify({ groups: groupsOf(system) }));
      const file = join(directory, `${system.name}.json`);
      const test = {
        interval,
        input_series: inputSeries(series),
        promql_expr_test: [...asked.keys()].map((expr) => ({
          expr,
          eval_time: `${String(minutes)}m`,
          exp_samples: [{ labels: "{}", value: 1 }],
        })),
      };
      await writeFile(
        file,
        JSON.stringify({ rule_files: [rules], evaluation_interval: interval, tests: [test] }),
      );
      const { stdout, stderr } = await run(promtool, ["test", "rules", file], { maxBuffer: 2 ** 24 }).catch(
        (error: unknown) => error as { stdout: string; stderr: string },
      );
      const told = stdout + stderr;
      const empty = [...asked]
        .filter(([expr]) => told.includes(JSON.stringify(expr)))
        .map(([, name]) => name);
      assert.deepEqual(empty, []);
      assert.doesNotMatch(told, /FAILED/);
    });

    it(`read no label of ${system.name}'s metrics that their targets hide`, () => {
      assert.deepEqual(hidden, []);
    });

    it(`ask for ${system.name}'s series as Thanos names them, with external labels`, () => {
      const wrong = queriesOf(system).filter(({ expression }) =>
        selectors(expression).some(({ matchers }) =>
          matchers.some(
            ({ label, operator, value }) =>
              operator === "=" && label in system.externalLabels && system.externalLabels[label] !== value,
          ),
        ),
      );
      assert.deepEqual(
        wrong.map(({ name }) => name),
        [],
      );
    });
  }
});

/** Whether a query gives anything, and whether each selector of it matches anything: `or vector(0)` would hide that. */
function questions(name: string, expression: string): [question: string, name: string][] {
  return [
    // A quantile of nothing is no number, and none is shown.
    [`count((${expression}) > -Inf) > bool 0`, name],
    ...selectors(expression).map(({ metric = "", matchers }): [string, string] => {
      const pairs = matchers
        .filter(({ label }) => label !== "__name__" || metric === "")
        .map(({ label, operator, value }) => `${label}${operator}${JSON.stringify(value)}`);
      const selector = `${metric}{${pairs.join(", ")}}`;
      return [`count(last_over_time(${selector}[${String(minutes)}m])) > bool 0`, selector];
    }),
  ];
}

/** Every rule that records, and alerts enough for panels that show some. */
function groupsOf(system: System): unknown[] {
  const groups = [...ruleGroups(system, "prometheus"), ...ruleGroups(system, "thanos-ruler")];
  return (
    groups
      // The strategy is Thanos' own.
      .map(
        ({
          partial_response_strategy: _strategy,
          ...group
        }: RuleGroup & { partial_response_strategy?: unknown }) => ({
          ...group,
          rules: (group["rules"] as { alert?: string }[]).filter(
            ({ alert }) => alert === undefined || alerts.includes(alert),
          ),
        }),
      )
      .filter(({ rules }) => rules.length > 0)
  );
}

function queriesOf(system: System): { name: string; expression: string }[] {
  const intervals = intervalsOf(system);
  return dashboardsOf(system).flatMap(({ uid, panels }) =>
    panels.flatMap((panel) =>
      expressionsOf(panel).map(({ expression }) => ({
        name: `${uid}: ${panel.title}`,
        expression: plainExpression(expression, panel, intervals, seconds(system.scrape.interval)),
      })),
    ),
  );
}
