/** Thanos Receive: what is written by remote write is kept, and by as many as promised. */
import type { Alert } from "../../model.ts";
import { of, type Deployed } from "../deployed.ts";

export function receiveAlerts(deployed: Deployed): Alert[] {
  const { patience } = deployed;
  return of(deployed, "thanos-receive", (replicas) => [
    quorumLost(deployed, replicas),
    {
      name: "ThanosReceiveErrors",
      expression: `sum by (job) (rate(http_requests_total{job="thanos-receive", handler="receive", code=~"5.."}[5m]))
  / sum by (job) (rate(http_requests_total{job="thanos-receive", handler="receive"}[5m])) > 0.01`,
      for: "5m",
      keepFiringFor: patience,
      severity: "critical",
      summary: "Receive answers writers with errors",
      description:
        "{{ $value | humanizePercentage }} of the writes of the last 5 minutes failed with a 5xx; writers try again.",
      dashboard: "thanos",
      runbook: {
        meaning: "Receive cannot store or replicate: a member is down or slow, or a disk is full.",
        impact: "Writers keep what they could not send, for two hours at most.",
        firstLook: [
          {
            promql:
              'sum by (instance, code) (rate(http_requests_total{job="thanos-receive", handler="receive"}[5m]))',
            shows: "one member, or all",
          },
          {
            promql: 'sum by (result) (rate(thanos_receive_replications_total{job="thanos-receive"}[5m]))',
            shows: "whether copies fail",
          },
          {
            promql: 'prometheus_remote_storage_samples_pending{job="prometheus"}',
            shows: "what waits at the writers",
          },
        ],
        mend: [
          "A member that is down: start it.",
          "A full disk: a larger volume, or a shorter retention of Receive.",
        ],
      },
    },
    {
      name: "ThanosReceiveReplicationFailing",
      expression: `sum by (job) (rate(thanos_receive_replications_total{job="thanos-receive", result="error"}[5m]))
  / sum by (job) (rate(thanos_receive_replications_total{job="thanos-receive"}[5m])) > 0.05`,
      for: "5m",
      keepFiringFor: patience,
      severity: "warning",
      summary: "Receive cannot make its copies",
      description: "{{ $value | humanizePercentage }} of the writes found no quorum of copies in 5 minutes.",
      dashboard: "thanos",
      runbook: {
        meaning: "Fewer members than a quorum confirm a write.",
        impact: "These writes are refused and tried again.",
        firstLook: [
          { promql: 'up{job="thanos-receive"}', shows: "who is down" },
          {
            promql:
              'sum by (instance, result) (rate(thanos_receive_forward_requests_total{job="thanos-receive"}[5m]))',
            shows: "who cannot forward",
          },
        ],
        mend: ["Start the members that are down.", "All up: gRPC 10901 between them must be open."],
      },
    },
    {
      name: "ThanosReceiveForwardFailing",
      expression: `sum by (instance) (rate(thanos_receive_forward_requests_total{job="thanos-receive", result="error"}[5m]))
  / sum by (instance) (rate(thanos_receive_forward_requests_total{job="thanos-receive"}[5m])) > 0.2`,
      for: "5m",
      severity: "warning",
      summary: "{{ $labels.instance }} cannot reach other members",
      description:
        "{{ $value | humanizePercentage }} of what {{ $labels.instance }} forwards to other members fails.",
      dashboard: "thanos",
      runbook: {
        meaning: "One member does not reach the others that should keep its copies.",
        impact: "None while a quorum still confirms; the spare is gone.",
        firstLook: [
          {
            promql:
              'sum by (instance, result) (rate(thanos_receive_forward_requests_total{job="thanos-receive"}[5m]))',
            shows: "one member, or all",
          },
          "Its log: the member's address and the reason",
        ],
        mend: [
          "A member that is down: start it.",
          "An address that is no longer: the hashring file is out of date; `pulumi up` writes it anew.",
        ],
      },
    },
    {
      name: "ThanosReceiveHashringReloadFailed",
      expression: 'thanos_receive_config_last_reload_successful{job="thanos-receive"} == 0',
      for: patience,
      keepFiringFor: patience,
      severity: "warning",
      summary: "{{ $labels.instance }} refuses its hashring",
      description:
        '{{ $labels.instance }} runs on with the last good list of members (the last reload is {{ $value | printf "%.0f" }}, not 1).',
      dashboard: "thanos",
      runbook: {
        meaning: "The hashring file, which lists the members, cannot be read.",
        impact: "A member that came or went is not known; series go to the wrong places.",
        firstLook: [
          "Its log: the file and the reason",
          {
            promql: 'thanos_receive_hashring_nodes{job="thanos-receive"}',
            shows: "how many members each knows",
          },
        ],
        mend: ["`pulumi up` writes the file anew."],
      },
    },
    {
      name: "ThanosReceiveUploadFailing",
      expression:
        'sum by (instance) (increase(thanos_shipper_upload_failures_total{job="thanos-receive"}[15m])) > 0',
      for: "15m",
      severity: "warning",
      summary: "{{ $labels.instance }} cannot upload its blocks",
      description:
        '{{ $labels.instance }} failed {{ $value | printf "%.0f" }} times in 15 minutes to upload a block; it tries again.',
      dashboard: "thanos",
      runbook: {
        meaning: "The bucket refuses, or cannot be reached.",
        impact: "Blocks wait on the member's disk; they are lost only when its retention ends first.",
        firstLook: [
          {
            promql:
              'sum by (operation) (rate(thanos_objstore_bucket_operation_failures_total{job="thanos-receive"}[5m]))',
            shows: "which operation fails",
          },
          "Its log: the store's own answer, such as AuthorizationFailure",
        ],
        mend: [
          "Rights: the identity has lost its role; `pulumi up` gives it back.",
          "Network: the bucket's private endpoint must be reachable.",
        ],
      },
    },
  ]);
}

/** A write is kept when more than half of its copies are. */
function quorumLost({ patience, longest, system }: Deployed, replicas: number): Alert {
  const factor = Math.min(system.longTerm.receive?.replicationFactor ?? 1, replicas);
  // So many may be away before some series find no quorum.
  const needed = replicas - (factor - (Math.floor(factor / 2) + 1));
  return {
    name: "ThanosReceiveQuorumLost",
    expression: `(count(up{job="thanos-receive"} == 1) or vector(0)) < ${needed}`,
    for: patience,
    keepFiringFor: longest,
    severity: "critical",
    labels: { job: "thanos-receive" },
    summary: "Too few members of Receive answer for writes to be kept",
    description: `{{ $value | printf "%.0f" }} of ${replicas} members answer; with a replication factor of ${factor} writes need ${needed}.`,
    dashboard: "thanos",
    runbook: {
      meaning: "So many members are down that some series find no quorum of copies.",
      impact:
        "Their writes are refused and tried again, for two hours at most. Then they are missing in long-term storage.",
      firstLook: [
        { promql: 'up{job="thanos-receive"}', shows: "which members are down" },
        "kubectl -n monitoring describe pods -l app.kubernetes.io/component=receive: why they do not start",
      ],
      mend: ["Start them, one after the other.", "A full volume: make it larger, then start it."],
    },
  };
}
