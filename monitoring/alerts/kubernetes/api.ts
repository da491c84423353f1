/** The API servers, where a system watches them. */
import type { Alert } from "../../model.ts";
import type { Deployed } from "../deployed.ts";

export const apiServers = "kubernetes-apiservers";
const job = apiServers;

export function apiAlerts({ system, own, patience }: Deployed): Alert[] {
  if (!system.jobs.some(({ name }) => name === job)) return [];
  return [
    {
      name: "KubeApiUnreachable",
      expression: `(count(up{job="${job}"${own}} == 1) or vector(0)) < 1`,
      for: patience,
      keepFiringFor: "10m",
      severity: "critical",
      labels: { job },
      summary: "The cluster's API cannot be reached",
      description: `{{ $value | printf "%.0f" }} API servers have answered in the last ${patience}.`,
      dashboard: "stack-overview",
      runbook: {
        meaning: "Every API server is down, or refuses Prometheus.",
        impact: "What runs runs on. Nothing is started, moved or scaled, and new targets are not found.",
        firstLook: [
          "kubectl get --raw /readyz?verbose from outside: refused, a timeout, 401",
          { promql: `up{job="${job}"}`, shows: "0: they refuse; no series: discovery fails as well" },
        ],
        mend: [
          "The cloud's status page: the control plane is theirs.",
          "401: the pod's account; `pulumi up` gives it its rights.",
        ],
      },
    },
    {
      name: "KubeApiErrors",
      expression: `sum by (resource, verb) (rate(apiserver_request_total{job="${job}"${own}, code=~"5.."}[5m]))
  / sum by (resource, verb) (rate(apiserver_request_total{job="${job}"${own}}[5m])) > 0.05`,
      for: "10m",
      keepFiringFor: patience,
      severity: "warning",
      summary: "The cluster's API fails for {{ $labels.verb }} {{ $labels.resource }}",
      description:
        "{{ $value | humanizePercentage }} of {{ $labels.verb }} {{ $labels.resource }} failed with a 5xx in 5 minutes.",
      dashboard: "stack-overview",
      runbook: {
        meaning: "The API server, its store, or a webhook that it asks fails.",
        impact: "Controllers and operators make no progress with these objects.",
        firstLook: [
          {
            promql: `sum by (code) (rate(apiserver_request_total{job="${job}"${own}, code=~"5.."}[5m]))`,
            shows: "500: a webhook or the store; 503, 504: overload",
          },
          "kubectl get events -A | grep -i webhook",
        ],
        mend: [
          "A webhook: start what serves it, or delete its configuration.",
          "Overload: find the client that asks most, by `user_agent` in the audit log.",
        ],
      },
    },
  ];
}
