import type { Labels, ScrapeJob } from "../../monitoring/model.ts";
import { clusterJobs } from "../clusterJobs.ts";

/** Load figures: 47 agents today and room for a tenth more; series as counted at prom-client and Kong with their usual labels. */
export const greenlangJobs: ScrapeJob[] = [
  serviceMonitor("greenlang-api", "The GreenLang API.", "greenlang", "greenlang-api", 6, 2_000),
  podMonitor("greenlang-agents", "The agents, 47 and more, each a pod of its own.", "greenlang", 52, 800),
  {
    ...serviceMonitor("kong", "The API gateway.", "kong", "kong", 3, 3_000),
    // Its `service` is the one that was asked for; the target's own would be Kong's.
    honorLabels: true,
  },
  exporter(
    "postgresql",
    "PostgreSQL, by the stack's exporter.",
    "postgres-exporter",
    "postgresql.greenlang.svc.cluster.local:5432",
    2_000,
  ),
  exporter(
    "redis",
    "Redis, by the stack's exporter.",
    "redis-exporter",
    "redis://redis.greenlang.svc.cluster.local:6379",
    250,
  ),
  ...clusterJobs(5),
  {
    name: "node-exporter",
    about: "CPU, memory, disk and network of the cluster's nodes.",
    discovery: { kind: "hosts", component: "node-exporter" },
    seriesPerTarget: 1_000,
  },
];

/**
 * The stack runs the two exporters in its own namespace, which it may fence in and certify, and not in GreenLang's. The
 * addresses are our choice: the system names none.
 */
function exporter(
  name: string,
  about: string,
  component: "postgres-exporter" | "redis-exporter",
  address: string,
  seriesPerTarget: number,
): ScrapeJob {
  const chart = `prometheus-${component}`;
  return {
    ...serviceMonitor(name, about, "monitoring", chart, 1, seriesPerTarget, "http"),
    scheme: "https",
    credentials: { kind: "stack" },
    exporterOf: { component, address },
  };
}

function serviceMonitor(
  name: string,
  about: string,
  namespace: string,
  app: string,
  expected: number,
  seriesPerTarget: number,
  port = "metrics",
): ScrapeJob {
  return monitor(
    "ServiceMonitor",
    name,
    about,
    namespace,
    { "app.kubernetes.io/name": app },
    expected,
    seriesPerTarget,
    port,
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
  port = "metrics",
): ScrapeJob {
  return {
    name,
    about,
    discovery: { kind: "monitor", object, namespaces: [namespace], selector, port, expected },
    seriesPerTarget,
  };
}
