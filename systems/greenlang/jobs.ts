import type { Labels, ScrapeJob } from "../../monitoring/model.ts";

/** Load figures: 47 agents today and room for a tenth more; series as counted at prom-client and Kong with their usual labels. */
export const greenlangJobs: ScrapeJob[] = [
  serviceMonitor("greenlang-api", "The GreenLang API.", "greenlang", "greenlang-api", 6, 2_000),
  podMonitor("greenlang-agents", "The agents, 47 and more, each a pod of its own.", "greenlang", 52, 800),
  serviceMonitor("kong", "The API gateway.", "kong", "kong", 3, 3_000),
  serviceMonitor(
    "postgresql",
    "PostgreSQL, by the exporter beside it.",
    "greenlang",
    "prometheus-postgres-exporter",
    1,
    2_000,
  ),
  serviceMonitor(
    "redis",
    "Redis, by the exporter beside it.",
    "greenlang",
    "prometheus-redis-exporter",
    1,
    250,
  ),
  {
    name: "node-exporter",
    about: "CPU, memory, disk and network of the cluster's nodes.",
    discovery: { kind: "hosts", component: "node-exporter" },
    seriesPerTarget: 1_000,
  },
];

function serviceMonitor(
  name: string,
  about: string,
  namespace: string,
  app: string,
  expected: number,
  seriesPerTarget: number,
): ScrapeJob {
  return monitor(
    "ServiceMonitor",
    name,
    about,
    namespace,
    { "app.kubernetes.io/name": app },
    expected,
    seriesPerTarget,
  );
}

function podMonitor(
  name: string,
  about: string,
  namespace: string,
  expected: number,
  seriesPerTarget: number,
): ScrapeJob {
  return monitor(
    "PodMonitor",
    name,
    about,
    namespace,
    { "app.kubernetes.io/component": "agent", "app.kubernetes.io/part-of": "greenlang" },
    expected,
    seriesPerTarget,
  );
}

function monitor(
  object: "ServiceMonitor" | "PodMonitor",
  name: string,
  about: string,
  namespace: string,
  selector: Labels,
  expected: number,
  seriesPerTarget: number,
): ScrapeJob {
  return {
    name,
    about,
    discovery: { kind: "monitor", object, namespaces: [namespace], selector, port: "metrics", expected },
    seriesPerTarget,
  };
}
