import assert from "node:assert/strict";
import { onThisMachine } from "../../monitoring/onThisMachine.ts";
import { checkExpression } from "../../monitoring/promql.ts";
import { quickened } from "../../monitoring/timeScale.ts";
import { systems } from "../../systems/index.ts";

const parameters = { environment: "dev", region: "local", layout: "cluster" } as const;
const system = onThisMachine(systems.trade(parameters), { demo: true, given: [] });
const alertOf = (from: typeof system, name: string) =>
  from.alerts.flatMap(({ alerts }) => alerts).find((alert) => alert.name === name);

describe("The time scale of a stack's rules", () => {
  const quick = quickened(system, 12);

  it("is the real time unless a stack says otherwise", () => {
    assert.equal(quickened(system, 1), system);
  });

  it("divides for, windows and offsets of what a stack says of itself", () => {
    const flapping = alertOf(quick, "TargetFlapping");
    assert.ok(flapping !== undefined);
    assert.match(flapping.expression, /^changes\(up\[75s\]\) > 8$/m);
    assert.match(flapping.expression, /min_over_time\(up\{job="redis-exporter"\}\[100s\]\)/);
    assert.equal(flapping.for, "5s");
    assert.equal(flapping.keepFiringFor, "75s");
    assert.match(alertOf(quick, "JobSeriesGrow")?.expression ?? "", /\[300s\] offset 7200s/);
  });

  it("leaves no window shorter than four scrapes", () => {
    assert.match(alertOf(quick, "PrometheusSamplesDuplicated")?.expression ?? "", /\[25s\]/);
    assert.match(alertOf(quickened(system, 60), "PrometheusSamplesDuplicated")?.expression ?? "", /\[20s\]/);
  });

  it("divides the windows and intervals of error budgets", () => {
    const recording = quick.recording.find(({ rules }) => rules[0]?.record.startsWith("slo:"));
    assert.ok(recording !== undefined);
    for (const group of quick.recording.filter(({ rules }) => rules[0]?.record.startsWith("slo:")))
      assert.match(group.interval, /^[1-9]\d*s$/);
  });

  it("leaves what the watched system promises, and every label and text, as it was", () => {
    for (const name of ["RedisDown", "SignalLoss", "SlowSync", "HighMemoryUsage"])
      assert.deepEqual(alertOf(quick, name), alertOf(system, name));
    for (const { alerts } of system.alerts)
      for (const alert of alerts) {
        const { labels, summary, description, severity } = alertOf(quick, alert.name) ?? {};
        if (alert.name.endsWith("DiskFull")) continue; // Two of a name.
        assert.deepEqual(
          { labels, summary, description, severity },
          {
            labels: alert.labels,
            summary: alert.summary,
            description: alert.description,
            severity: alert.severity,
          },
        );
      }
  });

  it("writes expressions that Prometheus takes", () => {
    for (const times of [2, 12, 60])
      for (const { alerts } of quickened(system, times).alerts)
        for (const { name, expression } of alerts) assert.deepEqual(checkExpression(expression), [], name);
  });
});
