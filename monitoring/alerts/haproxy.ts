/** The edge: HAProxy of a stack on hosts, the ingress controller of one on a cluster. */
import type { Alert } from "../model.ts";
import { replicasOf, unavailable, type Deployed } from "./deployed.ts";

/** Backends on hosts that requests go to; the others are there for the home page only (`haproxy/backends.ts`). */
const served = "be_(query|thanos_query|prometheus|alertmanager|pushgateway|grafana)";

/** What stands behind a backend, for inhibition: a component that is down is the cause, its backend the consequence. */
export const behindBackends: Readonly<Record<string, readonly string[]>> = {
  PushgatewayUnavailable: ["be_pushgateway", ".+_svc_pushgateway_.+"],
  GrafanaUnavailable: ["be_grafana", ".+_svc_grafana_.+"],
  Oauth2ProxyUnavailable: [".+_svc_oauth2-proxy_.+"],
  ThanosQueryUnavailable: ["be_thanos_query", "be_query", ".+_svc_thanos-query.*"],
};

export function haproxyAlerts(deployed: Deployed): Alert[] {
  if (!deployed.onCluster && replicasOf(deployed, "haproxy") === 0) return [];
  const job = edgeOf(deployed);
  return [
    unavailable(deployed, {
      name: "EdgeUnavailable",
      component: "haproxy",
      job,
      title: "the edge",
      severity: "critical",
      dashboard: "edge",
      impact: "People and programs outside reach nothing. Scraping, alerts and notifications go on.",
      mend: [
        "Start it; a refused configuration is named in its log.",
        "A port that is taken: end the other program, or change the port.",
      ],
    }),
    backendDown(job, deployed),
    serverDown(job, deployed),
    serverFlapping(job),
    ...loadAlerts(job, deployed),
  ];
}

/** The edge's job. */
export function edgeOf({ onCluster }: Deployed): string {
  return onCluster ? "haproxy-ingress" : "haproxy";
}

/**
 * Backends of the controller are named after the Service: `NAMESPACE_svc_NAME_PORT`.
 *
 * @see https://github.com/haproxytech/kubernetes-ingress/blob/master/pkg/service/service.go
 */
function backendDown(job: string, { onCluster, next }: Deployed): Alert {
  return {
    name: "EdgeBackendDown",
    expression: `haproxy_backend_status{job="${job}", proxy=~"${onCluster ? ".+_svc_.+" : served}", state="UP"} == 0`,
    for: next,
    keepFiringFor: "5m",
    severity: "critical",
    summary: "The edge reaches no server of {{ $labels.proxy }}",
    description: `{{ $labels.instance }} of the edge has had {{ $value | printf "%.0f" }} servers of {{ $labels.proxy }} for ${next}: whoever asks gets 503.`,
    dashboard: "edge",
    runbook: {
      meaning:
        "Every server of the backend is gone, or fails HAProxy's check or the verification of its certificate.",
      impact: "People and programs outside get 503; scraping, alerts and notifications go on.",
      firstLook: [
        {
          promql: `haproxy_server_check_status{job="${job}"} == 1`,
          shows:
            "the state of each server's check: L4CON is refused, L6RSP a certificate that was not accepted, L7STS a wrong status",
        },
        "On a cluster: kubectl -n monitoring get pods,endpointslices of the Service in the backend's name",
      ],
      mend: [
        "No pods: read why they do not start; oauth2-proxy ends when its provider's discovery document cannot be read.",
        "A certificate that is refused: restart the server, so that it reads the renewed one.",
      ],
    },
  };
}

/**
 * 1 for each server that an edge has out of use, under the server's own name, by which its target and its flapping are known
 * too. One that is on its way up serves as `NAME-incomplete`, the last resort (`haproxy/backends.ts`), until it knows all
 * that it should: it is down when it is down as both.
 */
export function serversDown(job: string, onCluster: boolean): string {
  return `label_replace(
  max by (proxy, instance) (
    min by (proxy, instance, edge) (
      label_replace(
        label_replace(haproxy_server_status{job="${job}"${onCluster ? "" : `, proxy=~"${served}"`}, state="DOWN"}, "edge", "$1", "instance", "(.+)"),
        "instance", "$1", "server", "(.+?)(?:-incomplete)?"
      )
    )
  ),
  "server", "$1", "instance", "(.+)"
) == 1`;
}

function serverDown(job: string, { onCluster, patience, afterwards }: Deployed): Alert {
  return {
    name: "EdgeServerDown",
    expression: serversDown(job, onCluster),
    for: afterwards,
    keepFiringFor: patience,
    severity: "warning",
    summary: "The edge does not reach {{ $labels.instance }}",
    description: `HAProxy has had server {{ $labels.instance }} of {{ $labels.proxy }} out of use for ${afterwards} (DOWN is {{ $value | printf "%.0f" }}).`,
    dashboard: "edge",
    runbook: {
      meaning: "The server fails HAProxy's check while Prometheus may still reach it.",
      impact: "Its spare serves. Without one the backend is down.",
      firstLook: [
        {
          promql: `haproxy_server_check_status{job="${job}"} == 1`,
          shows: "why: L4CON refused, L6RSP certificate, L7STS status",
        },
        { promql: "up == 0", shows: "whether the server is down for Prometheus too" },
      ],
      mend: [
        "Down: start it.",
        "401: the edge's password differs; `pulumi up`.",
        "503: it is up and not ready; read its own log.",
      ],
    },
  };
}

function serverFlapping(job: string): Alert {
  return {
    name: "EdgeServerFlapping",
    expression: `increase(haproxy_server_check_up_down_total{job="${job}"}[15m]) > 6`,
    for: "0s",
    keepFiringFor: "15m",
    severity: "warning",
    summary: "{{ $labels.server }} of {{ $labels.proxy }} comes and goes",
    description:
      'HAProxy took {{ $labels.server }} of {{ $labels.proxy }} out {{ $value | printf "%.0f" }} times in 15 minutes.',
    dashboard: "edge",
    runbook: {
      meaning:
        "The server's checks succeed and fail in turn: it restarts, or is too busy to answer within 2 s.",
      impact: "Requests move between servers; graphs of a pair jump.",
      firstLook: [
        {
          promql: `increase(haproxy_server_check_failures_total{job="${job}"}[15m])`,
          shows: "failed checks of each server",
        },
        { promql: "changes(process_start_time_seconds[15m])", shows: "whether it restarts" },
      ],
      mend: ["Restarts: read why it ends.", "Too busy: more CPU, or fewer queries."],
    },
  };
}

function loadAlerts(job: string, { patience }: Deployed): Alert[] {
  return [
    {
      name: "EdgeErrors",
      expression: `sum by (proxy) (rate(haproxy_backend_http_responses_total{job="${job}", code="5xx"}[5m]))
  / sum by (proxy) (rate(haproxy_backend_http_responses_total{job="${job}"}[5m])) > 0.05`,
      for: "5m",
      severity: "warning",
      summary: "{{ $labels.proxy }} answers with errors",
      description:
        "{{ $value | humanizePercentage }} of the answers of {{ $labels.proxy }} in 5 minutes were 5xx.",
      dashboard: "edge",
      runbook: {
        meaning: "Servers behind the edge fail, or the edge finds none and answers 503 itself.",
        impact: "People and programs outside see errors.",
        firstLook: [
          {
            promql: `sum by (proxy, server) (rate(haproxy_server_http_responses_total{job="${job}", code="5xx"}[5m]))`,
            shows: "which server; none: the edge itself",
          },
          "HAProxy's log: status and the two letters of termination",
        ],
        mend: ["One server: its own log.", "None: see EdgeBackendDown and EdgeQueue."],
      },
    },
    {
      name: "EdgeQueue",
      expression: `avg_over_time(haproxy_backend_current_queue{job="${job}"}[5m]) > 5`,
      for: "5m",
      severity: "warning",
      summary: "Requests wait for {{ $labels.proxy }}",
      description:
        '{{ $value | printf "%.0f" }} requests for {{ $labels.proxy }} wait on average; after 30 s they get 503.',
      dashboard: "edge",
      runbook: {
        meaning: "The servers have all the connections that they may have.",
        impact: "Answers are slow, and after 30 s of waiting 503.",
        firstLook: [
          { promql: `haproxy_server_current_sessions{job="${job}"}`, shows: "whether the servers are full" },
          {
            promql: `haproxy_backend_response_time_average_seconds{job="${job}"}`,
            shows: "whether they have become slow",
          },
        ],
        mend: [
          "Slow servers: find the query; see ThanosQueryOverloaded.",
          "An honest load: more replicas, or a higher maxconn.",
        ],
      },
    },
    {
      name: "EdgeSessionsNearLimit",
      expression: `haproxy_process_current_connections{job="${job}"} / haproxy_process_max_connections{job="${job}"} > 0.8`,
      for: "2m",
      keepFiringFor: patience,
      severity: "warning",
      summary: "{{ $labels.instance }} has nearly all the connections that it may have",
      description:
        "{{ $labels.instance }} uses {{ $value | humanizePercentage }} of its connections; beyond 100 % new ones wait.",
      dashboard: "edge",
      runbook: {
        meaning: "More than 80 % of HAProxy's maxconn are in use.",
        impact: "At the limit nobody new is let in, people among them.",
        firstLook: [
          { promql: `haproxy_frontend_current_sessions{job="${job}"}`, shows: "which listener" },
          "HAProxy's log: one address that opens many",
        ],
        mend: [
          "One client: close it out, or let it keep its connections.",
          "An honest load: raise maxConnections.",
        ],
      },
    },
  ];
}
