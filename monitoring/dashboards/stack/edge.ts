import { serversDown } from "../../alerts/haproxy.ts";
import type { Dashboard, Panel, System } from "../../model.ts";
import { graph, list, row, tile } from "../panels.ts";
import { has, hasJob } from "./deployed.ts";

/** How people and programs come in: HAProxy, as the stack's own or as a cluster's ingress controller, and oauth2-proxy. */
export function edgeDashboard(system: System): Dashboard {
  return {
    uid: "edge",
    title: "Edge",
    about: "Requests, refusals and errors at the doors, and the servers behind them.",
    from: "1h",
    variables: [
      {
        name: "proxy",
        label: "Door",
        series: `haproxy_frontend_status{job="${edgeJob(system)}"}`,
        values: "proxy",
      },
    ],
    panels: [
      ...row("Now", now(edgeJob(system))),
      ...row("Doors", doors(edgeJob(system))),
      ...row("Servers", servers(edgeJob(system))),
      ...(has(system, "oauth2-proxy") ? row("oauth2-proxy", login) : []),
      ...(hasJob(system, "cert-manager") ? row("Certificates", [issued]) : []),
      ...(hasJob(system, "certificates") ? row("Certificates", [served]) : []),
    ],
  };
}

export function hasEdge(system: System): boolean {
  return has(system, "haproxy") || hasJob(system, "haproxy-ingress");
}

function edgeJob(system: System): string {
  return hasJob(system, "haproxy-ingress") ? "haproxy-ingress" : "haproxy";
}

function now(job: string): Panel[] {
  return [
    tile(
      "Requests",
      `sum(rate(haproxy_frontend_http_requests_total{job="${job}"}[$__rate_interval]))`,
      "reqps",
      "Requests per second at all doors.",
    ),
    tile(
      "Connections",
      `sum(haproxy_process_current_connections{job="${job}"})`,
      "short",
      "Open connections.",
    ),
    tile(
      "Servers down",
      `count(${serversDown(job, job === "haproxy-ingress")}) or vector(0)`,
      "short",
      "Servers of the backends in use that fail their check, once for each backend.",
      { thresholds: [1, 2] },
    ),
    tile(
      "Errors",
      `sum(rate(haproxy_frontend_http_responses_total{job="${job}", code="5xx"}[$__rate_interval])) / (sum(rate(haproxy_frontend_http_requests_total{job="${job}"}[$__rate_interval])) > 0)`,
      "percentunit",
      "Share of requests that were answered with a status of 500 and above.",
      { thresholds: [0.001, 0.01] },
    ),
    tile(
      "Refused",
      `sum(rate(haproxy_frontend_requests_denied_total{job="${job}"}[$__rate_interval]))`,
      "reqps",
      "Requests per second that the rules of the edge refused.",
    ),
    tile(
      "Idle",
      `min(haproxy_process_idle_time_percent{job="${job}"})`,
      "percent",
      "Time that HAProxy has nothing to do.",
      { thresholds: [30, 10] },
    ),
  ];
}

function doors(job: string): Panel[] {
  const own = `job="${job}", proxy=~"$proxy"`;
  return [
    graph(
      "Requests",
      `sum by (proxy) (rate(haproxy_frontend_http_requests_total{${own}}[$__rate_interval]))`,
      "reqps",
      "Requests per second by door.",
      {
        legend: "{{proxy}}",
        min: 0,
      },
    ),
    graph(
      "Answers",
      `sum by (code) (rate(haproxy_frontend_http_responses_total{${own}, code!="other"}[$__rate_interval]))`,
      "reqps",
      "Answers per second by status.",
      { legend: "{{code}}", stacked: true, min: 0 },
    ),
    graph(
      "Refused and broken",
      `sum by (proxy) (rate(haproxy_frontend_requests_denied_total{${own}}[$__rate_interval]))`,
      "reqps",
      "Requests per second that rules refused, and that were no HTTP.",
      {
        legend: "{{proxy}} refused",
        more: [
          {
            expression: `sum by (proxy) (rate(haproxy_frontend_request_errors_total{${own}}[$__rate_interval]))`,
            legend: "{{proxy}} broken",
          },
        ],
        min: 0,
      },
    ),
    graph(
      "Sessions",
      `sum by (proxy) (haproxy_frontend_current_sessions{${own}})`,
      "short",
      "Open sessions by door.",
      {
        legend: "{{proxy}}",
        min: 0,
      },
    ),
    graph(
      "Traffic",
      `sum(rate(haproxy_frontend_bytes_in_total{${own}}[$__rate_interval]))`,
      "Bps",
      "Bytes per second.",
      {
        legend: "in",
        more: [
          {
            expression: `sum(rate(haproxy_frontend_bytes_out_total{${own}}[$__rate_interval]))`,
            legend: "out",
          },
        ],
        min: 0,
      },
    ),
    graph(
      "TLS",
      `sum(haproxy_process_current_ssl_rate{job="${job}"})`,
      "cps",
      "New TLS connections per second.",
      { legend: "handshakes", min: 0 },
    ),
  ];
}

function servers(job: string): Panel[] {
  return [
    list(
      "Checks",
      `max by (proxy, server, state) (haproxy_server_check_status{job="${job}"} == 1)`,
      "short",
      "What HAProxy's last check of each server gave. L7OK is good, L4CON refused, L6RSP a bad certificate, L7STS a wrong status.",
      { columns: { labels: { proxy: "Backend", server: "Server", state: "Check" } }, width: 12 },
    ),
    graph(
      "Time of an answer",
      `max by (proxy) (haproxy_backend_response_time_average_seconds{job="${job}"})`,
      "s",
      "Mean of the last 1024 requests.",
      { legend: "{{proxy}}", min: 0 },
    ),
    graph(
      "Waiting",
      `sum by (proxy) (haproxy_backend_current_queue{job="${job}"})`,
      "short",
      "Requests that wait for a server.",
      { legend: "{{proxy}}", thresholds: [1, 20], min: 0 },
    ),
    graph(
      "Second attempts",
      `sum by (proxy) (rate(haproxy_backend_retry_warnings_total{job="${job}"}[$__rate_interval]))`,
      "cps",
      "Requests per second that were tried again, at the same server or another.",
      {
        legend: "{{proxy}} again",
        more: [
          {
            expression: `sum by (proxy) (rate(haproxy_backend_redispatch_warnings_total{job="${job}"}[$__rate_interval]))`,
            legend: "{{proxy}} elsewhere",
          },
        ],
        min: 0,
      },
    ),
  ];
}

const login: Panel[] = [
  graph(
    "Requests",
    'sum by (code) (rate(oauth2_proxy_requests_total{job="oauth2-proxy"}[$__rate_interval]))',
    "reqps",
    "Requests per second by status: 202 is let in, 401 sent to the log-in.",
    { legend: "{{code}}", min: 0 },
  ),
  graph(
    "Time of an answer",
    'histogram_quantile(0.99, sum by (le) (rate(oauth2_proxy_response_duration_seconds_bucket{job="oauth2-proxy"}[$__rate_interval])))',
    "s",
    "Seconds within which 99 % of the requests were answered.",
    { legend: "99 %", thresholds: [0.5, 2], min: 0 },
  ),
];

const issued = list(
  "Time left",
  'sort(min by (namespace, name) (certmanager_certificate_expiration_timestamp_seconds{job="cert-manager"}) - time())',
  "s",
  "Until each certificate ends. All are renewed 30 days before, or earlier.",
  {
    columns: { labels: { namespace: "Namespace", name: "Certificate" }, value: "Left" },
    thresholds: [1_209_600, 259_200],
  },
);

const served = list(
  "Time left",
  'sort(min by (instance) (probe_ssl_earliest_cert_expiry{job="certificates"}) - time())',
  "s",
  "Until the certificate that each server shows ends.",
  { columns: { labels: { instance: "Instance" }, value: "Left" }, thresholds: [1_209_600, 259_200] },
);
