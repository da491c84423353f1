import { at, counter, gauge, of, outage, steady, type Cases } from "./cases.ts";

const mine = (metric: string, more = "") => of(metric, "alertmanager", more);
const other = (metric: string, more = "") => of(metric, "alertmanager", more, "alertmanager-2");
const first = at("alertmanager-1");

/** A counter of one group's notifications: told every 5 minutes, counted where `counts`. */
function everyFifth(counts: (step: number) => boolean): string {
  let value = 0;
  return Array.from({ length: 240 }, (_, step) => {
    if (step % 5 === 0 && counts(step)) value += 1;
    return value;
  }).join(" ");
}

export const alertmanagerCases: Cases = () => [
  {
    alert: "AlertmanagerClusterMismatch",
    series: {
      [mine("alertmanager_cluster_members")]: gauge(2, 1),
      [other("alertmanager_cluster_members")]: steady(2),
    },
    fires: [first],
  },
  {
    alert: "AlertmanagerPeersFailed",
    series: {
      [mine("alertmanager_cluster_failed_peers")]: gauge(0, 1),
      [other("alertmanager_cluster_failed_peers")]: steady(0),
    },
    fires: [first],
  },
  {
    alert: "AlertmanagerConfigDiffers",
    series: {
      [mine("alertmanager_config_hash")]: steady(1_234),
      [other("alertmanager_config_hash")]: gauge(1_234, 5_678),
    },
    fires: ['severity="warning"'],
  },
  {
    alert: "AlertmanagerConfigReloadFailed",
    series: {
      [mine("alertmanager_config_last_reload_successful")]: gauge(1, 0),
      [other("alertmanager_config_last_reload_successful")]: steady(1),
    },
    fires: [first],
  },
  {
    alert: "AlertmanagerNotificationsFailing",
    series: {
      [mine("alertmanager_notifications_failed_total", 'integration="webhook", reason="serverError"')]:
        everyFifth((step) => step > 10 && step <= 40),
      [mine("alertmanager_notifications_total", 'integration="webhook"')]: everyFifth(() => true),
      [mine("alertmanager_notifications_failed_total", 'integration="slack", reason="serverError"')]:
        steady(0),
      [mine("alertmanager_notifications_total", 'integration="slack"')]: counter(2, 2),
    },
    fires: [at("alertmanager-1", 'integration="webhook"')],
  },
  {
    alert: "AlertmanagerStateNotSaved",
    series: {
      [mine("alertmanager_nflog_maintenance_errors_total")]: counter(0, 1),
      [mine("alertmanager_silences_maintenance_errors_total")]: steady(0),
    },
    fires: [first],
    at: { over: 180 },
  },
  {
    alert: "AlertmanagerAlertsInvalid",
    series: { [mine("alertmanager_alerts_invalid_total", 'version="v2"')]: counter(0, 6) },
    fires: [first],
  },
  outage("PushgatewayUnavailable", "pushgateway"),
  {
    alert: "PushgatewayPushFailed",
    series: {
      'push_failure_time_seconds{job="nightly", instance="", pushgateway="p1"}': gauge(0, 700, 700),
      'push_time_seconds{job="nightly", instance="", pushgateway="p1"}': gauge(600, 600, 2_500),
      'push_failure_time_seconds{job="weekly", instance="", pushgateway="p1"}': steady(0),
      'push_time_seconds{job="weekly", instance="", pushgateway="p1"}': steady(600),
    },
    fires: ['job="nightly"'],
  },
  {
    alert: "PushgatewayPushesRejected",
    series: {
      [of("pushgateway_http_requests_total", "pushgateway", 'handler="push", code="400", method="put"')]:
        counter(0, 1),
      [of("pushgateway_http_requests_total", "pushgateway", 'handler="push", code="200", method="put"')]:
        counter(1, 1),
    },
    fires: [at("pushgateway-1")],
  },
  {
    alert: "PushgatewayGroupStale",
    step: "5m",
    series: {
      // Pushes every 5 minutes, then not for two days and a little.
      'push_time_seconds{job="nightly", pushgateway="p1"}': "0+300x10 3000x600 183300+300x60",
      // Two copies of what is pushed to both: one is enough.
      'push_time_seconds{job="weekly", pushgateway="p1"}': "0x10 3000x660",
      'push_time_seconds{job="weekly", pushgateway="p2"}': "0+300x670",
    },
    fires: ['job="nightly"'],
    at: { quiet: 8, firing: 600, over: 630 },
  },
];
