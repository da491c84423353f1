import { at, counter, gauge, of, outage, steady, type Cases } from "./cases.ts";

const sidecar = (metric: string, more = "") => of(metric, "thanos-sidecar", more);
const query = (metric: string, more = "") => of(metric, "thanos-query", more);
const frontend = (metric: string, more = "") => of(metric, "thanos-query-frontend", more);
const store = (metric: string, more = "") => of(metric, "thanos-store", more);
const compactor = (metric: string, more = "") => of(metric, "thanos-compactor", more);
const ruler = (metric: string, more = "") => of(metric, "thanos-ruler", more);

export const thanosCases: Cases = ({ stores }) => [
  outage("ThanosSidecarUnavailable", "thanos-sidecar"),
  outage("ThanosQueryUnavailable", "thanos-query"),
  outage("ThanosQueryFrontendUnavailable", "thanos-query-frontend"),
  outage("ThanosStoreUnavailable", "thanos-store"),
  outage("ThanosCompactorUnavailable", "thanos-compactor"),
  outage("ThanosRulerUnavailable", "thanos-ruler"),
  {
    alert: "ThanosSidecarPrometheusUnreachable",
    series: { [sidecar("thanos_sidecar_prometheus_up")]: gauge(1, 0) },
    fires: [at("thanos-sidecar-1")],
  },
  {
    alert: "ThanosSidecarUploadFailing",
    series: { [sidecar("thanos_shipper_upload_failures_total")]: counter(0, 1) },
    fires: [at("thanos-sidecar-1")],
  },
  {
    alert: "ThanosSidecarUploadLate",
    step: "5m",
    series: {
      // Uploads stop for five hours.
      [sidecar("thanos_objstore_bucket_last_successful_upload_time", 'bucket="b"')]:
        "0+300x10 3000x60 21600+300x99",
      // One that has not uploaded since it started tells 0.
      [of(
        "thanos_objstore_bucket_last_successful_upload_time",
        "thanos-sidecar",
        'bucket="b"',
        "thanos-sidecar-2",
      )]: "0x170",
    },
    fires: [at("thanos-sidecar-1")],
    at: { quiet: 8, firing: 55, over: 90 },
  },
  {
    alert: "ThanosQueryStoresMissing",
    series: {
      [query("thanos_store_nodes_grpc_connections", 'store_type="sidecar"')]: gauge(2, 1),
      [query("thanos_store_nodes_grpc_connections", 'store_type="store"')]: steady(stores - 2),
    },
    fires: [at("thanos-query-1")],
  },
  {
    alert: "ThanosQueryErrors",
    series: {
      [query("http_requests_total", 'handler="query", code="500", method="get"')]: counter(0, 10),
      [query("http_requests_total", 'handler="query", code="200", method="get"')]: counter(60, 60),
    },
    fires: ['job="thanos-query"'],
  },
  {
    alert: "ThanosQuerySlow",
    series: {
      [query("http_request_duration_seconds_bucket", 'handler="query_range", le="10"')]: counter(60, 0),
      [query("http_request_duration_seconds_bucket", 'handler="query_range", le="30"')]: counter(60, 30),
      [query("http_request_duration_seconds_bucket", 'handler="query_range", le="60"')]: counter(60, 60),
      [query("http_request_duration_seconds_bucket", 'handler="query_range", le="+Inf"')]: counter(60, 60),
    },
    fires: ['job="thanos-query"'],
  },
  {
    alert: "ThanosQueryOverloaded",
    series: {
      [query("thanos_query_concurrent_gate_queries_in_flight")]: gauge(1, 19),
      [query("thanos_query_concurrent_gate_queries_max")]: steady(20),
    },
    fires: [at("thanos-query-1")],
  },
  {
    alert: "ThanosQueryDnsFailing",
    series: {
      [query("thanos_query_endpoints_dns_failures_total")]: counter(0, 6),
      [query("thanos_query_endpoints_dns_lookups_total")]: counter(6, 6),
    },
    fires: [at("thanos-query-1")],
  },
  {
    alert: "ThanosQueryFrontendErrors",
    series: {
      [frontend("http_requests_total", 'handler="query-frontend", code="502", method="get"')]: counter(0, 10),
      [frontend("http_requests_total", 'handler="query-frontend", code="200", method="get"')]: counter(
        60,
        60,
      ),
    },
    fires: ['job="thanos-query-frontend"'],
  },
  {
    alert: "ThanosStoreBlockLoadFailing",
    series: { [store("thanos_bucket_store_block_load_failures_total")]: counter(0, 1) },
    fires: [at("thanos-store-1")],
  },
  {
    alert: "ThanosStoreQueriesDropped",
    series: {
      [store("thanos_bucket_store_queries_dropped_total", 'reason="series", tenant="default"')]: counter(
        0,
        1,
      ),
    },
    fires: [at("thanos-store-1", 'reason="series"')],
  },
  {
    alert: "ThanosStoreErrors",
    series: {
      [store("grpc_server_handled_total", 'grpc_code="Unknown", grpc_method="Series"')]: counter(0, 10),
      [store("grpc_server_handled_total", 'grpc_code="OK", grpc_method="Series"')]: counter(60, 60),
    },
    fires: [at("thanos-store-1")],
  },
  {
    alert: "ThanosCompactorsTooMany",
    series: {
      [compactor("up")]: steady(1),
      [of("up", "thanos-compactor", "", "thanos-compactor-2")]: "_x10 1x29 stale",
    },
    fires: ['severity="critical"'],
  },
  {
    alert: "ThanosCompactHalted",
    series: { [compactor("thanos_compact_halted")]: gauge(0, 1) },
    fires: [at("thanos-compactor-1")],
  },
  {
    alert: "ThanosCompactFailing",
    series: {
      [compactor("thanos_compact_group_compactions_failures_total", 'resolution="0"')]: counter(0, 1),
    },
    fires: [at("thanos-compactor-1")],
  },
  {
    alert: "ThanosCompactNotRun",
    step: "5m",
    series: {
      // Up since the beginning; the last run ends after 12½ hours, the next one 14 hours later.
      [compactor("process_start_time_seconds")]: "0x420",
      [compactor("thanos_compact_iterations_total")]: "0+1x150 150x169 151+1x99",
    },
    fires: [at("thanos-compactor-1")],
    at: { quiet: 148, firing: 310, over: 340 },
  },
  {
    alert: "ThanosCompactBacklog",
    step: "5m",
    series: { [compactor("thanos_compact_todo_compactions")]: "5x10 30x119 5x99" },
    fires: [at("thanos-compactor-1")],
    at: { quiet: 8, firing: 95, over: 150 },
  },
  {
    alert: "ThanosDownsampleFailing",
    series: { [compactor("thanos_compact_downsample_failures_total", 'resolution="0"')]: counter(0, 1) },
    fires: [at("thanos-compactor-1")],
    at: { over: 140 },
  },
  {
    alert: "ThanosCompactCleanupFailing",
    series: { [compactor("thanos_compact_block_cleanup_failures_total")]: counter(0, 1) },
    fires: [at("thanos-compactor-1")],
  },
  {
    alert: "ThanosRuleConfigReloadFailed",
    series: { [ruler("thanos_rule_config_last_reload_successful")]: gauge(1, 0) },
    fires: [at("thanos-ruler-1")],
  },
  {
    alert: "ThanosRuleEvaluationFailing",
    series: {
      [ruler("prometheus_rule_evaluation_failures_total", 'rule_group="slo", strategy="warn"')]: counter(
        0,
        1,
      ),
    },
    fires: [at("thanos-ruler-1", 'rule_group="slo"')],
    at: { over: 48 },
  },
  {
    alert: "ThanosRuleEvaluationsIncomplete",
    series: { [ruler("thanos_rule_evaluation_with_warnings_total", 'strategy="warn"')]: counter(0, 1) },
    fires: [at("thanos-ruler-1")],
  },
  {
    alert: "ThanosRuleEvaluationsMissed",
    series: {
      [ruler("prometheus_rule_group_iterations_missed_total", 'rule_group="slo", strategy="warn"')]: counter(
        0,
        1,
      ),
      [ruler("prometheus_rule_group_iterations_total", 'rule_group="slo", strategy="warn"')]: counter(2, 2),
    },
    fires: [at("thanos-ruler-1")],
  },
  {
    alert: "ThanosRuleAlertsDropped",
    series: {
      [ruler("thanos_alert_sender_alerts_dropped_total")]: counter(0, 1),
      [ruler("thanos_alert_queue_alerts_dropped_total")]: steady(0),
    },
    fires: [at("thanos-ruler-1")],
  },
  {
    alert: "ThanosBucketOperationsFailing",
    series: {
      [store("thanos_objstore_bucket_operation_failures_total", 'bucket="b", operation="get_range"')]:
        counter(0, 6),
      [store("thanos_objstore_bucket_operations_total", 'bucket="b", operation="get_range"')]: counter(
        60,
        60,
      ),
      [store("thanos_objstore_bucket_operation_failures_total", 'bucket="b", operation="iter"')]: steady(0),
      [store("thanos_objstore_bucket_operations_total", 'bucket="b", operation="iter"')]: counter(60, 60),
    },
    fires: ['job="thanos-store", operation="get_range"'],
    // Before what follows from it.
    at: { firing: 19 },
  },
  {
    alert: "ThanosBlockSyncFailing",
    series: { [compactor("thanos_blocks_meta_sync_failures_total")]: counter(0, 1) },
    fires: [at("thanos-compactor-1")],
  },
];

const receive = (metric: string, more = "") => of(metric, "thanos-receive", more);

export const receiveCases: Cases = () => [
  {
    alert: "ThanosReceiveQuorumLost",
    series: {
      [receive("up")]: steady(1),
      // One member down is what three are for.
      [of("up", "thanos-receive", "", "thanos-receive-2")]: `1x5 0x239`,
      [of("up", "thanos-receive", "", "thanos-receive-3")]: gauge(1, 0),
    },
    fires: ['job="thanos-receive"'],
  },
  {
    alert: "ThanosReceiveErrors",
    series: {
      [receive("http_requests_total", 'handler="receive", code="503", method="post"')]: counter(0, 10),
      [receive("http_requests_total", 'handler="receive", code="200", method="post"')]: counter(60, 60),
    },
    fires: ['job="thanos-receive"'],
  },
  {
    alert: "ThanosReceiveReplicationFailing",
    series: {
      [receive("thanos_receive_replications_total", 'result="error"')]: counter(0, 10),
      [receive("thanos_receive_replications_total", 'result="success"')]: counter(60, 60),
    },
    fires: ['job="thanos-receive"'],
  },
  {
    alert: "ThanosReceiveForwardFailing",
    series: {
      [receive("thanos_receive_forward_requests_total", 'result="error"')]: counter(0, 30),
      [receive("thanos_receive_forward_requests_total", 'result="success"')]: counter(60, 60),
    },
    fires: [at("thanos-receive-1")],
  },
  {
    alert: "ThanosReceiveHashringReloadFailed",
    series: { [receive("thanos_receive_config_last_reload_successful")]: gauge(1, 0) },
    fires: [at("thanos-receive-1")],
  },
  {
    alert: "ThanosReceiveUploadFailing",
    series: { [receive("thanos_shipper_upload_failures_total", 'tenant="default"')]: counter(0, 1) },
    fires: [at("thanos-receive-1")],
  },
];
