import type { Component, Duration, ScrapeJob } from "../monitoring/model.ts";

/** Components that answer `/metrics` themselves; the host exporters have jobs of their own. */
const watched: Partial<Record<Component, { readonly about: string; readonly series: number }>> = {
  prometheus: { about: "Prometheus itself", series: 2_500 },
  "thanos-sidecar": { about: "the uploads of blocks", series: 1_000 },
  "thanos-query": { about: "queries over both replicas and the bucket", series: 1_200 },
  "thanos-query-frontend": { about: "splitting and caching of queries", series: 700 },
  "thanos-store": { about: "reads of the bucket", series: 1_100 },
  "thanos-compactor": { about: "compaction, downsampling and retention of the bucket", series: 800 },
  "thanos-ruler": { about: "rules over long-term data", series: 1_300 },
  "thanos-receive": { about: "remote write", series: 1_000 },
  alertmanager: { about: "notifications and gossip", series: 800 },
  grafana: { about: "the dashboards' server", series: 2_000 },
  haproxy: { about: "the edge and the balancing of queries", series: 3_000 },
  "redis-exporter": { about: "the exporter, not the Redis behind it", series: 60 },
  "postgres-exporter": { about: "the exporter, not the database behind it", series: 60 },
  "blackbox-exporter": { about: "the prober, not what it probes", series: 60 },
  "oauth2-proxy": { about: "log-ins of people", series: 100 },
};

/**
 * One job per deployed component of the stack itself, named after the component, and the PushGateway's.
 * Series per target were counted on a running stack of the pinned versions, with some room for labels that come with use; dashboard Capacity
 * shows them beside what is measured.
 */
export function stackJobs(deployed: readonly Component[], interval: Duration): ScrapeJob[] {
  const own = deployed.flatMap((component): ScrapeJob[] => {
    const known = watched[component];
    if (known === undefined) return [];
    return [
      {
        name: component,
        about: `The stack itself: ${known.about}.`,
        interval,
        scheme: "https",
        credentials: { kind: "stack" },
        discovery: { kind: "stack", components: [component] },
        seriesPerTarget: known.series,
      },
    ];
  });
  return deployed.includes("pushgateway") ? [...own, pushgatewayJob(interval)] : own;
}

/**
 * Probes of the stack's own servers, as anybody outside sees them: whether they take a connection, and when the certificate
 * that they show ends. For hosts; on a cluster cert-manager tells of certificates.
 */
export function certificateJob(deployed: readonly Component[]): ScrapeJob {
  return {
    name: "certificates",
    about: "The stack itself from outside: connections, and the ends of certificates.",
    interval: "30s",
    discovery: {
      kind: "stack",
      // Grafana and PushGateway with the rest: whoever serves TLS.
      components: deployed.filter((component) => component === "pushgateway" || component in watched),
    },
    through: { component: "blackbox-exporter", path: "/probe", module: "tcp_tls" },
    seriesPerTarget: 30,
  };
}

/**
 * Two PushGateways do not replicate. Jobs push to both, and the label `pushgateway` keeps the two copies apart:
 * readers take `max without (pushgateway) (…)`.
 */
function pushgatewayJob(interval: Duration): ScrapeJob {
  return {
    name: "pushgateway",
    about: "What batch jobs pushed, and the PushGateways themselves; every job pushes to both.",
    interval,
    scheme: "https",
    honorLabels: true,
    credentials: { kind: "stack" },
    discovery: { kind: "pushgateway" },
    relabel: [{ sourceLabels: ["__address__"], targetLabel: "pushgateway" }],
    seriesPerTarget: 500,
  };
}
