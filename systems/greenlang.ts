import { withSelfMonitoring } from "../monitoring/alerts/selfMonitoring.ts";
import type { SecretDeclaration, System, SystemParameters } from "../monitoring/model.ts";
import { withObjectives } from "../monitoring/slo.ts";
import { greenlangDashboards } from "./greenlang/dashboards.ts";
import { greenlangJobs } from "./greenlang/jobs.ts";
import { greenlangNotifications } from "./greenlang/notifications.ts";
import { greenlangObjectives } from "./greenlang/objectives.ts";
import { greenlangSizing } from "./greenlang/sizing.ts";
import { optionalSecrets } from "./optionalSecrets.ts";
import { stackJobs } from "./stackJobs.ts";

/** GreenLang: an API, its agents and batch jobs on EKS, with two years of metrics in S3. */
export function greenlang(parameters: SystemParameters): System {
  const { environment, region } = parameters;
  // The two exporters have monitors of their own among the jobs, which tell of what they watch and of themselves.
  const ownJobs = ["postgres-exporter", "redis-exporter"];
  const deployed = greenlangSizing.map(({ component }) => component);
  return withSelfMonitoring(
    withObjectives({
      name: "greenlang",
      title: "GreenLang",
      description: "An API behind Kong, more than 47 agents, PostgreSQL, Redis and batch jobs on EKS.",
      platforms: ["eks", "aks"],
      namespace: "monitoring",
      scrape: { interval: "15s", timeout: "10s", evaluation: "15s" },
      externalLabels: { cluster: `greenlang-${environment}`, region },
      replicaLabel: "replica",
      jobs: [
        ...greenlangJobs,
        ...stackJobs(
          deployed.filter((component) => !ownJobs.includes(component)),
          "15s",
        ),
      ],
      recording: [],
      alerts: [],
      objectives: greenlangObjectives,
      notifications: greenlangNotifications(parameters),
      retention: {
        local: { time: "7d", size: "50GiB", volume: "64GiB" },
        objects: { raw: "30d", fiveMinutes: "120d", oneHour: "730d" },
      },
      longTerm: {
        mode: "sidecar",
        bucket: { kind: "s3", name: `gl-thanos-metrics-${environment}` },
        // Asked for are 30 and 120 days; five more, so that nothing is moved that the compactor is about to delete.
        tiers: [
          { name: "hot", from: "0d" },
          { name: "warm", from: "7d" },
          { name: "cool", from: "35d" },
          { name: "cold", from: "125d" },
        ],
        store: { indexCache: "1GiB", chunkCache: "2GiB", shards: 1, volume: "50GiB" },
        compactor: { volume: "100GiB" },
      },
      components: greenlangSizing,
      dashboards: greenlangDashboards,
      access: {
        hostname:
          environment === "production" ? "monitoring.greenlang.io" : `monitoring.${environment}.greenlang.io`,
        people: "grafana-oauth",
        jwt: { issuer: "https://auth.greenlang.io/", audience: `greenlang-monitoring-${environment}` },
        grafana: {
          bind: "0.0.0.0",
          port: 3000,
          maxConnections: 100,
          logLevel: "info",
          datasources: ["prometheus"],
          saml: false,
        },
      },
      endpoints: [],
      secrets: [
        ...(environment === "production"
          ? [{ name: "pagerduty-key", about: "Routing key of PagerDuty's service.", generated: false }]
          : []),
        ...alwaysNeeded,
        ...optionalSecrets,
      ],
    }),
  );
}

const alwaysNeeded: readonly SecretDeclaration[] = [
  { name: "slack-url", about: "Incoming webhook of the Slack workspace.", generated: false },
  {
    name: "smtp-password",
    about: "Password of the account that mails the weekly summary.",
    generated: false,
  },
  { name: "grafana-oauth-client-secret", about: "Secret of Grafana's OAuth2 client.", generated: false },
  { name: "postgres-password", about: "Password of the exporter's account at PostgreSQL.", generated: false },
  { name: "redis-password", about: "Password of Redis.", generated: false },
  { name: "oauth2-cookie-secret", about: "Key of oauth2-proxy's session cookies.", generated: true },
  { name: "grafana-admin", about: "Password of Grafana's administrator.", generated: true },
  {
    name: "grafana-secret-key",
    about: "Key that Grafana encrypts its stored secrets with.",
    generated: true,
  },
];
