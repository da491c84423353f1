/** One scrape job of each kind. */
import type { ScrapeJob } from "../../monitoring/model.ts";

/** One job of each kind that is listed in `targets.yml`. */
export const hostJobs: readonly ScrapeJob[] = [
  {
    name: "redis",
    about: "Redis through its exporter.",
    discovery: {
      kind: "static",
      targets: [
        { address: "redis-orders:6379", labels: { service: "redis", instance: "redis-orders" } },
        { address: "redis-elsewhere:6380", labels: { service: "redis", instance: "redis-elsewhere" } },
      ],
    },
    through: { component: "redis-exporter", path: "/scrape", addressPrefix: "redis://" },
    seriesPerTarget: 200,
  },
  {
    name: "backend",
    about: "A process that the stack stands in for.",
    discovery: { kind: "static", targets: [{ address: "backend:8000", labels: { service: "backend" } }] },
    seriesPerTarget: 400,
  },
  {
    name: "warehouse.db",
    about: "A process that the stack does not run; its name has a dot.",
    interval: "15s",
    discovery: { kind: "static", targets: [{ address: "warehouse:9363", labels: { service: "warehouse" } }] },
    credentials: { kind: "basic", username: "reader", passwordSecret: "warehouse-password" },
    limits: { samples: 9_000, labels: 12, body: "4MiB" },
    seriesPerTarget: 400,
  },
  {
    name: "prometheus",
    about: "The pair itself.",
    interval: "5s",
    scheme: "https",
    credentials: { kind: "stack" },
    discovery: { kind: "stack", components: ["prometheus"] },
    seriesPerTarget: 900,
  },
  {
    name: "node",
    about: "Hosts.",
    scheme: "https",
    credentials: { kind: "stack" },
    discovery: { kind: "hosts", component: "node-exporter" },
    seriesPerTarget: 900,
  },
  {
    name: "pushgateway",
    about: "Batch jobs.",
    scheme: "https",
    credentials: { kind: "stack" },
    discovery: { kind: "pushgateway" },
    seriesPerTarget: 100,
  },
  {
    name: "federate",
    about: "Another region.",
    interval: "30s",
    discovery: {
      kind: "federate",
      from: [{ address: "prometheus-westus:9090", labels: { region: "westus" } }],
      match: ['{job=~"kubernetes-.*"}', '{__name__=~"job:.*"}'],
    },
    seriesPerTarget: 5_000,
  },
  {
    name: "probe",
    about: "Refuses whoever brings no credentials.",
    discovery: {
      kind: "static",
      targets: [{ address: "https://monitoring.example.com", labels: { service: "edge" } }],
    },
    through: { component: "blackbox-exporter", path: "/probe", module: "http_401" },
    seriesPerTarget: 30,
  },
];

/** One job of each kind that is discovered by an API. */
export const cloudJobs: readonly ScrapeJob[] = [
  {
    name: "kubernetes-pods",
    about: "Annotated pods.",
    discovery: { kind: "kubernetes", role: "pod", expected: 50 },
    seriesPerTarget: 300,
  },
  {
    name: "kubernetes-apiservers",
    about: "API servers.",
    scheme: "https",
    credentials: { kind: "serviceAccount" },
    discovery: {
      kind: "kubernetes",
      role: "endpoints",
      namespaces: ["default"],
      selector: { provider: "kubernetes", component: "apiserver" },
      expected: 1,
    },
    seriesPerTarget: 3_000,
  },
  {
    name: "kubernetes-nodes",
    about: "Kubelets.",
    scheme: "https",
    credentials: { kind: "serviceAccount" },
    discovery: { kind: "kubernetes", role: "node", expected: 3 },
    seriesPerTarget: 3_000,
  },
  {
    name: "azure-vms",
    about: "Virtual machines.",
    discovery: { kind: "azure", resourceGroup: "rg-example", port: 9_100, refresh: "300s", expected: 5 },
    seriesPerTarget: 900,
  },
  {
    name: "agents",
    about: "Agents by ServiceMonitor.",
    discovery: {
      kind: "monitor",
      object: "ServiceMonitor",
      namespaces: ["agents"],
      selector: { "app.kubernetes.io/part-of": "agents" },
      port: "metrics",
      expected: 47,
    },
    seriesPerTarget: 200,
  },
];
