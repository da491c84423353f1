/** For each objective of each system the series that it counts, in promtool's notation, a sample a minute. */
import type { systems } from "../../systems/index.ts";
import type { Series } from "./ruleTests.ts";

/** Bad events of 1000 a second, or bad ones of 1000 things, for so many minutes each, one after the other. */
export type Phases = readonly (readonly [bad: number, minutes: number])[];

export interface Feed {
  readonly system: keyof typeof systems;
  readonly objective: string;
  readonly series: (bad: Phases) => Series;
}

export const feeds: readonly Feed[] = [
  {
    system: "trade",
    objective: "signal-latency",
    series: (bad) => ({
      'redis_tss_signal_processing_latency_count{service="backend"}': counter(bad, () => 1_000),
      'redis_tss_signal_processing_latency_bucket{service="backend", le="0.2"}': counter(bad, good),
    }),
  },
  {
    system: "trade",
    objective: "signals-processed",
    series: (bad) => ({
      'redis_tss_signals_received_total{service="backend"}': counter(bad, () => 1_000),
      'redis_tss_signals_failed_total{service="backend"}': counter(bad, (one) => one),
    }),
  },
  {
    system: "trade",
    objective: "monitoring-queries",
    series: (bad) => ({
      'haproxy_frontend_http_requests_total{job="haproxy", proxy="fe_query"}': counter(bad, () => 1_000),
      'haproxy_frontend_http_responses_total{job="haproxy", proxy="fe_query", code="5xx"}': counter(
        bad,
        (one) => one,
      ),
      // Refusals are no failures, and another door is another promise.
      'haproxy_frontend_http_responses_total{job="haproxy", proxy="fe_query", code="4xx"}': counter(
        bad,
        () => 500,
      ),
      'haproxy_frontend_http_responses_total{job="haproxy", proxy="fe_home", code="5xx"}': counter(
        bad,
        () => 500,
      ),
    }),
  },
  {
    system: "oversight",
    objective: "http-availability",
    series: (bad) => ({
      'job:http_requests:rate5m{job="web", status="200"}': gauge(bad, good),
      'job:http_requests:rate5m{job="web", status="503"}': gauge(bad, (one) => one),
      // Of another region, which has promises of its own.
      'job:http_requests:rate5m{cluster="prod-westus", job="web", status="503"}': gauge(bad, () => 500),
    }),
  },
  {
    system: "oversight",
    objective: "http-latency",
    series: (bad) => ({
      'http_request_duration_seconds_count{job="web"}': counter(bad, () => 1_000),
      'http_request_duration_seconds_bucket{job="web", le="0.5"}': counter(bad, good),
    }),
  },
  {
    system: "oversight",
    objective: "remote-write",
    series: (bad) => ({
      'prometheus_remote_storage_samples_total{job="prometheus"}': counter(bad, () => 1_000),
      'prometheus_remote_storage_samples_failed_total{job="prometheus"}': counter(bad, (one) => one),
    }),
  },
  {
    system: "greenlang",
    objective: "api-availability",
    series: (bad) => ({
      'kong_http_requests_total{service="a", code="200"}': counter(bad, good),
      'kong_http_requests_total{service="a", code="502"}': counter(bad, (one) => one),
    }),
  },
  {
    system: "greenlang",
    objective: "api-latency",
    series: (bad) => ({
      kong_request_latency_ms_count: counter(bad, () => 1_000),
      // As Prometheus 3 writes the bound.
      'kong_request_latency_ms_bucket{le="1000.0"}': counter(bad, good),
    }),
  },
  {
    system: "greenlang",
    objective: "agents-available",
    series: (bad) =>
      Object.fromEntries(
        [100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000].map((share) => [
          `up{job="greenlang-agents", instance="agent-${String(share)}"}`,
          gauge(bad, (one) => (one >= share ? 0 : 1)),
        ]),
      ),
  },
  {
    system: "greenlang",
    objective: "batch-jobs",
    series: (bad) => {
      const labels = '{namespace="greenlang", cronjob="nightly"}';
      return {
        [`kube_cronjob_status_last_schedule_time${labels}`]: gauge(bad, () => -7_200),
        [`kube_cronjob_status_last_successful_time${labels}`]: gauge(bad, (one) =>
          one > 0 ? -90_000 : -7_000,
        ),
      };
    },
  },
];

function good(bad: number): number {
  return 1_000 - bad;
}

/** Grows by so many a second. */
function counter(bad: Phases, perSecond: (bad: number) => number): string {
  let value = 0;
  return bad
    .map(([one, minutes]) => {
      const step = perSecond(one) * 60;
      const segment = `${String(value)}+${String(step)}x${String(minutes - 1)}`;
      value += step * minutes;
      return segment;
    })
    .join(" ");
}

/** Stands at a value, so many samples a minute. */
export function gauge(bad: Phases, value: (bad: number) => number, samples = 1): string {
  return bad.map(([one, minutes]) => `${String(value(one))}x${String(minutes * samples - 1)}`).join(" ");
}
