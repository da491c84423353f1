/**
 * Every alert about a stack itself, before `promtool test rules`: silent when healthy, firing at its fault and nowhere else,
 * over when it is mended. One process of promtool for each system, one file for each case.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import type { System } from "../../monitoring/model.ts";
import { renderRules } from "../../monitoring/rules.ts";
import { seconds } from "../../monitoring/units.ts";
import { systems } from "../../systems/index.ts";
import { ensureTools } from "../../tools/toolchain.ts";
import { withReceivers } from "../systemWithReceivers.ts";
import type { AlertCase, Place } from "./alerts/cases.ts";
import { casesFor } from "./alerts/index.ts";
import { inputSeries } from "./ruleTests.ts";

const run = promisify(execFile);
const parameters = { environment: "production", region: "eastus", layout: "cluster" } as const;
const onCluster = { edge: "haproxy-ingress", backend: "monitoring_svc_grafana_http", linux: "node-exporter" };
const trade: Place = {
  linux: "node",
  edge: "haproxy",
  backend: "be_alertmanager",
  stores: 5,
  federates: false,
  through: [
    ["redis", "redis-exporter"],
    ["certificates", "blackbox-exporter"],
  ],
};
const oversight: Place = {
  ...onCluster,
  stores: 5,
  federates: true,
  through: [
    ["postgresql", "postgres-exporter"],
    ["redis", "redis-exporter"],
  ],
};

/** Trade twice: a stack may turn a system of sidecars into one of receivers. */
const places: readonly (readonly [title: string, system: System, place: Place])[] = [
  ["trade", systems.trade(parameters), trade],
  ["trade with receivers", withReceivers(systems.trade(parameters)), { ...trade, stores: 6 }],
  ["oversight", systems.oversight(parameters), oversight],
  ["greenlang", systems.greenlang(parameters), { ...onCluster, stores: 6, federates: false, through: [] }],
];

const rulesOf = new Map(places.map(([title, system]) => [title, stackRules(system)] as const));
const casesOf = new Map(
  places.map(([title, , place]) => {
    const names = new Set(rulesOf.get(title)?.map(({ alert }) => alert));
    return [title, casesFor(place).filter(({ alert }) => names.has(alert))] as const;
  }),
);

describe("Alerts of a stack about itself, as promtool evaluates them", function () {
  this.timeout(300_000);
  let directory: string;
  let failures: ReadonlyMap<string, string>;

  before(async function () {
    this.timeout(1_200_000);
    const promtool = (await ensureTools(["prometheus"])).path("promtool");
    directory = await mkdtemp(join(tmpdir(), "vigil-stack-alerts-"));
    // What is alike in two systems is tried once.
    const files = new Set(
      places.flatMap(([title]) =>
        (casesOf.get(title) ?? []).map((one) => testFile(one, rulesOf.get(title) ?? [])),
      ),
    );
    for (const text of files) await writeFile(join(directory, nameOfFile(text)), text);
    failures = await testAll(promtool, directory, [...files].map(nameOfFile));
  });

  after(() => rm(directory, { recursive: true, force: true }));

  for (const [title] of places)
    describe(title, () => {
      const rules = rulesOf.get(title) ?? [];
      const cases = casesOf.get(title) ?? [];

      it("has a case for every alert and severity", () => {
        const covered = new Set(
          cases.flatMap(({ alert, severity }) => [alert, `${alert} ${severity ?? ""}`]),
        );
        const missing = rules.filter(
          ({ alert, labels }) =>
            !covered.has(`${alert} ${labels.severity}`) && (isFamily(alert, rules) || !covered.has(alert)),
        );
        // Always firing, and tried in selfMonitoringAlerts.test.ts.
        assert.deepEqual(
          missing.map(({ alert, labels }) => `${alert} ${labels.severity}`),
          ["Watchdog info"],
        );
      });

      for (const one of cases)
        it(`${one.alert}${one.severity === undefined ? "" : ` (${one.severity})`} fires at its fault, and is silent before and after`, () => {
          const file = nameOfFile(testFile(one, rules));
          assert.ok(failures.has(file), "promtool has not tried it");
          assert.equal(failures.get(file), "");
        });
    });
});

function isFamily(name: string, rules: readonly Rule[]): boolean {
  return rules.filter(({ alert }) => alert === name).length > 1;
}

interface Rule {
  readonly alert: string;
  readonly labels: Readonly<Record<string, string>> & { readonly severity: string };
}

function stackRules(system: System): Rule[] {
  const { groups } = parse(renderRules(system, "prometheus")) as {
    groups: { name: string; rules: Rule[] }[];
  };
  return groups.filter(({ name }) => name.startsWith("stack-")).flatMap(({ rules }) => rules);
}

function nameOfFile(text: string): string {
  return `${createHash("sha256").update(text).digest("hex").slice(0, 24)}.yml`;
}

/** The test of one case; promtool reads its rule from a file beside it. */
function testFile(one: AlertCase, rules: readonly Rule[]): string {
  const { alert, severity, step = "1m", at: { quiet = 8, firing = 38, over = 110 } = {} } = one;
  const time = (samples: number) => `${String(samples * seconds(step))}s`;
  const labels = [
    ...new Set(one.fires.flatMap((set) => [...set.matchAll(/(\w+)=/g)].map(([, name = ""]) => name))),
  ];
  const none = `ALERTS{alertname="${alert}"}`;
  return JSON.stringify({
    rules: rules.filter(
      (rule) => rule.alert === alert && (severity ?? rule.labels.severity) === rule.labels.severity,
    ),
    evaluation_interval: step === "5m" ? "1m" : "15s",
    tests: [
      {
        interval: step,
        input_series: inputSeries(one.series),
        promql_expr_test: [
          { expr: none, eval_time: time(quiet), exp_samples: [] },
          {
            expr: `sum by (${labels.join(", ")}) (ALERTS{alertname="${alert}", alertstate="firing"})`,
            eval_time: time(firing),
            exp_samples: one.fires.map((set) => ({ labels: `{${set}}`, value: 1 })),
          },
          { expr: none, eval_time: time(over), exp_samples: [] },
        ],
      },
    ],
  });
}

/** What promtool found wrong in each file; empty where nothing is. Two processes, for two cores. */
async function testAll(
  promtool: string,
  directory: string,
  files: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  for (const file of files) {
    const { rules, ...test } = JSON.parse(await readFile(join(directory, file), "utf8")) as { rules: Rule[] };
    const ruleFile = `rules-${file}`;
    await writeFile(join(directory, ruleFile), JSON.stringify({ groups: [{ name: "case", rules }] }));
    await writeFile(join(directory, file), JSON.stringify({ rule_files: [ruleFile], ...test }));
  }
  const halves = [0, 1].map((half) => files.filter((_, index) => index % 2 === half));
  const results = await Promise.all(
    halves.map(async (half, index) => {
      const report = join(directory, `report-${String(index)}.xml`);
      // It ends with 1 when a test fails: the report says which.
      await run(promtool, ["test", "rules", `--junit=${report}`, ...half], {
        cwd: directory,
        maxBuffer: 2 ** 26,
      }).catch(() => undefined);
      return readFile(report, "utf8");
    }),
  );
  return new Map(
    results.flatMap((report) =>
      [...report.matchAll(/<testsuite name="([^"]+)".*?<\/testsuite>/gs)].map(
        ([suite, file = ""]) =>
          [
            file,
            (/<failure>(.*?)<\/failure>/s.exec(suite)?.[1] ?? "")
              .replaceAll("&#xA;", "\n")
              .replaceAll("&#34;", '"'),
          ] as const,
      ),
    ),
  );
}
