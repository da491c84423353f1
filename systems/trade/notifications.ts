import { stackScope } from "../../monitoring/alerts/selfMonitoring.ts";
import type { Notifications } from "../../monitoring/model.ts";

/**
 * Timings from measurements with a pair of Alertmanagers: the first page 7 to 10 s after the fault, also when one of
 * them is dead (scrape 1 s + evaluation 1 s + `for` 5 s + group wait 1 s + peer timeout 2 s), one page and one resolve.
 */
export const tradeNotifications: Notifications = {
  root: {
    receiver: "webhook",
    matchers: [],
    groupBy: ["severity"],
    groupWait: "1s",
    groupInterval: "5s",
    repeatInterval: "4h",
    routes: [
      { receiver: "nobody", matchers: ['alertname="Watchdog"'] },
      // Apart from the trade system's own alerts: an alert that joins an open group waits for its interval.
      { receiver: "webhook", matchers: [`scope="${stackScope}"`], groupBy: ["severity", "alertname"] },
    ],
  },
  receivers: [
    { name: "webhook", kind: "webhook", urlSecret: "webhook-url" },
    { name: "nobody", kind: "none" },
  ],
  inhibitions: [
    // A stream carries the name of the Redis that it lives on.
    { source: ['alertname="RedisDown"'], target: ['alertname="SignalLoss"'], equal: ["redis_instance"] },
    // Results are answers to signals: without the Redis of the one, the other stands still as well.
    {
      source: ['alertname="RedisDown"', 'redis_instance="redis-signal-stream"'],
      target: ['alertname="SignalLoss"', 'redis_instance="redis-result-stream"'],
      equal: [],
    },
  ],
  peerTimeout: "2s",
  dataRetention: "120h",
};
