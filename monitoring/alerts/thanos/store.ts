/** Thanos Store Gateway: what is in the bucket. */
import type { Alert } from "../../model.ts";
import { of, unavailable, type Deployed } from "../deployed.ts";

export function storeAlerts(deployed: Deployed): Alert[] {
  const { patience } = deployed;
  return of(deployed, "thanos-store", () => [
    unavailable(deployed, {
      name: "ThanosStoreUnavailable",
      component: "thanos-store",
      title: "Thanos Store Gateway",
      severity: "critical",
      dashboard: "thanos",
      impact:
        "Queries see only what Prometheus or Receive still has locally: history is gone from dashboards, not from the bucket.",
      mend: [
        "Start it; at its first start it reads the headers of all blocks, which takes minutes.",
        "Out of memory: raise the limit, or lower the caches in systems/.",
      ],
    }),
    {
      name: "ThanosStoreBlockLoadFailing",
      expression: 'increase(thanos_bucket_store_block_load_failures_total{job="thanos-store"}[30m]) > 0',
      for: "15m",
      severity: "warning",
      summary: "{{ $labels.instance }} cannot load blocks of the bucket",
      description:
        '{{ $labels.instance }} failed {{ $value | printf "%.0f" }} times in 30 minutes to load a block.',
      dashboard: "thanos",
      runbook: {
        meaning: "A block is incomplete or in a tier that cannot be read, or the bucket refuses.",
        impact: "The time of that block is missing from answers.",
        firstLook: [
          {
            promql: 'thanos_bucket_store_blocks_loaded{job="thanos-store"}',
            shows: "how many blocks are loaded",
          },
          "Its log: `loading block failed` names block and reason",
        ],
        mend: [
          "An archive tier: Thanos cannot read it; move the objects back and see the bucket's tiers.",
          "An incomplete block: `thanos tools bucket verify`, then mark it for deletion.",
        ],
      },
    },
    {
      name: "ThanosStoreQueriesDropped",
      expression:
        'sum by (instance, reason) (increase(thanos_bucket_store_queries_dropped_total{job="thanos-store"}[5m])) > 0',
      for: "0s",
      keepFiringFor: "10m",
      severity: "warning",
      summary: "{{ $labels.instance }} refuses queries that are too large",
      description:
        '{{ $labels.instance }} dropped {{ $value | printf "%.0f" }} queries in 5 minutes over its limit of {{ $labels.reason }}.',
      dashboard: "thanos",
      runbook: {
        meaning: "A query would touch more series or samples than one request may (`--store.limits.*`).",
        impact: "That query fails or is incomplete. The limit protects everybody else's.",
        firstLook: [
          {
            promql:
              'sum by (reason) (increase(thanos_bucket_store_queries_dropped_total{job="thanos-store"}[1h]))',
            shows: "which limit, how often",
          },
          "Query's log: the query that failed",
        ],
        mend: [
          "One query: fewer series by labels, a shorter time, or a recording rule.",
          "Honest growth: raise the limits together with the store's memory.",
        ],
      },
    },
    {
      name: "ThanosStoreErrors",
      expression: `sum by (instance) (rate(grpc_server_handled_total{job="thanos-store", grpc_code=~"Unknown|ResourceExhausted|Internal|Unavailable|DataLoss|DeadlineExceeded"}[5m]))
  / sum by (instance) (rate(grpc_server_handled_total{job="thanos-store"}[5m])) > 0.05`,
      for: "5m",
      keepFiringFor: patience,
      severity: "warning",
      summary: "{{ $labels.instance }} fails to answer Query",
      description:
        "{{ $value | humanizePercentage }} of what {{ $labels.instance }} was asked in 5 minutes failed.",
      dashboard: "thanos",
      runbook: {
        meaning: "Requests of Query to the store end in errors: the bucket, limits, or the store itself.",
        impact: "Answers over long times are incomplete, with a warning beside them.",
        firstLook: [
          {
            promql: 'sum by (grpc_code) (rate(grpc_server_handled_total{job="thanos-store"}[5m]))',
            shows: "ResourceExhausted: limits; Unknown and Internal: the bucket or blocks",
          },
          "The store's log",
        ],
        mend: ["Limits: see ThanosStoreQueriesDropped.", "The bucket: see ThanosBucketOperationsFailing."],
      },
    },
  ]);
}
