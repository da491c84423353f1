import { stackScope, withSelfMonitoring } from "../monitoring/alerts/selfMonitoring.ts";
import type { LongTerm, Notifications, Sizing, System, SystemParameters } from "../monitoring/model.ts";
import { withObjectives } from "../monitoring/slo.ts";
import { kubeStateMetrics } from "./clusterJobs.ts";
import { oversightDashboards } from "./oversight/dashboards.ts";
import { oversightJobs } from "./oversight/jobs.ts";
import { oversightObjectives } from "./oversight/objectives.ts";
import { oversightRecording } from "./oversight/recording.ts";
import { optionalSecrets } from "./optionalSecrets.ts";
import { stackJobs } from "./stackJobs.ts";

/** Oversight SaaS: Prometheus in AKS, long-term storage by remote write, one view over three regions. */
export function oversight({ environment, region }: SystemParameters): System {
  const deployed = components.map(({ component }) => component);
  const short = environment === "production" ? "prod" : environment;
  return withSelfMonitoring(
    withObjectives({
      name: "oversight",
      title: "Oversight SaaS",
      description: "A multi-tenant application on AKS with managed PostgreSQL and Redis, in three regions.",
      platforms: ["aks", "eks"],
      namespace: "monitoring",
      scrape: { interval: "30s", timeout: "10s", evaluation: "30s" },
      externalLabels: { cluster: `${short}-${region}`, environment },
      replicaLabel: "replica",
      jobs: [...oversightJobs, ...stackJobs(deployed, "30s")],
      recording: oversightRecording,
      alerts: [],
      objectives: oversightObjectives,
      notifications,
      retention: {
        local: { time: "15d", size: "50GiB", volume: "100GiB" },
        // The system states none; the steps are GreenLang's.
        objects: { raw: "30d", fiveMinutes: "120d", oneHour: "730d" },
      },
      longTerm,
      components,
      dashboards: oversightDashboards,
      access: {
        hostname: "prometheus.oversight.com",
        people: "oauth2-proxy",
        emailDomain: "oversight.com",
        grafana: {
          bind: "0.0.0.0",
          port: 3000,
          maxConnections: 100,
          logLevel: "info",
          datasources: ["prometheus"],
          saml: false,
        },
      },
      endpoints: [
        { host: "prometheus.monitoring.svc.cluster.local", port: 9090, component: "prometheus" },
        {
          host: "prometheus.monitoring.svc.cluster.local",
          port: 9090,
          component: "prometheus",
          path: "/federate",
        },
        { host: "thanos-receiver", port: 19291, component: "thanos-receive" },
      ],
      secrets: [
        { name: "webhook-url", about: "Address that alerts are posted to.", generated: false },
        {
          name: "federation-password",
          about: "Password of user `federation` at the Prometheus of the other regions.",
          generated: false,
        },
        {
          name: "federation-ca",
          about: "Authority of the other regions' certificates, PEM, where it is not a public one.",
          generated: false,
          optional: true,
        },
        {
          name: "postgres-password",
          about: "Password of the exporter's account at PostgreSQL.",
          generated: false,
        },
        { name: "redis-password", about: "Access key of the managed Redis.", generated: false },
        { name: "oauth2-client-secret", about: "Secret of the Entra ID application.", generated: false },
        { name: "oauth2-cookie-secret", about: "Key of oauth2-proxy's session cookies.", generated: true },
        { name: "grafana-admin", about: "Password of Grafana's administrator.", generated: true },
        {
          name: "grafana-secret-key",
          about: "Key that Grafana encrypts its stored secrets with.",
          generated: true,
        },
        ...optionalSecrets,
      ],
    }),
  );
}

const notifications: Notifications = {
  root: {
    receiver: "webhook",
    matchers: [],
    groupBy: ["alertname", "cluster", "severity"],
    groupWait: "30s",
    groupInterval: "5m",
    repeatInterval: "4h",
    routes: [
      { receiver: "nobody", matchers: ['alertname="Watchdog"'] },
      // The stack's own failures are rare and few: no need to wait for company.
      { receiver: "webhook", matchers: [`scope="${stackScope}"`, 'severity="critical"'], groupWait: "5s" },
    ],
  },
  receivers: [
    { name: "webhook", kind: "webhook", urlSecret: "webhook-url" },
    { name: "nobody", kind: "none" },
  ],
  inhibitions: [],
  peerTimeout: "15s",
  dataRetention: "120h",
};

const longTerm: LongTerm = {
  mode: "receive",
  bucket: { kind: "azure-blob", name: "thanos-metrics" },
  // Five days after each retention step, so that nothing is moved that the compactor is about to delete.
  tiers: [
    { name: "hot", from: "0d" },
    { name: "cool", from: "35d" },
    { name: "cold", from: "125d" },
  ],
  remoteWrite: {
    queue: {
      capacity: 10_000,
      minShards: 1,
      // More than 50 shards hammer a receiver that is recovering; 200 are asked for, so the backoff is what protects it.
      maxShards: 200,
      maxSamplesPerSend: 5_000,
      batchSendDeadline: "5s",
      minBackoff: "30ms",
      maxBackoff: "10s",
    },
  },
  receive: { replicas: 3, replicationFactor: 3, retention: "7d", volume: "100GiB" },
  store: { indexCache: "512MiB", chunkCache: "1GiB", shards: 1, volume: "20GiB" },
  compactor: { volume: "150GiB" },
};

const small = { requests: { cpu: 0.1, memory: "128MiB" }, limits: { cpu: 0.5, memory: "512MiB" } } as const;
const medium = { requests: { cpu: 0.25, memory: "512MiB" }, limits: { cpu: 1, memory: "2GiB" } } as const;

const components: readonly Sizing[] = [
  {
    component: "prometheus",
    replicas: 2,
    requests: { cpu: 1, memory: "2GiB" },
    limits: { cpu: 2, memory: "4GiB" },
    volume: "100GiB",
  },
  { component: "thanos-query", replicas: 2, maxReplicas: 4, ...medium },
  { component: "thanos-query-frontend", replicas: 2, ...medium },
  {
    component: "thanos-receive",
    replicas: 3,
    // Each holds the series of both Prometheus: three replicas at a replication factor of three.
    requests: { cpu: 1, memory: "4GiB" },
    limits: { cpu: 2, memory: "8GiB" },
    volume: "100GiB",
  },
  {
    component: "thanos-store",
    replicas: 2,
    maxReplicas: 4,
    requests: { cpu: 0.25, memory: "1GiB" },
    limits: { cpu: 1, memory: "4GiB" },
    volume: "20GiB",
  },
  {
    component: "thanos-compactor",
    replicas: 1,
    requests: { cpu: 0.25, memory: "1GiB" },
    limits: { cpu: 1, memory: "4GiB" },
    volume: "150GiB",
  },
  { component: "alertmanager", replicas: 2, maxReplicas: 3, ...small, volume: "2GiB" },
  { component: "grafana", replicas: 1, ...small, volume: "5GiB" },
  { component: "oauth2-proxy", replicas: 2, ...small },
  { component: "postgres-exporter", replicas: 1, ...small },
  { component: "redis-exporter", replicas: 1, ...small },
  kubeStateMetrics,
  // One on each node of the cluster.
  { component: "node-exporter", replicas: 6, ...small },
];
