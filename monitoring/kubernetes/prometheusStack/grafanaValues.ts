/**
 * Grafana, by its chart within the stack's. One pod with a volume: two would need a database that both share.
 *
 * @see https://grafana.com/docs/grafana/latest/setup-grafana/configure-grafana/
 */
import { createHash } from "node:crypto";
import { dashboardsOf } from "../../dashboards/catalogue.ts";
import { fileReference } from "../../dashboards/provisioning.ts";
import { homeDashboard } from "../../dashboards/uids.ts";
import type { System } from "../../model.ts";
import { kubernetesSize } from "../../units.ts";
import { dashboardConfigMap } from "../dashboardObjects.ts";
import { edgeRoutes, edgeUrl, httpPort } from "../edgeRoutes.ts";
import { containerSecurity, podSecurity } from "../exporters/pods.ts";
import { pullPolicy, shaOf } from "../images.ts";
import { behindEdge } from "../ingressSnippet.ts";
import type { ClusterFacts } from "../model.ts";
import { tlsMount, tlsSecret, tlsVolume } from "../names.ts";
import { resourcesOf, sizingOf } from "../sizes.ts";
import { workloadOf } from "../workloads.ts";
import { loginSettings, secretsMount, type Settings } from "./grafanaLogin.ts";
import { adminPassword, dashboardsMount, grafanaProvisioning, grafanaSecrets } from "./grafanaObjects.ts";
import { provisioned, provisioningConfigMap, secretKey } from "./grafanaObjects.ts";
import { webPort } from "./prometheusValues.ts";

/** `grafana` of the chart's values. */
export function grafanaValues(system: System, facts: ClusterFacts): Record<string, unknown> {
  const workload = workloadOf(system, "grafana");
  const port = httpPort(workload);
  const repository = system.access.grafana.saml ? "grafana/grafana-enterprise" : "grafana/grafana";
  const image = `docker.io/${repository}`;
  return {
    fullnameOverride: workload.name,
    image: { repository, sha: shaOf(facts, image), pullPolicy: pullPolicy(facts, image) },
    replicas: 1,
    // The next pod needs the volume of the one before.
    deploymentStrategy: { type: "Recreate" },
    serviceAccount: { create: false, name: workload.name },
    automountServiceAccountToken: false,
    rbac: { create: false },
    persistence: {
      enabled: true,
      storageClassName: facts.storageClass,
      size: kubernetesSize(sizingOf(system, "grafana")?.volume ?? "5GiB"),
    },
    // The volume's group is set by Kubernetes: nothing runs as root for it.
    initChownData: { enabled: false },
    testFramework: { enabled: false },
    resources: resourcesOf(system, "grafana"),
    securityContext: podSecurity,
    containerSecurityContext: { ...containerSecurity, seccompProfile: { type: "RuntimeDefault" } },
    enableServiceLinks: false,
    service: {
      port,
      targetPort: port,
      portName: webPort,
      annotations: publishedItself(system) ? behindEdge(system, workload) : {},
    },
    readinessProbe: { httpGet: { scheme: "HTTPS" } },
    livenessProbe: { httpGet: { scheme: "HTTPS" } },
    serviceMonitor: { enabled: false },
    ...files(system),
    "grafana.ini": settings(system, facts),
    // Dashboards, rules and data sources are the stack's own objects.
    defaultDashboardsEnabled: false,
    sidecar: { dashboards: { enabled: false }, datasources: { enabled: false } },
  };
}

/** Whether it stands right behind the edge, because it logs people in by itself. */
function publishedItself(system: System): boolean {
  return edgeRoutes(system).some(({ login, workload }) => login === "own" && workload.name === "grafana");
}

function files(system: System): Record<string, unknown> {
  const from = (name: string, secretName: string, mountPath: string) => ({
    name,
    secretName,
    mountPath,
    defaultMode: 0o440,
    readOnly: true,
  });
  const provisioning = (kind: keyof typeof provisioned) => ({
    name: `provisioning-${kind}`,
    configMap: provisioningConfigMap,
    mountPath: `/etc/grafana/provisioning/${kind}`,
    items: [{ key: provisioned[kind], path: "vigil.yaml" }],
    readOnly: true,
  });
  return {
    // The chart would make a password of its own, and hand over any as an environment variable.
    admin: { existingSecret: grafanaSecrets },
    env: {
      GF_SECURITY_ADMIN_USER: "admin",
      GF_SECURITY_ADMIN_PASSWORD__FILE: `${secretsMount}/${adminPassword}`,
    },
    extraSecretMounts: [
      from(tlsVolume, tlsSecret("grafana"), tlsMount),
      from("secrets", grafanaSecrets, secretsMount),
      { name: "dashboards", mountPath: dashboardsMount, readOnly: true, projected: dashboards(system) },
    ],
    extraConfigmapMounts: [provisioning("datasources"), provisioning("dashboards")],
    // The root file system is read-only.
    extraEmptyDirMounts: [
      { name: "tmp", mountPath: "/tmp" },
      { name: "logs", mountPath: "/var/log/grafana" },
    ],
    // Provisioning is read at the start only: a change of it is a new pod. Dashboards are looked for all the time.
    podAnnotations: { "checksum/provisioning": checksum(grafanaProvisioning(system)) },
  };
}

/** All dashboards in one directory. */
function dashboards(system: System): Record<string, unknown> {
  return {
    sources: dashboardsOf(system).map(({ uid }) => ({
      configMap: { name: dashboardConfigMap(uid), optional: true },
    })),
  };
}

function checksum(texts: Readonly<Record<string, string>>): string {
  return createHash("sha256").update(JSON.stringify(texts)).digest("hex");
}

function settings(system: System, facts: ClusterFacts): Settings {
  return {
    ...loginSettings(system, facts),
    ...quiet,
    analytics: {
      check_for_plugin_updates: false,
      check_for_updates: false,
      feedback_links_enabled: false,
      reporting_enabled: false,
    },
    dashboards: { default_home_dashboard_path: `${dashboardsMount}/${homeDashboard}.json` },
    database: { type: "sqlite3", wal: true },
    log: { level: system.access.grafana.logLevel, mode: "console" },
    "log.console": { format: "json" },
    // Within the cluster only, as network policies say; the edge denies the path.
    metrics: { enabled: true },
    security: {
      allow_embedding: false,
      content_security_policy: true,
      // `strict` would keep the cookie of a login back when the identity provider sends people back.
      cookie_samesite: "lax",
      cookie_secure: true,
      disable_gravatar: true,
      secret_key: fileReference(`${secretsMount}/${secretKey}`),
      strict_transport_security: true,
      // A text: the chart would write so large a number as 3.1536e+07, which Grafana does not read.
      strict_transport_security_max_age_seconds: "31536000",
      x_content_type_options: true,
    },
    server: {
      cert_file: `${tlsMount}/tls.crt`,
      cert_key: `${tlsMount}/tls.key`,
      certs_watch_interval: "1m",
      domain: facts.hostname,
      http_port: httpPort(workloadOf(system, "grafana")),
      min_tls_version: "TLS1.2",
      protocol: "https",
      root_url: edgeUrl(system, facts, "grafana"),
      serve_from_sub_path: true,
    },
    users: {
      allow_org_create: false,
      allow_sign_up: false,
      auto_assign_org: true,
      auto_assign_org_role: "Viewer",
      viewers_can_edit: false,
    },
  };
}

/** Nothing is fetched from or sent to grafana.com, nothing is shared outside, and alerts are Prometheus'. */
const quiet: Settings = {
  news: { news_feed_enabled: false },
  plugins: { plugin_admin_enabled: false, preinstall_auto_update: false, preinstall_disabled: true },
  public_dashboards: { enabled: false },
  snapshots: { external_enabled: false },
  unified_alerting: { enabled: false },
};
