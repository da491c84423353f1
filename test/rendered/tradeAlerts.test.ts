import { trade } from "../../systems/trade.ts";
import { inputSeries, ruleTests } from "./ruleTests.ts";
import type { Series } from "./ruleTests.ts";

describe("The trade system's alerts, as Prometheus evaluates them", function () {
  this.timeout(30_000);
  const { states, testRules } = ruleTests(
    trade({ environment: "production", region: "local", layout: "cluster" }),
  );

  describe("RedisDown", () => {
    it("is silent while all four answer", () =>
      states("RedisDown", "redis_instance", "1s", redis({}), { "0s": {}, "30s": {}, "60s": {} }));

    it("is pending at once, fires after 5 s, stays 20 s after Redis is back and ends", () =>
      states("RedisDown", "redis_instance", "1s", redis({ "redis-signal-stream": "1x9 0x39 1x60" }), {
        "9s": {},
        "10s": { "redis-signal-stream": "pending" },
        "14s": { "redis-signal-stream": "pending" },
        "15s": { "redis-signal-stream": "firing" },
        "49s": { "redis-signal-stream": "firing" },
        "69s": { "redis-signal-stream": "firing" },
        "71s": {},
      }));

    it("does not flap with a Redis that comes and goes", () =>
      states("RedisDown", "redis_instance", "1s", redis({ "redis-trade-state": "1x9 0x9 1x4 0x9 1x60" }), {
        "15s": { "redis-trade-state": "firing" },
        "22s": { "redis-trade-state": "firing" },
        "26s": { "redis-trade-state": "firing" },
        "53s": { "redis-trade-state": "firing" },
        "56s": {},
      }));

    it("does not page for a Redis that misses four scrapes", () =>
      states("RedisDown", "redis_instance", "1s", redis({ "redis-trade-state": "1x9 0x3 1x30" }), {
        "13s": { "redis-trade-state": "pending" },
        "14s": {},
        "16s": {},
      }));

    it("fires for each Redis when the exporter does not answer", () =>
      states(
        "RedisDown",
        "redis_instance",
        "1s",
        redis(Object.fromEntries(redisNames.map((name) => [name, "1x9 stale"])), "1x9 0x30"),
        { "9s": {}, "12s": everyRedis("pending"), "16s": everyRedis("firing") },
      ));

    it("fires for each Redis when none is scraped at all", () =>
      states(
        "RedisDown",
        "redis_instance",
        "1s",
        { 'up{job="backend"}': "1x60" },
        {
          "4s": everyRedis("pending"),
          "6s": everyRedis("firing"),
        },
      ));

    it("is silent while a Prometheus that has just started scrapes nothing yet", () =>
      states(
        "RedisDown",
        "redis_instance",
        "1s",
        redis(Object.fromEntries(redisNames.map((name) => [name, "_x8 1x60"])), "_x8 1x60"),
        { "4s": {}, "7s": {}, "8s": {}, "20s": {} },
      ));

    it("fires for a Redis that a stack has added when its exporter does not answer", () =>
      states(
        "RedisDown",
        "redis_instance",
        "1s",
        {
          ...redis({}),
          [redisSeries("up", "redis-added")]: "1x9 0x60",
          [redisSeries("redis_up", "redis-added")]: "1x9 stale",
        },
        { "9s": {}, "12s": { "redis-added": "pending" }, "16s": { "redis-added": "firing" } },
      ));

    it("stays one alert when a Redis that is down also stops being scraped", () =>
      states(
        "RedisDown",
        "redis_instance",
        "1s",
        {
          ...redis({}),
          [redisSeries("redis_up", "redis-result-stream")]: "1x9 0x9 stale",
          [redisSeries("up", "redis-result-stream")]: "1x19 stale",
        },
        {
          "16s": { "redis-result-stream": "firing" },
          "21s": { "redis-result-stream": "firing" },
          "50s": { "redis-result-stream": "firing" },
        },
      ));
  });

  describe("SignalLoss", () => {
    const signals = 'redis_tss_stream_signals_total{redis_instance="redis-signal-stream", stream="signals"}';
    const results = 'redis_tss_stream_signals_total{redis_instance="redis-result-stream", stream="results"}';
    const moving = "0+2x120";

    it("is silent while both streams move", () =>
      states(
        "SignalLoss",
        "stream",
        "1s",
        { [signals]: moving, [results]: moving },
        { "5s": {}, "60s": {}, "120s": {} },
      ));

    it("is silent for a stream that has never moved", () =>
      states(
        "SignalLoss",
        "stream",
        "1s",
        { [signals]: "0x400", [results]: "7x400" },
        { "30s": {}, "400s": {} },
      ));

    it("names the stream that stands still for 10 s, fires after 5 more and ends when it moves again", () =>
      states(
        "SignalLoss",
        "stream",
        "1s",
        { [signals]: "0+2x19 38x39 40+2x60", [results]: moving },
        {
          "27s": {},
          "28s": { signals: "pending" },
          "32s": { signals: "pending" },
          "33s": { signals: "firing" },
          "59s": { signals: "firing" },
          "64s": { signals: "firing" },
          "66s": {},
        },
      ));

    it("fires for a stream that is absent, and ends when it is back", () =>
      states(
        "SignalLoss",
        "stream",
        "1s",
        { [signals]: "0+2x19 stale _x39 0+2x60", [results]: moving },
        {
          "36s": { signals: "firing" },
          "59s": { signals: "firing" },
          "70s": {},
        },
      ));

    it("survives a restart of the backend, whose counters begin again", () =>
      states(
        "SignalLoss",
        "stream",
        "1s",
        { [signals]: "0+2x29 0+2x60", [results]: moving },
        { "31s": {}, "45s": {} },
      ));

    it("ends by itself 5 minutes after the last signal", () =>
      states(
        "SignalLoss",
        "stream",
        "1s",
        { [signals]: "0+2x19 38x600" },
        {
          "310s": { signals: "firing" },
          "330s": {},
          "600s": {},
        },
      ));

    it("carries the Redis instance by which RedisDown inhibits it, and says in words which stream", () =>
      testRules({
        interval: "1s",
        input_series: inputSeries({ [signals]: "0+2x19 38x60" }),
        alert_rule_test: [
          {
            alertname: "SignalLoss",
            eval_time: "40s",
            exp_alerts: [
              {
                exp_labels: {
                  severity: "critical",
                  stream: "signals",
                  redis_instance: "redis-signal-stream",
                },
                exp_annotations: {
                  summary: "No more signals on stream signals",
                  description:
                    "Stream signals on redis-signal-stream moved 38 signals within the last 5 minutes and has stood still, or been absent, for more than 10 s.",
                  runbook_url: "docs/runbooks/SignalLoss.md",
                  dashboard_url: "https://monitoring.trade.internal/grafana/d/trade-state",
                },
              },
            ],
          },
        ],
      }));
  });

  describe("HighMemoryUsage", () => {
    const memory = (service: string) =>
      `process_resident_memory_bytes{instance="${service}", job="${service}", service="${service}"}`;

    it("is silent at 79 % of 1 GiB, and whatever other processes use", () =>
      states(
        "HighMemoryUsage",
        "instance",
        "1s",
        { [memory("backend")]: "848256041x60", [memory("prometheus")]: "1500000000x60" },
        { "30s": {}, "60s": {} },
      ));

    it("is pending above 80 %, fires after 5 s and ends 15 s after the memory is given back", () =>
      states(
        "HighMemoryUsage",
        "instance",
        "1s",
        { [memory("backend")]: "600000000x9 869730877x19 600000000x60" },
        {
          "9s": {},
          "12s": { backend: "pending" },
          "15s": { backend: "firing" },
          "29s": { backend: "firing" },
          "43s": { backend: "firing" },
          "46s": {},
        },
      ));
  });

  describe("SlowSync", () => {
    const labels = '{instance="clickhouse-node", job="clickhouse", service="clickhouse"}';
    // Ten synchronisations in each scrape interval of 5 s; a sum that grows by 0.5 is 50 ms each, by 5 is 500 ms.
    const sync = (sum: string) => ({
      [`clickhouse_sync_latency_seconds_count${labels}`]: "0+10x60",
      [`clickhouse_sync_latency_seconds_sum${labels}`]: sum,
    });

    it("is silent at 50 ms, at 190 ms, and when nothing is synchronised", async () => {
      await states("SlowSync", "instance", "5s", sync("0+0.5x60"), { "60s": {}, "300s": {} });
      await states("SlowSync", "instance", "5s", sync("0+1.9x60"), { "60s": {}, "300s": {} });
      await states(
        "SlowSync",
        "instance",
        "5s",
        { ...sync("3x60"), [`clickhouse_sync_latency_seconds_count${labels}`]: "9x60" },
        { "60s": {} },
      );
    });

    it("is pending when the mean of 20 s is above 200 ms, fires after 5 s, and ends 20 s after it is below", () =>
      states("SlowSync", "instance", "5s", sync("0+0.5x12 11+5x11 66.5+0.5x24"), {
        "60s": {},
        "71s": { "clickhouse-node": "pending" },
        "76s": { "clickhouse-node": "firing" },
        "120s": { "clickhouse-node": "firing" },
        "135s": { "clickhouse-node": "firing" },
        "160s": {},
      }));
  });
});

const redisNames = [
  "redis-trade-state",
  "redis-instance-state",
  "redis-signal-stream",
  "redis-result-stream",
];

function redisSeries(metric: string, name: string): string {
  return `${metric}{instance="${name}", job="redis", redis_instance="${name}", service="redis"}`;
}

/** Series of the four Redis: `redis_up` as given or 1, and `up`, which speaks of the exporter. */
function redis(given: Readonly<Record<string, string>>, up = "1x120"): Series {
  return Object.fromEntries(
    redisNames.flatMap((name) => [
      [redisSeries("redis_up", name), given[name] ?? "1x120"],
      [redisSeries("up", name), up],
    ]),
  );
}

function everyRedis(state: "pending" | "firing"): Record<string, "pending" | "firing"> {
  return Object.fromEntries(redisNames.map((name) => [name, state]));
}
