import { oversight } from "../../systems/oversight.ts";
import { inputSeries, ruleTests } from "./ruleTests.ts";
import type { Series } from "./ruleTests.ts";

describe("The oversight system's recorded series, as Prometheus computes them", function () {
  this.timeout(30_000);
  const { testRules } = ruleTests(
    oversight({ environment: "production", region: "eastus", layout: "cluster" }),
  );

  /** The value of every series of a recorded name after 20 minutes. */
  function records(name: string, series: Series, values: Readonly<Record<string, number>>): Promise<void> {
    return testRules({
      interval: "30s",
      input_series: inputSeries(series),
      promql_expr_test: [
        {
          // The last bits of a quotient are nobody's promise.
          expr: `round(${name}, 0.000001)`,
          eval_time: "20m",
          exp_samples: Object.entries(values).map(([labels, value]) => ({
            labels,
            value,
          })),
        },
      ],
    });
  }

  it("tells the busy share of a machine's cores in percent", () =>
    records(
      "instance:node_cpu:rate5m",
      {
        'node_cpu_seconds_total{cpu="0", instance="vm", mode="idle"}': "0+15x60",
        'node_cpu_seconds_total{cpu="1", instance="vm", mode="idle"}': "0+30x60",
        'node_cpu_seconds_total{cpu="0", instance="vm", mode="user"}': "0+15x60",
      },
      { '{instance="vm"}': 25 },
    ));

  it("tells the used memory of a machine in percent", () =>
    records(
      "instance:node_memory_usage:percentage",
      {
        'node_memory_MemAvailable_bytes{instance="vm"}': "2000x60",
        'node_memory_MemTotal_bytes{instance="vm"}': "8000x60",
      },
      { '{instance="vm"}': 75 },
    ));

  it("tells the connections of all databases of a server in percent of its most", () =>
    records(
      "instance:db_connections:usage",
      {
        'pg_stat_database_numbackends{datname="app", instance="psql"}': "30x60",
        'pg_stat_database_numbackends{datname="jobs", instance="psql"}': "20x60",
        'pg_settings_max_connections{instance="psql"}': "200x60",
      },
      { '{instance="psql"}': 25 },
    ));

  const counted = {
    'http_requests_total{instance="a", job="web", method="GET", status="200"}': "0+30x60",
    'http_requests_total{instance="b", job="web", method="GET", status="200"}': "0+60x60",
    'http_requests_total{instance="a", job="web", method="GET", status="503"}': "0+3x60",
    // Other regions' applications come by federation, and tell of themselves.
    'http_requests_total{cluster="prod-westus", instance="w", job="web", method="GET", status="503"}':
      "0+300x60",
  };

  it("counts requests by job, method and status", () =>
    records("job:http_requests:rate5m", counted, {
      '{job="web", method="GET", status="200"}': 3,
      '{job="web", method="GET", status="503"}': 0.1,
    }));

  it("counts those of an application that has a latency histogram only, and none twice", () =>
    records(
      "job:http_requests:rate5m",
      {
        ...counted,
        'http_request_duration_seconds_count{instance="a", job="web", method="GET", route="/", status_code="200"}':
          "0+30x60",
        'http_request_duration_seconds_count{cluster="prod-westus", instance="c", job="api", method="POST", route="/x", status_code="201"}':
          "0+300x60",
        'http_request_duration_seconds_count{instance="c", job="api", method="POST", route="/x", status_code="201"}':
          "0+15x60",
        'http_request_duration_seconds_count{instance="c", job="api", method="POST", route="/y", status_code="201"}':
          "0+15x60",
      },
      {
        '{job="web", method="GET", status="200"}': 3,
        '{job="web", method="GET", status="503"}': 0.1,
        '{job="api", method="POST", status="201"}': 1,
      },
    ));

  it("counts errors by job, and says 0 where there are none", () =>
    records(
      "job:http_errors:rate5m",
      {
        ...counted,
        'http_requests_total{instance="d", job="quiet", method="GET", status="200"}': "0+30x60",
        'job:http_requests:rate5m{cluster="prod-westus", job="web", method="GET", status="503"}': "10x60",
      },
      { '{job="web"}': 0.1, '{job="quiet"}': 0 },
    ));

  it("tells within which time 95 % of a job's requests were answered", () =>
    records(
      "job:http_request_duration:p95_5m",
      {
        'http_request_duration_seconds_bucket{instance="a", job="web", le="0.1"}': "0+90x60",
        'http_request_duration_seconds_bucket{instance="a", job="web", le="0.3"}': "0+100x60",
        'http_request_duration_seconds_bucket{instance="a", job="web", le="+Inf"}': "0+100x60",
        'http_request_duration_seconds_bucket{cluster="prod-westus", instance="w", job="web", le="0.1"}':
          "0x60",
        'http_request_duration_seconds_bucket{cluster="prod-westus", instance="w", job="web", le="0.3"}':
          "0+900x60",
        'http_request_duration_seconds_bucket{cluster="prod-westus", instance="w", job="web", le="+Inf"}':
          "0+900x60",
      },
      { '{job="web"}': 0.2 },
    ));

  it("counts users once, however many replicas of the application report them", () =>
    records(
      "business:active_users:count",
      {
        'business_metric{instance="a", metric_name="active_users_1h"}': "41x60",
        'business_metric{instance="b", metric_name="active_users_1h"}': "42x60",
        'business_metric{instance="b", metric_name="other"}': "900x60",
        'business_metric{cluster="prod-westus", instance="w", metric_name="active_users_1h"}': "900x60",
      },
      { "{}": 42 },
    ));

  it("adds transactions and revenue of all replicas", async () => {
    const both = (metric: string) => ({
      [`${metric}{instance="a"}`]: "0+30x60",
      [`${metric}{instance="b"}`]: "0+60x60",
      [`${metric}{cluster="prod-westus", instance="w"}`]: "0+900x60",
    });
    await records("business:transactions:rate1h", both("business_transactions_total"), { "{}": 1 });
    await records("business:revenue:rate1m", both("business_revenue_total"), { "{}": 3 });
  });
});
