/** The PushGateways: whether jobs can push, and do. */
import type { Alert } from "../model.ts";
import { of, unavailable, type Deployed } from "./deployed.ts";

export function pushgatewayAlerts(deployed: Deployed): Alert[] {
  const { patience } = deployed;
  return of(deployed, "pushgateway", () => [
    unavailable(deployed, {
      name: "PushgatewayUnavailable",
      component: "pushgateway",
      title: "the PushGateway",
      severity: "critical",
      dashboard: "stack-overview",
      impact: "Batch jobs cannot push: what they would have told is lost, unless they try again.",
      mend: [
        "Start it; it reads back what was pushed from its file.",
        "A corrupt file: move it away, jobs push anew.",
      ],
    }),
    {
      name: "PushgatewayPushFailed",
      expression: "max without (pushgateway) (push_failure_time_seconds > push_time_seconds)",
      for: "0s",
      keepFiringFor: "5m",
      severity: "warning",
      summary: "The last push of {{ $labels.job }} was refused",
      description:
        "The PushGateway refused what {{ $labels.job }} pushed at {{ $value | humanizeTimestamp }}; the values before it stay.",
      dashboard: "stack-overview",
      runbook: {
        meaning: "What was pushed contradicts what is there: another type, a label twice, or a timestamp.",
        impact: "The job's last run is not seen; its older values look current.",
        firstLook: [
          { promql: "push_failure_time_seconds > push_time_seconds", shows: "which group" },
          "The PushGateway's page Status, and its log: `pushed metrics are invalid or inconsistent`",
        ],
        mend: [
          "Push the same metric with one type and one help text from every job.",
          "Leave timestamps out of what is pushed.",
        ],
      },
    },
    {
      name: "PushgatewayPushesRejected",
      expression:
        'sum by (instance) (increase(pushgateway_http_requests_total{handler="push", code=~"4..|5.."}[5m])) > 0',
      for: patience,
      severity: "warning",
      summary: "{{ $labels.instance }} rejects pushes",
      description: '{{ $labels.instance }} rejected {{ $value | printf "%.0f" }} pushes in 5 minutes.',
      dashboard: "stack-overview",
      runbook: {
        meaning: "What was sent is no text of metrics, is too large, or is inconsistent.",
        impact: "Nothing of these pushes is stored. Others are not touched.",
        firstLook: [
          {
            promql: 'sum by (code, method) (increase(pushgateway_http_requests_total{handler="push"}[5m]))',
            shows: "400: malformed; 500: the PushGateway itself",
          },
          "Its log: the address of the sender and the first bad line",
        ],
        mend: [
          "Send the text format with a newline at the end: `curl --data-binary @file`.",
          "500: its disk; see its log.",
        ],
      },
    },
    {
      name: "PushgatewayGroupStale",
      expression: "time() - max without (pushgateway) (push_time_seconds) > 2 * 86400",
      for: patience,
      keepFiringFor: patience,
      severity: "warning",
      summary: "{{ $labels.job }} has not pushed for {{ $value | humanizeDuration }}",
      description:
        "The last push of {{ $labels.job }} was {{ $value | humanizeDuration }} ago; its values are as old.",
      dashboard: "stack-overview",
      runbook: {
        meaning: "A batch job no longer runs, fails before it pushes, or is gone and left its group behind.",
        impact: "Its values look current and are not.",
        firstLook: [
          { promql: "time() - push_time_seconds", shows: "age of each group in seconds" },
          "The job's own scheduler: when it ran last, and how it ended",
        ],
        mend: [
          "A job that fails: mend it.",
          "A job that is gone: delete its group: curl -X DELETE https://PUSHGATEWAY/metrics/job/NAME.",
        ],
      },
    },
  ]);
}
