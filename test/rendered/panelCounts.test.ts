/** Panels that count what is wrong, against series counted by hand. */
import assert from "node:assert/strict";
import { dashboardsOf } from "../../monitoring/dashboards/catalogue.ts";
import { plainExpression } from "../../monitoring/dashboards/panelExpressions.ts";
import { intervalsOf } from "../../monitoring/seriesIntervals.ts";
import { systems } from "../../systems/index.ts";
import { inputSeries, ruleTests, type Series } from "./ruleTests.ts";

const trade = systems.trade({ environment: "production", region: "local", layout: "cluster" });

describe("Panels that count what is wrong", function () {
  this.timeout(30_000);
  const { testRules } = ruleTests(trade);

  it("Servers down: once for both edges and both names, of backends that requests go to", () => {
    const down = (edge: string, proxy: string, server: string): string =>
      `haproxy_server_status{job="haproxy", instance="${edge}", proxy="${proxy}", server="${server}", state="DOWN"}`;
    return shows("edge", "Servers down", [{ labels: "{}", value: 1 }], {
      ...Object.fromEntries(
        ["haproxy-1", "haproxy-2"].flatMap((edge) => [
          [down(edge, "be_prometheus", "prometheus-1"), "1x10"],
          [down(edge, "be_prometheus", "prometheus-1-incomplete"), "1x10"],
          [down(edge, "be_prometheus", "prometheus-2"), "0x10"],
          // On its way up, and serving.
          [down(edge, "be_query", "thanos-query-1"), "1x10"],
          [down(edge, "be_query", "thanos-query-1-incomplete"), "0x10"],
          // There for the home page only.
          [down(edge, "be_thanos_store", "thanos-store"), "1x10"],
        ]),
      ),
    });
  });

  it("Servers down: none", () => shows("edge", "Servers down", [{ labels: "{}", value: 0 }], {}));

  it("Services that do not run: the stack's own that start at boot", () => {
    const service = (name: string, running: 0 | 1, auto: 0 | 1): Series => ({
      [`windows_service_state{job="windows", instance="pc-1", name="${name}", state="running"}`]: `${String(running)}x10`,
      [`windows_service_start_mode{job="windows", instance="pc-1", name="${name}", start_mode="auto"}`]: `${String(auto)}x10`,
    });
    return shows(
      "hosts",
      "Services that do not run",
      [
        { labels: '{instance="pc-1"}', value: 1 },
        { labels: '{instance="pc-2"}', value: 0 },
      ],
      {
        'up{job="windows", instance="pc-1"}': "1x10",
        'up{job="windows", instance="pc-2"}': "1x10",
        ...service("Vigil-Prometheus-1", 0, 1),
        ...service("thanos-store", 1, 1),
        // Started by hand; and Windows' own.
        ...service("grafana", 0, 0),
        ...service("Themes", 0, 1),
      },
    );
  });

  function shows(
    uid: string,
    title: string,
    samples: readonly { readonly labels: string; readonly value: number }[],
    series: Series,
  ): Promise<void> {
    const panel = dashboardsOf(trade)
      .find((dashboard) => dashboard.uid === uid)
      ?.panels.find((one) => one.title === title);
    assert.ok(panel, `${uid}: ${title}`);
    const expr = plainExpression(panel.expression, panel, intervalsOf(trade));
    const test = {
      interval: "1m",
      input_series: inputSeries(series),
      promql_expr_test: [{ expr, eval_time: "5m", exp_samples: samples }],
    };
    return testRules(test, "Watchdog");
  }
});
