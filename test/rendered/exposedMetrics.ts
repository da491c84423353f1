/**
 * What servers say of themselves, as far as dashboards read it: written by hand from what they expose, never from a query.
 * A line is a series with its value, or with `+` where it is a counter.
 */

/** Lines of what the targets of a job expose. */
export function exposedBy(job: string): string[] {
  const texts = Object.entries(exposed).filter(([jobs]) => jobs.split(" ").includes(job));
  const process = job in withoutProcess ? [] : [ofProcess];
  return [...texts.map(([, text]) => text), ...process]
    .join("\n")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .flatMap(buckets);
}

/** Exporters of something else than a process, and HAProxy, which counts its own way. */
const withoutProcess: Readonly<Record<string, true>> = {
  cadvisor: true,
  federate: true,
  postgresql: true,
  redis: true,
  "haproxy-ingress": true,
};

const ofProcess = `
  process_cpu_seconds_total +
  process_resident_memory_bytes 1000000
  process_start_time_seconds 1`;

/** `name{…,le=0.5,1} +` stands for the buckets of a histogram. */
function buckets(line: string): string[] {
  const [, name = "", labels = "", bounds] = /^(\w+)\{(.*?),?le=([\d.,]+)\} \+$/.exec(line) ?? [];
  if (bounds === undefined) return [line];
  const own = labels === "" ? "" : `${labels},`;
  return [
    ...[...bounds.split(","), "+Inf"].map((le) => `${name}_bucket{${own}le="${le}"} +`),
    `${name}_sum{${labels}} +`,
    `${name}_count{${labels}} +`,
  ];
}

const node = `
  node_cpu_seconds_total{cpu="0",mode="idle"} +
  node_cpu_seconds_total{cpu="0",mode="user"} +
  node_load5 1
  node_memory_MemAvailable_bytes 500
  node_memory_MemTotal_bytes 1000
  node_filesystem_avail_bytes{device="/dev/sda1",fstype="ext4",mountpoint="/"} 500
  node_filesystem_size_bytes{device="/dev/sda1",fstype="ext4",mountpoint="/"} 1000
  node_disk_io_time_seconds_total{device="sda"} +
  node_network_receive_bytes_total{device="eth0"} +
  node_network_transmit_bytes_total{device="eth0"} +
  node_timex_offset_seconds 0.001
  node_boot_time_seconds 1`;

const bucketOperations = `
  thanos_objstore_bucket_operations_total{bucket="b",operation="get"} +
  thanos_objstore_bucket_operation_failures_total{bucket="b",operation="get"} +`;

const http = `
  http_requests_total{code="200",handler="query",method="get"} +
  http_requests_total{code="200",handler="receive",method="post"} +
  http_request_duration_seconds{code="200",handler="query",method="get",le=0.1,1} +
  http_request_duration_seconds{code="200",handler="receive",method="post",le=0.1,1} +`;

/** By jobs. */
const exposed: Readonly<Record<string, string>> = {
  "node-exporter azure-vms": node,
  prometheus: `
    prometheus_config_last_reload_successful 1
    prometheus_engine_query_duration_seconds{slice="inner_eval",quantile="0.99"} 0.01
    prometheus_http_requests_total{code="200",handler="/api/v1/query"} +
    prometheus_notifications_alertmanagers_discovered 2
    prometheus_notifications_dropped_total +
    prometheus_notifications_errors_total{alertmanager="https://alertmanager-0:9093/api/v2/alerts"} +
    prometheus_notifications_sent_total{alertmanager="https://alertmanager-0:9093/api/v2/alerts"} +
    prometheus_rule_evaluation_failures_total{rule_group="/etc/rules.yml;slo"} +
    prometheus_rule_group_interval_seconds{rule_group="/etc/rules.yml;slo"} 30
    prometheus_rule_group_iterations_missed_total{rule_group="/etc/rules.yml;slo"} +
    prometheus_rule_group_last_duration_seconds{rule_group="/etc/rules.yml;slo"} 0.1
    prometheus_target_scrapes_exceeded_sample_limit_total +
    prometheus_target_scrapes_sample_duplicate_timestamp_total +
    prometheus_target_scrapes_sample_out_of_bounds_total +
    prometheus_target_scrapes_sample_out_of_order_total +
    prometheus_tsdb_blocks_loaded 5
    prometheus_tsdb_compaction_chunk_samples_sum +
    prometheus_tsdb_compaction_chunk_size_bytes_sum +
    prometheus_tsdb_compactions_failed_total +
    prometheus_tsdb_compactions_total +
    prometheus_tsdb_head_chunks_storage_size_bytes 1000
    prometheus_tsdb_head_samples_appended_total{type="float"} +
    prometheus_tsdb_head_samples_appended_total{type="histogram"} +
    prometheus_tsdb_head_series 1000
    prometheus_tsdb_head_series_created_total +
    prometheus_tsdb_head_series_removed_total +
    prometheus_tsdb_lowest_timestamp_seconds 1
    prometheus_tsdb_storage_blocks_bytes 1000
    prometheus_tsdb_wal_storage_size_bytes 1000
    prometheus_remote_storage_highest_timestamp_in_seconds 100
    prometheus_remote_storage_queue_highest_timestamp_seconds{remote_name="thanos",url="https://receive"} 100
    prometheus_remote_storage_queue_highest_sent_timestamp_seconds{remote_name="thanos",url="https://receive"} 99
    prometheus_remote_storage_samples_dropped_total{remote_name="thanos",url="https://receive",reason="too_old"} +
    prometheus_remote_storage_samples_failed_total{remote_name="thanos",url="https://receive"} +
    prometheus_remote_storage_samples_pending{remote_name="thanos",url="https://receive"} 0
    prometheus_remote_storage_samples_retried_total{remote_name="thanos",url="https://receive"} +
    prometheus_remote_storage_samples_total{remote_name="thanos",url="https://receive"} +
    prometheus_remote_storage_shards{remote_name="thanos",url="https://receive"} 1
    prometheus_remote_storage_shards_desired{remote_name="thanos",url="https://receive"} 1`,
  alertmanager: `
    alertmanager_alerts{state="active"} 1
    alertmanager_alerts{state="suppressed"} 0
    alertmanager_alerts_received_total{status="firing",version="v2"} +
    alertmanager_cluster_health_score 0
    alertmanager_cluster_members 2
    alertmanager_cluster_messages_received_total{msg_type="update"} +
    alertmanager_config_hash 1
    alertmanager_config_last_reload_successful 1
    alertmanager_notification_latency_seconds{integration="webhook",receiver_name="webhook",le=1,5} +
    alertmanager_notifications_failed_total{integration="webhook",reason="serverError",receiver_name="webhook"} +
    alertmanager_notifications_total{integration="webhook",receiver_name="webhook"} +
    alertmanager_silences{state="active"} 1`,
  "thanos-sidecar thanos-store thanos-compactor thanos-receive thanos-ruler": bucketOperations,
  "thanos-query thanos-query-frontend thanos-receive": http,
  "thanos-sidecar": `
    thanos_shipper_upload_failures_total +
    thanos_shipper_uploads_total +
    thanos_sidecar_prometheus_up 1`,
  "thanos-query": `
    thanos_query_concurrent_gate_queries_in_flight{gate_name="query"} 1
    thanos_query_concurrent_gate_queries_max{gate_name="query"} 20
    thanos_store_nodes_grpc_connections{external_labels="{}",store_type="sidecar"} 2`,
  "thanos-query-frontend": `
    thanos_query_frontend_queries_total{op="query_range"} +
    cortex_cache_fetched_keys_total{name="frontend"} +
    cortex_cache_hits_total{name="frontend"} +`,
  "thanos-store": `
    grpc_server_handling_seconds{grpc_method="Series",grpc_service="thanos.Store",grpc_type="server_stream",le=0.1,1} +
    thanos_bucket_store_blocks_loaded 10
    thanos_store_index_cache_hits_total{item_type="Postings",tenant="default"} +
    thanos_store_index_cache_requests_total{item_type="Postings",tenant="default"} +
    thanos_store_index_cache_max_size_bytes 1000
    thanos_store_index_cache_total_size_bytes{item_type="Postings"} 500`,
  "thanos-compactor": `
    thanos_blocks_meta_sync_failures_total +
    thanos_compact_halted 0
    thanos_compact_iterations_total +
    thanos_compact_todo_compactions 0
    thanos_compact_todo_deletion_blocks 0
    thanos_compact_todo_downsample_blocks 0`,
  "thanos-receive": `
    prometheus_tsdb_head_series{tenant="default-tenant"} 1000
    prometheus_tsdb_storage_blocks_bytes{tenant="default-tenant"} 1000
    thanos_receive_forward_requests_total{result="success"} +`,
  "thanos-ruler": `
    prometheus_rule_group_duration_seconds{quantile="0.99"} 0.1
    thanos_alert_queue_alerts_dropped_total +
    thanos_rule_evaluation_with_warnings_total{strategy="abort"} +`,
  "oauth2-proxy": `
    oauth2_proxy_requests_total{code="202"} +
    oauth2_proxy_response_duration_seconds{method="GET",le=0.1,1} +`,
  pushgateway: `
    push_time_seconds{instance="",job="nightly"} 1
    pushgateway_http_requests_total{code="200",handler="push",method="post"} +`,
  "cert-manager": `
    certmanager_certificate_expiration_timestamp_seconds{issuer_kind="Issuer",issuer_name="stack",name="prometheus",namespace="monitoring"} 5000000`,
  "haproxy-ingress": `
    haproxy_process_current_connections 10
    haproxy_process_current_ssl_rate 1
    haproxy_process_idle_time_percent 90
    haproxy_frontend_status{proxy="https",state="UP"} 1
    haproxy_frontend_bytes_in_total{proxy="https"} +
    haproxy_frontend_bytes_out_total{proxy="https"} +
    haproxy_frontend_current_sessions{proxy="https"} 5
    haproxy_frontend_http_requests_total{proxy="https"} +
    haproxy_frontend_http_responses_total{proxy="https",code="2xx"} +
    haproxy_frontend_http_responses_total{proxy="https",code="5xx"} +
    haproxy_frontend_request_errors_total{proxy="https"} +
    haproxy_frontend_requests_denied_total{proxy="https"} +
    haproxy_backend_current_queue{proxy="monitoring_svc_grafana_http"} 0
    haproxy_backend_redispatch_warnings_total{proxy="monitoring_svc_grafana_http"} +
    haproxy_backend_retry_warnings_total{proxy="monitoring_svc_grafana_http"} +
    haproxy_backend_response_time_average_seconds{proxy="monitoring_svc_grafana_http"} 0.01
    haproxy_server_check_status{proxy="monitoring_svc_grafana_http",server="SRV_1",state="L4OK"} 1
    haproxy_server_status{proxy="monitoring_svc_grafana_http",server="SRV_1",state="DOWN"} 0`,
  "kubernetes-nodes": `
    kubelet_volume_stats_available_bytes{namespace="monitoring",persistentvolumeclaim="data-0"} 500
    kubelet_volume_stats_capacity_bytes{namespace="monitoring",persistentvolumeclaim="data-0"} 1000`,
  cadvisor: `
    container_cpu_usage_seconds_total{container="prometheus",cpu="total",id="/pods/a",namespace="monitoring",pod="prometheus-0"} +
    container_memory_working_set_bytes{container="prometheus",id="/pods/a",namespace="monitoring",pod="prometheus-0"} 1000`,
  "kube-state-metrics": `
    kube_node_info{node="node-0"} 1
    kube_node_status_condition{condition="Ready",node="node-0",status="true"} 1
    kube_pod_container_status_restarts_total{container="prometheus",namespace="monitoring",pod="prometheus-0",uid="u"} +
    kube_pod_status_phase{namespace="monitoring",phase="Running",pod="prometheus-0",uid="u"} 1
    kube_pod_status_phase{namespace="monitoring",phase="Succeeded",pod="prometheus-0",uid="u"} 0
    kube_pod_status_ready{condition="false",namespace="monitoring",pod="prometheus-0",uid="u"} 0
    kube_cronjob_status_last_schedule_time{cronjob="nightly",namespace="greenlang"} 200
    kube_cronjob_status_last_successful_time{cronjob="nightly",namespace="greenlang"} 100`,
  "kubernetes-pods": `
    http_requests_total{method="GET",status="200"} +
    http_requests_total{method="GET",status="503"} +
    http_request_duration_seconds{method="GET",route="/",status_code="200",le=0.1,0.5,1} +
    business_metric{metric_name="active_users_1h"} 10
    business_transactions_total{status="completed"} +
    business_revenue_total{currency="EUR"} +
    cache_hits_total{cache_name="sessions"} +
    cache_misses_total{cache_name="sessions"} +
    db_query_duration_seconds{operation="select",le=0.1,1} +`,
  postgresql: `
    pg_settings_max_connections{server="psql"} 100
    pg_stat_database_numbackends{datname="app"} 5`,
  federate: `
    job:http_requests:rate5m{cluster="prod-westus",job="kubernetes-pods",method="GET",status="200"} 5
    instance:node_cpu:rate5m{cluster="prod-westus",instance="node-9"} 20`,
  kong: `
    kong_http_requests_total{code="200",route="r",service="api",source="service"} +
    kong_http_requests_total{code="503",route="r",service="api",source="service"} +
    kong_request_latency_ms{route="r",service="api",le=250.0,1000.0} +
    kong_kong_latency_ms{route="r",service="api",le=5.0,10.0} +`,
};
