/** Thanos Compactor: exactly one, and at work. */
import type { Alert } from "../../model.ts";
import { of, unavailable, type Deployed } from "../deployed.ts";

export function compactorAlerts(deployed: Deployed): Alert[] {
  const { patience } = deployed;
  return of(deployed, "thanos-compactor", () => [
    unavailable(deployed, {
      name: "ThanosCompactorUnavailable",
      component: "thanos-compactor",
      title: "Thanos Compactor",
      severity: "warning",
      dashboard: "thanos",
      impact:
        "The bucket grows, long queries slow down, and retention is not enforced. Hours are harmless, weeks are not.",
      mend: [
        "Start it; it goes on where it was.",
        "Out of disk: it needs room for the largest group of blocks that it merges.",
      ],
    }),
    {
      name: "ThanosCompactorsTooMany",
      expression: 'sum(up{job="thanos-compactor"}) > 1',
      for: patience,
      keepFiringFor: patience,
      severity: "critical",
      summary: "More than one compactor works on the bucket",
      description:
        '{{ $value | printf "%.0f" }} compactors answer; two on one bucket merge and delete each other\'s blocks.',
      dashboard: "thanos",
      runbook: {
        meaning: "Two compactors run on the same bucket, where exactly one may.",
        impact: "Blocks may be merged twice or deleted while they are read: both halt, and data may be lost.",
        firstLook: [{ promql: 'up{job="thanos-compactor"}', shows: "where they run" }],
        mend: [
          "Stop all but one now.",
          "Then look for overlaps: `thanos tools bucket verify --issues=overlapped_blocks`.",
        ],
      },
    },
    compactHalted(patience),
    {
      name: "ThanosCompactFailing",
      expression:
        'sum by (instance) (increase(thanos_compact_group_compactions_failures_total{job="thanos-compactor"}[30m])) > 0',
      for: "15m",
      severity: "warning",
      summary: "The compactor fails to merge blocks",
      description: 'Merging failed {{ $value | printf "%.0f" }} times within half an hour.',
      dashboard: "thanos",
      runbook: {
        meaning: "A group of blocks cannot be merged: no space, a bucket that refuses, or a broken block.",
        impact: "These blocks stay as they are; long queries over them are slow.",
        firstLook: [
          "The compactor's log: the group and the reason",
          {
            promql:
              'sum by (operation) (rate(thanos_objstore_bucket_operation_failures_total{job="thanos-compactor"}[5m]))',
            shows: "whether the bucket refuses",
          },
        ],
        mend: [
          "No space: a larger volume in systems/.",
          "A broken block: mark it `no-compact`, see ThanosCompactHalted.",
        ],
      },
    },
    {
      name: "ThanosCompactNotRun",
      // A process that is younger cannot have done it yet.
      expression: `increase(thanos_compact_iterations_total{job="thanos-compactor"}[12h]) == 0
and time() - process_start_time_seconds{job="thanos-compactor"} > 12 * 3600`,
      for: "5m",
      keepFiringFor: patience,
      severity: "warning",
      summary: "The compactor has not finished a run for 12 hours",
      description: 'The compactor is up and finished {{ $value | printf "%.0f" }} runs within 12 hours.',
      dashboard: "thanos",
      runbook: {
        meaning: "It is halted, fails in every run, or has more to do than it can.",
        impact: "Blocks are neither merged, downsampled nor deleted after their retention.",
        firstLook: [
          {
            promql: 'thanos_compact_todo_compactions{job="thanos-compactor"}',
            shows: "how much is to be done",
          },
          {
            promql: 'rate(process_cpu_seconds_total{job="thanos-compactor"}[5m])',
            shows: "0: it stands still",
          },
          "Its log of the last hours",
        ],
        mend: ["It stands still: restart it.", "It works: more CPU and disk; it catches up by itself."],
      },
    },
    {
      name: "ThanosCompactBacklog",
      expression: 'min_over_time(thanos_compact_todo_compactions{job="thanos-compactor"}[6h]) > 20',
      for: "5m",
      keepFiringFor: "30m",
      severity: "warning",
      summary: "The compactor does not keep up",
      description: 'For 6 hours there have been {{ $value | printf "%.0f" }} merges or more to do.',
      dashboard: "thanos",
      runbook: {
        meaning: "Blocks come in faster than they are merged.",
        impact: "Long queries slow down; downsampling comes after merging, and waits too.",
        firstLook: [
          { promql: 'thanos_compact_todo_compactions{job="thanos-compactor"}', shows: "whether it grows" },
          {
            promql: 'thanos_compact_todo_downsample_blocks{job="thanos-compactor"}',
            shows: "what waits behind",
          },
        ],
        mend: [
          "More CPU (one core for each concurrent merge) and `--compact.concurrency`.",
          "A slow disk: it reads and writes every block once.",
        ],
      },
    },
    {
      name: "ThanosDownsampleFailing",
      expression:
        'sum by (instance) (increase(thanos_compact_downsample_failures_total{job="thanos-compactor"}[1h])) > 0',
      for: "15m",
      keepFiringFor: "15m",
      severity: "warning",
      summary: "The compactor fails to downsample",
      description: 'Downsampling failed {{ $value | printf "%.0f" }} times within an hour.',
      dashboard: "thanos",
      runbook: {
        meaning: "A block cannot be downsampled: no space, or a broken chunk.",
        impact:
          "When raw data ends, there is nothing in its place: history is lost at that step of retention.",
        firstLook: [
          "The compactor's log: the block and the reason",
          {
            promql: 'thanos_compact_todo_downsample_blocks{job="thanos-compactor"}',
            shows: "how many blocks wait",
          },
        ],
        mend: ["No space: a larger volume.", "A broken block: verify it by `thanos tools bucket verify`."],
      },
    },
    {
      name: "ThanosCompactCleanupFailing",
      expression: 'increase(thanos_compact_block_cleanup_failures_total{job="thanos-compactor"}[30m]) > 0',
      for: "15m",
      severity: "warning",
      summary: "The compactor cannot delete blocks",
      description: 'Deleting a block failed {{ $value | printf "%.0f" }} times within half an hour.',
      dashboard: "thanos",
      runbook: {
        meaning: "The bucket does not let the compactor delete.",
        impact: "The bucket keeps more than is promised, and costs more.",
        firstLook: [
          {
            promql:
              'sum by (operation) (rate(thanos_objstore_bucket_operation_failures_total{job="thanos-compactor"}[5m]))',
            shows: "delete: rights or a lock",
          },
          "The compactor's log: the store's own answer",
        ],
        mend: [
          "Rights: the compactor's identity needs to delete; `pulumi up` gives it back.",
          "A lock or legal hold on the bucket: end it, or accept it and silence this.",
        ],
      },
    },
  ]);
}

function compactHalted(patience: Alert["for"]): Alert {
  return {
    name: "ThanosCompactHalted",
    expression: 'thanos_compact_halted{job="thanos-compactor"} == 1',
    for: patience,
    // Its last failure is seen for as long.
    keepFiringFor: "30m",
    severity: "warning",
    summary: "The compactor has halted",
    description:
      'The Thanos compactor met blocks that it must not touch and stopped (halted is {{ $value | printf "%.0f" }}): no compaction, downsampling or retention any more.',
    dashboard: "thanos",
    runbook: {
      meaning:
        "The compactor halts itself on overlapping or broken blocks, and stays halted until it is restarted.",
      impact:
        "The bucket grows, long queries slow down, and retention is no longer enforced. Nothing is lost.",
      firstLook: [
        "The compactor's log for `critical error detected; halting`: it names the blocks",
        "thanos tools bucket verify --objstore.config-file=objstore.yml",
      ],
      mend: [
        "Make sure that only one compactor works on the bucket.",
        "Mark the named block: thanos tools bucket mark --id=BLOCK --marker=no-compact-mark.json --details='…'.",
        "Restart the compactor.",
      ],
    },
  };
}
