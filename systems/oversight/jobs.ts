import type { ScrapeJob } from "../../monitoring/model.ts";
import { clusterJobs } from "../clusterJobs.ts";

/** Everything of the cluster prod-eastus, its virtual machines, its managed databases, and the two other regions. */
export const oversightJobs: ScrapeJob[] = [
  {
    name: "kubernetes-apiservers",
    about: "The Kubernetes API servers, by the service's own port.",
    scheme: "https",
    // They are dialled by address, and the certificates of a cloud's API servers hold names only.
    credentials: { kind: "serviceAccount", serverName: "kubernetes" },
    discovery: { kind: "kubernetes", role: "endpointslice", namespaces: ["default"], expected: 2 },
    relabel: [
      {
        action: "keep",
        sourceLabels: [
          "__meta_kubernetes_namespace",
          "__meta_kubernetes_service_name",
          "__meta_kubernetes_endpointslice_port_name",
        ],
        regex: "default;kubernetes;https",
      },
    ],
    metricRelabel: [
      // Two thirds of an API server's 40 000 series are buckets of these; the sums and counts stay.
      {
        action: "drop",
        sourceLabels: ["__name__"],
        regex:
          "(apiserver_request|apiserver_request_sli|apiserver_response_sizes|etcd_request|workqueue).*_bucket",
      },
    ],
    seriesPerTarget: 12_000,
    // Limits count what is left after relabelling, the body's size what is sent.
    limits: { samples: 60_000, labels: 30, body: "64MiB" },
  },
  ...clusterJobs(6),
  {
    name: "kubernetes-pods",
    about: "Every pod with the annotations prometheus.io/scrape, path and port: the applications.",
    discovery: { kind: "kubernetes", role: "pod", expected: 60 },
    // Annotated by its chart, and watched by a job of its own.
    relabel: [{ action: "drop", sourceLabels: ["__meta_kubernetes_namespace"], regex: "cert-manager" }],
    seriesPerTarget: 600,
  },
  {
    name: "node-exporter",
    about: "CPU, memory, disk and network of the cluster's nodes.",
    discovery: { kind: "hosts", component: "node-exporter" },
    seriesPerTarget: 1_000,
  },
  {
    name: "azure-vms",
    about:
      "Virtual machines of the resource group, by the node exporter on each; location, resource group and environment (a tag) are labels.",
    discovery: {
      kind: "azure",
      resourceGroup: "rg-oversight-prod-saas-eastus",
      port: 9100,
      refresh: "300s",
      expected: 10,
    },
    seriesPerTarget: 1_000,
  },
  {
    name: "postgresql",
    about: "The managed PostgreSQL server, through its exporter (9187).",
    discovery: {
      kind: "static",
      targets: [
        {
          address: "psql-oversight-prod.postgres.database.azure.com:5432",
          labels: { service: "postgresql", instance: "psql-oversight-prod" },
        },
      ],
    },
    through: { component: "postgres-exporter", path: "/probe" },
    // The exporter's own configuration holds the credentials under this name.
    params: { auth_module: ["oversight"] },
    seriesPerTarget: 2_000,
  },
  {
    name: "redis",
    about: "The managed Redis, through its exporter (9121). Azure opens the TLS port 6380 only.",
    discovery: {
      kind: "static",
      targets: [
        {
          address: "redis-oversight-prod.redis.cache.windows.net:6380",
          labels: { service: "redis", instance: "redis-oversight-prod" },
        },
      ],
    },
    through: { component: "redis-exporter", path: "/scrape", addressPrefix: "rediss://" },
    seriesPerTarget: 250,
  },
  {
    name: "federate",
    about: "The other regions: their kubernetes jobs and their recorded series, under their own labels.",
    honorLabels: true,
    scheme: "https",
    path: "/federate",
    timeout: "25s",
    credentials: {
      kind: "basic",
      username: "federation",
      passwordSecret: "federation-password",
      authoritySecret: "federation-ca",
    },
    discovery: {
      kind: "federate",
      from: [
        { address: "prometheus-westus:9090", labels: { service: "prometheus", region: "westus" } },
        { address: "prometheus-northeurope:9090", labels: { service: "prometheus", region: "northeurope" } },
      ],
      match: ['{job=~"kubernetes-.*"}', '{__name__=~"job:.*"}', '{__name__=~"instance:.*"}'],
    },
    // As many as the three kubernetes jobs have here.
    seriesPerTarget: 75_000,
    limits: { samples: 300_000, labels: 50, body: "256MiB" },
  },
];
