/**
 * Every kind of pod of a stack, once: its labels, ports, Services and service account. Certificates, network policies,
 * disruption budgets, scrape targets and Helm values derive from this table.
 */
import type { Component, System } from "../model.ts";
import type { Workload, WorkloadPort } from "./model.ts";
import { namespaces } from "./names.ts";
import { replicasOf, scalesQueries } from "./sizes.ts";

const mutual = (number: number): WorkloadPort => ({ number, protocol: "TCP", tls: "mutual" });
const server = (number: number): WorkloadPort => ({ number, protocol: "TCP", tls: "server" });
const plain = (number: number, protocol: "TCP" | "UDP" = "TCP"): WorkloadPort => ({
  number,
  protocol,
  tls: "none",
});

/** The operator's names: `prometheus-NAME`, `alertmanager-NAME` StatefulSets of one object each. */
export const operatorName = "vigil";

/** The workloads of the system's components, in the namespace of the stack, and of what serves them. */
export function workloads(system: System): Workload[] {
  const namespace = system.namespace;
  const own = (component: Component): boolean => replicasOf(system, component) > 0;
  const receive = system.longTerm.mode === "receive";
  const thanos = (component: string): Workload["selector"] => ({
    "app.kubernetes.io/name": "thanos",
    "app.kubernetes.io/instance": "thanos",
    "app.kubernetes.io/component": component,
  });
  const chart = (name: string, instance = name): Workload["selector"] => ({
    "app.kubernetes.io/name": name,
    "app.kubernetes.io/instance": instance,
  });
  const all: (Workload & { readonly present: boolean })[] = [
    {
      present: true,
      name: "prometheus",
      namespace,
      selector: { "app.kubernetes.io/name": "prometheus", "operator.prometheus.io/name": operatorName },
      ports: {
        http: server(9090),
        ...(receive ? {} : { grpc: mutual(10901), "sidecar-http": plain(10902) }),
        reloader: plain(8080),
      },
      // `prometheus:9090` is the name that clients of oversight know; the operator's own is headless.
      services: ["prometheus", "prometheus-operated"],
      stateful: true,
    },
    {
      present: true,
      name: "alertmanager",
      namespace,
      selector: { "app.kubernetes.io/name": "alertmanager", alertmanager: operatorName },
      ports: {
        http: server(9093),
        gossip: mutual(9094),
        "gossip-udp": plain(9094, "UDP"),
        reloader: plain(8080),
      },
      services: ["alertmanager", "alertmanager-operated"],
      stateful: true,
    },
    {
      present: true,
      name: "prometheus-operator",
      namespace,
      selector: { app: "kube-prometheus-stack-operator" },
      ports: { https: server(10250) },
      services: ["prometheus-operator"],
      stateful: false,
    },
    {
      present: own("kube-state-metrics"),
      name: "kube-state-metrics",
      namespace,
      selector: chart("kube-state-metrics", "prometheus-stack"),
      ports: { http: server(8080) },
      services: ["kube-state-metrics"],
      stateful: false,
    },
    {
      present: own("node-exporter"),
      name: "node-exporter",
      namespace: namespaces.nodes,
      selector: chart("prometheus-node-exporter", "prometheus-stack"),
      ports: { http: server(9100) },
      services: ["node-exporter"],
      stateful: false,
    },
    {
      present: own("grafana"),
      name: "grafana",
      namespace,
      selector: chart("grafana", "prometheus-stack"),
      ports: { http: server(3000) },
      services: ["grafana"],
      stateful: false,
    },
    // HTTP of the chart's components is plain, because its probes know no TLS; query, frontend and compactor are not of it.
    {
      present: own("thanos-query"),
      name: "thanos-query",
      namespace,
      selector: thanos("query"),
      ports: { http: server(10902), grpc: mutual(10901) },
      services: ["thanos-query", "thanos-query-grpc"],
      stateful: false,
    },
    {
      present: own("thanos-query-frontend"),
      name: "thanos-query-frontend",
      namespace,
      selector: thanos("query-frontend"),
      ports: { http: server(10902) },
      services: ["thanos-query-frontend"],
      stateful: false,
    },
    {
      present: own("thanos-store"),
      name: "thanos-store",
      namespace,
      selector: thanos("storegateway"),
      ports: { http: plain(10902), grpc: mutual(10901) },
      services: ["thanos-storegateway", "thanos-store-grpc"],
      stateful: true,
    },
    {
      present: own("thanos-compactor"),
      name: "thanos-compactor",
      namespace,
      selector: thanos("compactor"),
      ports: { http: server(10902) },
      services: ["thanos-compactor"],
      stateful: true,
    },
    {
      present: own("thanos-ruler"),
      name: "thanos-ruler",
      namespace,
      selector: thanos("ruler"),
      ports: { http: plain(10902), grpc: mutual(10901), reloader: plain(8080) },
      services: ["thanos-ruler", "thanos-ruler-headless"],
      stateful: true,
    },
    {
      present: receive,
      name: "thanos-receive",
      namespace,
      selector: thanos("receive"),
      ports: { http: plain(10902), grpc: mutual(10901), "remote-write": mutual(10908) },
      // `thanos-receiver:19291` is the name that clients of oversight know.
      services: ["thanos-receive", "thanos-receiver", "thanos-receive-headless"],
      stateful: true,
    },
    {
      present: own("thanos-store"),
      name: "thanos-memcached",
      namespace,
      selector: chart("memcached", "thanos-memcached"),
      ports: { memcached: plain(11211) },
      services: ["thanos-memcached"],
      stateful: true,
    },
    {
      present: scalesQueries(system),
      name: "prometheus-adapter",
      namespace,
      selector: chart("prometheus-adapter"),
      ports: { https: server(6443) },
      services: ["prometheus-adapter"],
      stateful: false,
    },
    {
      present: own("pushgateway"),
      name: "pushgateway",
      namespace,
      selector: chart("prometheus-pushgateway", "pushgateway"),
      ports: { http: server(9091) },
      services: ["pushgateway"],
      stateful: true,
    },
    {
      present: own("redis-exporter"),
      name: "redis-exporter",
      namespace,
      selector: chart("prometheus-redis-exporter", "redis-exporter"),
      ports: { http: server(9121) },
      services: ["redis-exporter"],
      stateful: false,
    },
    {
      present: own("postgres-exporter"),
      name: "postgres-exporter",
      namespace,
      selector: chart("prometheus-postgres-exporter", "postgres-exporter"),
      ports: { http: server(9187) },
      services: ["postgres-exporter"],
      stateful: false,
    },
    {
      present: own("blackbox-exporter"),
      name: "blackbox-exporter",
      namespace,
      selector: chart("prometheus-blackbox-exporter", "blackbox-exporter"),
      ports: { http: server(9115) },
      services: ["blackbox-exporter"],
      stateful: false,
    },
    {
      present: system.notifications.weeklySummary !== undefined,
      name: "weekly-summary",
      namespace,
      selector: chart("weekly-summary"),
      // It only asks.
      ports: {},
      services: [],
      stateful: false,
    },
    {
      present: true,
      name: "oauth2-proxy",
      namespace,
      selector: chart("oauth2-proxy"),
      ports: { http: server(4180), metrics: plain(44180) },
      services: ["oauth2-proxy"],
      stateful: false,
    },
    {
      present: true,
      name: "haproxy-ingress",
      namespace: namespaces.edge,
      selector: chart("kubernetes-ingress", "haproxy-ingress"),
      // Plain HTTP is redirected, or is a challenge of ACME.
      ports: { http: plain(8080), https: server(8443), stat: plain(1024) },
      services: ["haproxy-ingress-kubernetes-ingress"],
      stateful: false,
    },
  ];
  return all.filter(({ present }) => present).map(({ present: _present, ...workload }) => workload);
}

/** A workload by its name. @throws when the system has none of that name */
export function workloadOf(system: System, name: string): Workload {
  const all = workloads(system);
  const found = all.find((workload) => workload.name === name);
  if (found === undefined)
    throw new Error(
      `${system.name} has no workload "${name}"; it has ${all.map((workload) => workload.name).join(", ")}`,
    );
  return found;
}
