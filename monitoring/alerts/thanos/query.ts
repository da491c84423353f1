/** Thanos Query: one answer for everybody. */
import type { Alert } from "../../model.ts";
import { of, replicasOf, unavailable, type Deployed } from "../deployed.ts";

export function queryAlerts(deployed: Deployed): Alert[] {
  const { patience } = deployed;
  return of(deployed, "thanos-query", () => [
    unavailable(deployed, {
      name: "ThanosQueryUnavailable",
      component: "thanos-query",
      title: "Thanos Query",
      severity: "critical",
      dashboard: "thanos",
      impact:
        "Dashboards and global queries fail, and so do the rules of Thanos Ruler. Prometheus itself answers and alerts on.",
      mend: [
        "Start it; out of memory: find the query in its log, and lower --query.max-concurrent or raise the limit.",
      ],
    }),
    ...storesMissing(deployed),
    {
      name: "ThanosQueryErrors",
      expression: `sum by (job) (rate(http_requests_total{job="thanos-query", handler=~"query|query_range", code=~"5.."}[5m]))
  / sum by (job) (rate(http_requests_total{job="thanos-query", handler=~"query|query_range"}[5m])) > 0.05`,
      for: "5m",
      keepFiringFor: patience,
      severity: "critical",
      summary: "Thanos Query answers with errors",
      description:
        "{{ $value | humanizePercentage }} of the queries of the last 5 minutes failed with a 5xx.",
      dashboard: "thanos",
      runbook: {
        meaning: "Query itself fails: its stores time out, or a query is over its limits.",
        impact: "Dashboards show errors; rules of Thanos Ruler fail.",
        firstLook: [
          {
            promql:
              'sum by (instance, code) (rate(http_requests_total{job="thanos-query", code=~"5.."}[5m]))',
            shows: "one instance, or all",
          },
          {
            promql: 'thanos_store_nodes_grpc_connections{job="thanos-query"}',
            shows: "which stores it still has",
          },
          "Query's log: the error and the query",
        ],
        mend: [
          "A store that hangs: restart it; Query goes on without it after its response timeout.",
          "One query over its limits: make it smaller, or record it.",
        ],
      },
    },
    {
      name: "ThanosQuerySlow",
      expression: `histogram_quantile(0.99, sum by (job, le) (rate(http_request_duration_seconds_bucket{job="thanos-query", handler=~"query|query_range"}[5m]))) > 20`,
      for: "10m",
      keepFiringFor: "5m",
      severity: "warning",
      summary: "Queries are slow",
      description:
        "One query in a hundred takes {{ $value | humanizeDuration }} or more; after 30 s it is ended.",
      dashboard: "thanos",
      runbook: {
        meaning: "The slowest hundredth of the queries takes more than 20 s.",
        impact: "Dashboards over long times fail; the next step is that all do.",
        firstLook: [
          {
            promql:
              'histogram_quantile(0.99, sum by (instance, le) (rate(thanos_objstore_bucket_operation_duration_seconds_bucket{job="thanos-store", operation="get_range"}[5m])))',
            shows: "whether the bucket is slow",
          },
          {
            promql: 'thanos_query_concurrent_gate_queries_in_flight{job="thanos-query"}',
            shows: "whether queries wait for a slot",
          },
        ],
        mend: [
          "A slow bucket: a larger chunk cache of the store gateway.",
          "Long times at full resolution: let the compactor downsample, see ThanosCompactBacklog.",
        ],
      },
    },
    {
      name: "ThanosQueryOverloaded",
      expression: `avg_over_time(thanos_query_concurrent_gate_queries_in_flight{job="thanos-query"}[5m])
  / thanos_query_concurrent_gate_queries_max{job="thanos-query"} > 0.8`,
      for: "5m",
      keepFiringFor: patience,
      severity: "warning",
      summary: "{{ $labels.instance }} answers as many queries as it may",
      description:
        "{{ $labels.instance }} has had {{ $value | humanizePercentage }} of its query slots in use for 5 minutes; further queries wait.",
      dashboard: "thanos",
      runbook: {
        meaning: "More than 80 % of `--query.max-concurrent` are busy all the time.",
        impact: "Dashboards are slow, then time out.",
        firstLook: [
          {
            promql: 'sum by (handler) (rate(http_requests_total{job="thanos-query"}[5m]))',
            shows: "who asks",
          },
          {
            promql: 'rate(process_cpu_seconds_total{job="thanos-query"}[5m])',
            shows: "whether the CPU is the limit",
          },
        ],
        mend: [
          "One dashboard: a longer refresh, or a recording rule of what it asks.",
          "An honest load: more replicas of thanos-query in systems/.",
        ],
      },
    },
    ...dnsFailing(deployed),
  ]);
}

/** Every sidecar, store, ruler and receiver is a store of each Query. */
function storesMissing(deployed: Deployed): Alert[] {
  const stores = (["thanos-sidecar", "thanos-store", "thanos-ruler", "thanos-receive"] as const).map(
    (component) => replicasOf(deployed, component),
  );
  const expected = stores.reduce((sum, one) => sum + one, 0);
  if (expected === 0) return [];
  return [
    {
      name: "ThanosQueryStoresMissing",
      expression: `sum by (instance) (thanos_store_nodes_grpc_connections{job="thanos-query"}) < ${expected}`,
      for: "5m",
      severity: "warning",
      summary: "{{ $labels.instance }} does not see all of its stores",
      description: `{{ $labels.instance }} is connected to {{ $value | printf "%.0f" }} of ${expected} sidecars, stores, rulers and receivers: answers may be incomplete.`,
      dashboard: "thanos",
      runbook: {
        meaning: "A store is down, or Query cannot reach it, or does not trust it.",
        impact:
          "Answers lack what only that store has, with a warning beside them; with a pair usually nothing.",
        firstLook: [
          {
            promql: 'sum by (instance, store_type) (thanos_store_nodes_grpc_connections{job="thanos-query"})',
            shows: "which kind is missing",
          },
          { promql: 'up{job=~"thanos-(sidecar|store|ruler|receive)"}', shows: "whether it is down" },
          "Query's page Stores: the last error of each",
        ],
        mend: [
          "Down: start it.",
          "Up and not connected: 10901 must be open, and both certificates of the same authority.",
        ],
      },
    },
  ];
}

function dnsFailing({ onCluster, patience }: Deployed): Alert[] {
  if (!onCluster) return [];
  return [
    {
      name: "ThanosQueryDnsFailing",
      expression: `sum by (instance) (rate(thanos_query_endpoints_dns_failures_total{job="thanos-query"}[5m]))
  / sum by (instance) (rate(thanos_query_endpoints_dns_lookups_total{job="thanos-query"}[5m])) > 0.05`,
      for: "10m",
      keepFiringFor: patience,
      severity: "warning",
      summary: "{{ $labels.instance }} cannot look up its stores",
      description: "{{ $value | humanizePercentage }} of the DNS look-ups of {{ $labels.instance }} fail.",
      dashboard: "thanos",
      runbook: {
        meaning: "The cluster's DNS does not answer for the headless Services of the stores.",
        impact: "New pods of stores are not found; those that are known are kept.",
        firstLook: [
          {
            promql:
              'sum by (instance) (rate(thanos_query_endpoints_dns_failures_total{job="thanos-query"}[5m]))',
            shows: "one Query, or all",
          },
          "kubectl -n kube-system get pods -l k8s-app=kube-dns",
        ],
        mend: [
          "CoreDNS is down or overloaded: scale it up.",
          "Only from this namespace: the network policies must allow 53 over UDP and TCP.",
        ],
      },
    },
  ];
}
