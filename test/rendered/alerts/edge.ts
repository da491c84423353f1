import { at, counter, gauge, of, outage, steady, type AlertCase, type Cases } from "./cases.ts";

/** An outage of a component is told under the host that has all of it, and once where several have. */
const onHosts: readonly AlertCase[] = [
  {
    alert: "GrafanaUnavailable",
    series: { [of("up", "grafana", 'host="pc-1"')]: gauge(1, 0) },
    fires: ['job="grafana", host="pc-1"'],
  },
  {
    alert: "GrafanaUnavailable",
    series: {
      [of("up", "grafana", 'host="pc-1"')]: gauge(1, 0),
      [of("up", "grafana", 'host="pc-2"', "grafana-2")]: `1x5 0x239`,
    },
    fires: ['job="grafana"'],
    at: { over: 60 },
  },
];

export const edgeCases: Cases = ({ edge, backend }) => {
  const proxy = `proxy="${backend}"`;
  const mine = (metric: string, more: string) => of(metric, edge, more);
  return [
    outage("EdgeUnavailable", edge),
    {
      alert: "EdgeBackendDown",
      series: {
        [mine("haproxy_backend_status", `${proxy}, state="UP"`)]: gauge(1, 0),
        // Nobody is sent to these.
        [mine("haproxy_backend_status", 'proxy="be_thanos_store", state="UP"')]: steady(0),
        [mine("haproxy_backend_status", 'proxy="healthz", state="UP"')]: steady(0),
      },
      fires: [proxy],
    },
    {
      alert: "EdgeServerDown",
      series: {
        [mine("haproxy_server_status", `${proxy}, server="alertmanager-1", state="DOWN"`)]: gauge(0, 1),
        // The same server as the last resort.
        [mine("haproxy_server_status", `${proxy}, server="alertmanager-1-incomplete", state="DOWN"`)]: gauge(
          0,
          1,
        ),
        [mine("haproxy_server_status", `${proxy}, server="alertmanager-2", state="DOWN"`)]: steady(0),
        // On its way up, and serving.
        [mine("haproxy_server_status", `${proxy}, server="alertmanager-3", state="DOWN"`)]: steady(1),
        [mine("haproxy_server_status", `${proxy}, server="alertmanager-3-incomplete", state="DOWN"`)]:
          steady(0),
        // A place that nobody has taken yet.
        [mine("haproxy_server_status", `${proxy}, server="SRV_3", state="MAINT"`)]: steady(1),
        [mine("haproxy_server_status", `${proxy}, server="SRV_3", state="DOWN"`)]: steady(0),
      },
      fires: [at("alertmanager-1", `${proxy}, server="alertmanager-1"`)],
    },
    {
      alert: "EdgeServerFlapping",
      series: {
        [mine("haproxy_server_check_up_down_total", `${proxy}, server="a"`)]: counter(0, 1),
        [mine("haproxy_server_check_up_down_total", `${proxy}, server="b"`)]: "0x10 1x239",
      },
      fires: [`${proxy}, server="a"`],
    },
    {
      alert: "EdgeErrors",
      series: {
        [mine("haproxy_backend_http_responses_total", `${proxy}, code="5xx"`)]: counter(0, 10),
        [mine("haproxy_backend_http_responses_total", `${proxy}, code="2xx"`)]: counter(60, 60),
        [mine("haproxy_backend_http_responses_total", 'proxy="quiet", code="5xx"')]: steady(0),
        [mine("haproxy_backend_http_responses_total", 'proxy="quiet", code="2xx"')]: counter(60, 60),
      },
      fires: [proxy],
    },
    {
      alert: "EdgeQueue",
      series: { [mine("haproxy_backend_current_queue", proxy)]: gauge(0, 20) },
      fires: [proxy],
    },
    {
      alert: "EdgeSessionsNearLimit",
      series: {
        [of("haproxy_process_current_connections", edge)]: gauge(10, 900),
        [of("haproxy_process_max_connections", edge)]: steady(1_000),
      },
      fires: [at(`${edge}-1`)],
    },
    outage("Oauth2ProxyUnavailable", "oauth2-proxy"),
    {
      alert: "Oauth2ProxyErrors",
      series: {
        [of("oauth2_proxy_requests_total", "oauth2-proxy", 'code="500"')]: counter(0, 10),
        [of("oauth2_proxy_requests_total", "oauth2-proxy", 'code="202"')]: counter(60, 60),
      },
      fires: ['job="oauth2-proxy"'],
    },
    outage("GrafanaUnavailable", "grafana"),
    ...onHosts,
    {
      alert: "GrafanaErrors",
      series: {
        [of(
          "grafana_http_request_duration_seconds_count",
          "grafana",
          'status_code="500", handler="/api/ds/query"',
        )]: counter(0, 10),
        [of(
          "grafana_http_request_duration_seconds_count",
          "grafana",
          'status_code="200", handler="/api/ds/query"',
        )]: counter(60, 60),
      },
      fires: ['job="grafana"'],
    },
    {
      alert: "GrafanaDatasourceErrors",
      series: {
        [of("grafana_datasource_request_total", "grafana", 'datasource="Prometheus", code="401"')]: counter(
          0,
          60,
        ),
        [of("grafana_datasource_request_total", "grafana", 'datasource="Prometheus", code="200"')]: counter(
          60,
          0,
        ),
        // A query that is wrong is not the source's fault.
        [of("grafana_datasource_request_total", "grafana", 'datasource="ClickHouse", code="400"')]: counter(
          0,
          60,
        ),
        [of("grafana_datasource_request_total", "grafana", 'datasource="ClickHouse", code="200"')]: counter(
          60,
          0,
        ),
      },
      fires: ['datasource="Prometheus"'],
    },
  ];
};
