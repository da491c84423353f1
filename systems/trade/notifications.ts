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
    // Each alert of a severity is a group of its own. Prometheus tells of an alert that is over for 15 minutes more, and a
    // group with one of those beside one that fires is notified again whenever the set of them changes: with groups of
    // `severity` alone a second outage within 15 minutes paged up to three times, and waited for the open group's interval.
    groupBy: ["severity", "alertname", "instance", "stream"],
    groupWait: "1s",
    groupInterval: "5s",
    repeatInterval: "4h",
    routes: [
      { receiver: "nobody", matchers: ['alertname="Watchdog"'] },
      // The stack's own alerts can wait: one message about many targets of a job is worth more than the quickest one.
      { receiver: "webhook", matchers: [`scope="${stackScope}"`], groupBy: ["severity", "alertname", "job"] },
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
