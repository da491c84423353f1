import { at, counter, gauge, of, steady, type Cases } from "./cases.ts";

const first = at("prometheus-1");
const mine = (metric: string, more = "") => of(metric, "prometheus", more);
const other = (metric: string, more = "") => of(metric, "prometheus", more, "prometheus-2");

export const prometheusCases: Cases = () => [
  {
    alert: "PrometheusDown",
    series: { [mine("up")]: steady(1), [other("up")]: gauge(1, 0) },
    fires: ['severity="critical"'],
  },
  {
    alert: "PrometheusReplicasDiffer",
    series: {
      [mine("prometheus_tsdb_head_samples_appended_total", 'type="float"')]: counter(600, 600),
      [other("prometheus_tsdb_head_samples_appended_total", 'type="float"')]: counter(590, 400),
    },
    fires: ['severity="warning"'],
  },
  {
    alert: "PrometheusReplicaClocksDiffer",
    series: {
      [mine("prometheus_tsdb_head_max_time_seconds")]: "0+60x240",
      // Two minutes behind.
      [other("prometheus_tsdb_head_max_time_seconds")]: "0+60x10 540+60x29 2460+60x199",
    },
    fires: ['severity="warning"'],
  },
  {
    alert: "PrometheusConfigReloadFailed",
    series: {
      [mine("prometheus_config_last_reload_successful")]: gauge(1, 0),
      [other("prometheus_config_last_reload_successful")]: steady(1),
    },
    fires: [first],
  },
  {
    alert: "PrometheusRestarting",
    series: {
      [mine("process_start_time_seconds")]: "100x10 660x9 1260x9 1860x9 1860x199",
      // Restarted once, by hand.
      [other("process_start_time_seconds")]: gauge(100, 660, 660),
    },
    fires: [first],
  },
  {
    alert: "PrometheusQueriesSaturated",
    series: {
      [mine("prometheus_engine_queries")]: gauge(2, 19),
      [mine("prometheus_engine_queries_concurrent_max")]: steady(20),
    },
    fires: [first],
  },
  {
    alert: "PrometheusNotIngesting",
    series: {
      [mine("prometheus_tsdb_head_samples_appended_total", 'type="float"')]: counter(600, 0),
      [mine("prometheus_target_scrape_pool_targets", 'scrape_job="backend"')]: steady(1),
      // Nothing to scrape, so nothing to store.
      [other("prometheus_tsdb_head_samples_appended_total", 'type="float"')]: steady(0),
      [other("prometheus_target_scrape_pool_targets", 'scrape_job="backend"')]: steady(0),
    },
    fires: [first],
  },
  {
    alert: "PrometheusSamplesOutOfOrder",
    series: {
      [mine("prometheus_target_scrapes_sample_out_of_order_total")]: counter(0, 6),
      [mine("prometheus_target_scrapes_sample_out_of_bounds_total")]: steady(0),
    },
    fires: [first],
  },
  {
    alert: "PrometheusSamplesDuplicated",
    series: { [mine("prometheus_target_scrapes_sample_duplicate_timestamp_total")]: counter(0, 6) },
    fires: [first],
  },
  {
    alert: "PrometheusScrapeLimitHit",
    series: {
      [mine("prometheus_target_scrapes_exceeded_sample_limit_total")]: counter(0, 1),
      [mine("prometheus_target_scrapes_exceeded_body_size_limit_total")]: steady(0),
      [mine("prometheus_target_scrape_pool_exceeded_label_limits_total")]: steady(0),
      [mine("prometheus_target_scrape_pool_exceeded_target_limit_total")]: steady(0),
    },
    fires: [first],
  },
  {
    alert: "PrometheusDiscoveryFailing",
    series: {
      [mine("prometheus_sd_refresh_failures_total", 'mechanism="azure", config="azure-vms"')]: counter(0, 1),
      [other("prometheus_sd_refresh_failures_total", 'mechanism="azure", config="azure-vms"')]: steady(3),
    },
    fires: [first],
  },
  {
    alert: "PrometheusRuleFailures",
    series: {
      [mine("prometheus_rule_evaluation_failures_total", 'rule_group="rules.yml;orders"')]: counter(0, 1),
      [mine("prometheus_rule_evaluation_failures_total", 'rule_group="rules.yml;other"')]: steady(0),
    },
    fires: [at("prometheus-1", 'rule_group="rules.yml;orders"')],
  },
  {
    alert: "PrometheusEvaluationsMissed",
    series: {
      [mine("prometheus_rule_group_iterations_missed_total", 'rule_group="g"')]: counter(0, 12),
      [mine("prometheus_rule_group_iterations_total", 'rule_group="g"')]: counter(60, 60),
      // One in thirty is the noise of a busy machine.
      [mine("prometheus_rule_group_iterations_missed_total", 'rule_group="h"')]: counter(2, 2),
      [mine("prometheus_rule_group_iterations_total", 'rule_group="h"')]: counter(60, 60),
    },
    fires: [at("prometheus-1", 'rule_group="g"')],
  },
  {
    alert: "PrometheusRuleGroupSlow",
    series: {
      [mine("prometheus_rule_group_last_duration_seconds", 'rule_group="g"')]: gauge(0.2, 4.5),
      [mine("prometheus_rule_group_interval_seconds", 'rule_group="g"')]: steady(5),
    },
    fires: [first],
  },
  {
    alert: "PrometheusNoAlertmanager",
    series: { [mine("prometheus_notifications_alertmanagers_discovered")]: gauge(2, 0) },
    fires: [first],
  },
  {
    alert: "PrometheusNotificationsFailing",
    series: {
      [mine("prometheus_notifications_errors_total", 'alertmanager="a2"')]: counter(0, 6),
      [mine("prometheus_notifications_sent_total", 'alertmanager="a2"')]: counter(6, 0),
      [mine("prometheus_notifications_errors_total", 'alertmanager="a1"')]: steady(0),
      [mine("prometheus_notifications_sent_total", 'alertmanager="a1"')]: counter(6, 6),
    },
    fires: [at("prometheus-1", 'alertmanager="a2"')],
  },
  {
    alert: "PrometheusNotificationsLost",
    series: {
      [mine("prometheus_notifications_dropped_total", 'alertmanager="a1"')]: counter(0, 2),
      [mine("prometheus_notifications_dropped_total", 'alertmanager="a2"')]: counter(0, 2),
      // What one Alertmanager missed the other one told.
      [other("prometheus_notifications_dropped_total", 'alertmanager="a1"')]: steady(0),
      [other("prometheus_notifications_dropped_total", 'alertmanager="a2"')]: counter(0, 2),
    },
    fires: [first],
  },
  {
    alert: "PrometheusNotificationQueueFull",
    series: {
      [mine("prometheus_notifications_queue_length", 'alertmanager="a1"')]: gauge(0, 9_500),
      [mine("prometheus_notifications_queue_length", 'alertmanager="a2"')]: steady(0),
      [mine("prometheus_notifications_queue_capacity")]: steady(10_000),
    },
    fires: [first],
  },
  {
    alert: "PrometheusRemoteWriteFailing",
    series: {
      [mine("prometheus_remote_storage_samples_failed_total", 'remote_name="thanos-receive", url="u"')]:
        counter(0, 600),
      [mine("prometheus_remote_storage_samples_total", 'remote_name="thanos-receive", url="u"')]: counter(
        6_000,
        5_400,
      ),
    },
    fires: [at("prometheus-1", 'remote_name="thanos-receive"')],
  },
  {
    alert: "PrometheusRemoteWriteBehind",
    series: {
      [mine("prometheus_tsdb_head_max_time_seconds")]: "0+60x240",
      // Without a receiver the queue fills, and takes in nothing more.
      [mine(
        "prometheus_remote_storage_queue_highest_timestamp_seconds",
        'remote_name="thanos-receive", url="u"',
      )]: "0+60x10 660x29 2460+60x199",
      [mine(
        "prometheus_remote_storage_queue_highest_sent_timestamp_seconds",
        'remote_name="thanos-receive", url="u"',
      )]: "0+60x10 600x29 2460+60x199",
      // A scrape interval behind is no lag.
      [other("prometheus_tsdb_head_max_time_seconds")]: "0+60x240",
      [other(
        "prometheus_remote_storage_queue_highest_sent_timestamp_seconds",
        'remote_name="thanos-receive", url="u"',
      )]: "0 0+60x239",
    },
    fires: [first],
  },
  {
    alert: "PrometheusRemoteWriteShardsAtMax",
    series: {
      [mine("prometheus_remote_storage_shards_desired", 'remote_name="thanos-receive", url="u"')]: gauge(
        3,
        250,
      ),
      [mine("prometheus_remote_storage_shards_max", 'remote_name="thanos-receive", url="u"')]: steady(200),
    },
    fires: [first],
  },
  {
    alert: "PrometheusWalFailing",
    series: {
      [mine("prometheus_tsdb_wal_writes_failed_total")]: counter(0, 3),
      [mine("prometheus_tsdb_wal_truncations_failed_total")]: steady(0),
      [mine("prometheus_tsdb_checkpoint_creations_failed_total")]: steady(0),
      [mine("prometheus_tsdb_wal_corruptions_total")]: steady(0),
    },
    fires: [first],
  },
  {
    alert: "PrometheusCompactionsFailing",
    series: {
      [mine("prometheus_tsdb_compactions_failed_total")]: counter(0, 1),
      [mine("prometheus_tsdb_head_truncations_failed_total")]: steady(0),
    },
    fires: [first],
    at: { over: 150 },
  },
  {
    alert: "PrometheusBlockReloadsFailing",
    series: { [mine("prometheus_tsdb_reloads_failures_total")]: counter(0, 1) },
    fires: [first],
    at: { over: 150 },
  },
  {
    alert: "PrometheusRetentionBySize",
    step: "5m",
    series: {
      // One block an hour for a while, then none for more than a day.
      [mine("prometheus_tsdb_size_retentions_total")]: "0x10 1x11 2x11 3x400",
      [other("prometheus_tsdb_size_retentions_total")]: "0x440",
    },
    fires: [first],
    at: { quiet: 8, firing: 30, over: 400 },
  },
];
