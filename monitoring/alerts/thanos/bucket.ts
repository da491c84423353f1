/** The bucket, as every component that uses it sees it. */
import type { Alert } from "../../model.ts";
import type { Deployed } from "../deployed.ts";

export function bucketAlerts({ system }: Deployed): Alert[] {
  if (system.retention.objects === undefined) return [];
  return [
    {
      name: "ThanosBucketOperationsFailing",
      expression: `sum by (job, operation) (rate(thanos_objstore_bucket_operation_failures_total[5m]))
  / sum by (job, operation) (rate(thanos_objstore_bucket_operations_total[5m])) > 0.05`,
      for: "5m",
      // What follows from it looks back over half an hour.
      keepFiringFor: "30m",
      severity: "warning",
      summary: "The bucket refuses {{ $labels.operation }} of {{ $labels.job }}",
      description:
        "{{ $value | humanizePercentage }} of the operations {{ $labels.operation }} of {{ $labels.job }} fail.",
      dashboard: "thanos",
      runbook: {
        meaning: "Object storage refuses, throttles or does not answer.",
        impact: "Uploads, long-term queries or compaction stand still, after the component that is named.",
        firstLook: [
          {
            promql: "sum by (job, operation) (rate(thanos_objstore_bucket_operation_failures_total[5m]))",
            shows: "everybody: the bucket; one: its identity",
          },
          "The component's log: the store's own answer",
          "The cloud's status page of the region",
        ],
        mend: [
          "403: the identity has lost its role; `pulumi up` gives it back.",
          "503 SlowDown, 429: throttled; fewer concurrent requests, larger caches.",
          "Timeouts: the private endpoint or the network policies.",
        ],
      },
    },
    {
      name: "ThanosBlockSyncFailing",
      expression: "sum by (job, instance) (increase(thanos_blocks_meta_sync_failures_total[15m])) > 0",
      for: "15m",
      severity: "warning",
      summary: "{{ $labels.instance }} cannot list the bucket's blocks",
      description:
        '{{ $labels.instance }} failed {{ $value | printf "%.0f" }} times in 15 minutes to learn which blocks there are.',
      dashboard: "thanos",
      runbook: {
        meaning: "Listing the bucket or reading a block's meta.json failed.",
        impact: "New blocks are not seen; a compactor that cannot sync does nothing.",
        firstLook: [
          {
            promql: "sum by (job, state) (thanos_blocks_meta_synced)",
            shows: "corrupted-meta-json and no-meta-json: incomplete blocks",
          },
          "Its log: the block and the reason",
        ],
        mend: [
          "An incomplete block: the compactor deletes it after two days; delete it by hand when it blocks.",
          "Rights or network: see ThanosBucketOperationsFailing.",
        ],
      },
    },
  ];
}
