import type { Sizing } from "../../monitoring/model.ts";
import { kubeStateMetrics } from "../clusterJobs.ts";

const small = { requests: { cpu: 0.1, memory: "128MiB" }, limits: { cpu: 0.5, memory: "512MiB" } } as const;

/** Requests, limits, volumes and the most replicas of each component. */
export const greenlangSizing: readonly Sizing[] = [
  {
    component: "prometheus",
    replicas: 2,
    // As shards: a pair each.
    maxReplicas: 4,
    requests: { cpu: 0.5, memory: "2GiB" },
    limits: { cpu: 2, memory: "8GiB" },
    volume: "64GiB",
  },
  { component: "thanos-sidecar", replicas: 2, ...small },
  {
    component: "thanos-query",
    // One behind the frontend, one direct; each is the other's spare.
    replicas: 2,
    maxReplicas: 4,
    requests: { cpu: 0.25, memory: "512MiB" },
    limits: { cpu: 1, memory: "2GiB" },
  },
  {
    component: "thanos-query-frontend",
    replicas: 1,
    requests: { cpu: 0.25, memory: "512MiB" },
    limits: { cpu: 1, memory: "2GiB" },
  },
  {
    component: "thanos-store",
    // One shard of two replicas: two shards of one each would be no HA.
    replicas: 2,
    maxReplicas: 4,
    requests: { cpu: 0.25, memory: "1GiB" },
    limits: { cpu: 1, memory: "4GiB" },
    volume: "50GiB",
  },
  {
    component: "thanos-compactor",
    replicas: 1,
    maxReplicas: 1,
    requests: { cpu: 0.25, memory: "1GiB" },
    limits: { cpu: 1, memory: "4GiB" },
    volume: "100GiB",
  },
  {
    component: "thanos-ruler",
    replicas: 2,
    requests: { cpu: 0.1, memory: "256MiB" },
    limits: { cpu: 0.5, memory: "1GiB" },
    volume: "10GiB",
  },
  {
    component: "alertmanager",
    replicas: 2,
    maxReplicas: 3,
    requests: { cpu: 0.1, memory: "256MiB" },
    limits: { cpu: 0.5, memory: "512MiB" },
    volume: "2GiB",
  },
  { component: "pushgateway", replicas: 2, ...small, volume: "2GiB" },
  { component: "grafana", replicas: 1, ...small, volume: "5GiB" },
  { component: "oauth2-proxy", replicas: 2, ...small },
  { component: "postgres-exporter", replicas: 1, ...small },
  { component: "redis-exporter", replicas: 1, ...small },
  kubeStateMetrics,
  // One on each node of the cluster.
  { component: "node-exporter", replicas: 5, ...small },
];
