import { fileReference } from "./dashboards/provisioning.ts";
import { homeDashboard } from "./dashboards/uids.ts";
import type { Layout } from "./hosts.ts";
import type { System } from "./model.ts";

export { datasourceUids } from "./dashboards/datasource.ts";
export {
  renderGrafanaProvisioning,
  type ClickHouseAccess,
  type GrafanaPlugin,
  type GrafanaProvisioning,
  type GrafanaProvisioningOptions,
} from "./dashboards/provisioning.ts";

/** Absolute paths on the machine that runs Grafana. Each secret is a file with nothing but its value. */
export interface GrafanaIniOptions {
  readonly dataDirectory: string;
  readonly logsDirectory: string;
  readonly pluginsDirectory: string;
  readonly provisioningDirectory: string;
  /** Directory of the dashboards' JSON files, one of which is the home page. */
  readonly dashboardsDirectory: string;
  readonly certificateFile: string;
  readonly keyFile: string;
  /** Counts at the first start only; later `grafana cli admin reset-admin-password` changes it. */
  readonly adminPasswordFile: string;
  /** Key that encrypts stored secrets. Changing it makes them unreadable. */
  readonly secretKeyFile: string;
  /** Password of `layout.users.scrape`, for Grafana's own /metrics. */
  readonly scrapePasswordFile: string;
  /** Of Grafana's log file; `json` for log aggregators. @default "text" */
  readonly logFormat?: "text" | "json";
  /** SAML exists only with an Enterprise licence. */
  readonly licenseFile?: string;
}

/**
 * `custom.ini`: what differs from Grafana's defaults.ini, which is never edited. SQLite, TLS, no anonymous access, no
 * sign-up, new users are viewers, and nothing is sent to or asked of grafana.com.
 *
 * Source of the keys: https://grafana.com/docs/grafana/latest/setup-grafana/configure-grafana/
 * @throws when SAML is asked for without a licence
 */
export function renderGrafanaIni(system: System, layout: Layout, options: GrafanaIniOptions): string {
  const { grafana } = system.access;
  if (grafana.saml && options.licenseFile === undefined)
    throw new Error(
      "access.grafana.saml: SAML needs a Grafana Enterprise licence and none is given; give licenseFile or use OAuth2",
    );
  const { address, port } = endpoint(system, layout);
  const { scrape, human } = layout.users;
  return ini({
    analytics: {
      check_for_plugin_updates: false,
      check_for_updates: false,
      feedback_links_enabled: false,
      reporting_enabled: false,
    },
    "auth.anonymous": { enabled: false },
    "auth.basic": { enabled: true },
    ...(options.licenseFile === undefined ? {} : { enterprise: { license_path: options.licenseFile } }),
    dashboards: { default_home_dashboard_path: homePath(layout, options.dashboardsDirectory) },
    database: { path: "grafana.db", type: "sqlite3", wal: true },
    log: { level: grafana.logLevel, mode: "console file" },
    "log.file": { format: options.logFormat ?? "text", log_rotate: true, max_days: 7 },
    metrics: {
      basic_auth_password: fileReference(options.scrapePasswordFile),
      basic_auth_username: scrape,
      enabled: true,
    },
    news: { news_feed_enabled: false },
    paths: {
      data: options.dataDirectory,
      logs: options.logsDirectory,
      plugins: options.pluginsDirectory,
      provisioning: options.provisioningDirectory,
    },
    // Grafana would fetch and update its Drilldown apps at each start.
    plugins: { plugin_admin_enabled: false, preinstall_auto_update: false, preinstall_disabled: true },
    public_dashboards: { enabled: false },
    security: {
      admin_password: fileReference(options.adminPasswordFile),
      admin_user: human,
      allow_embedding: false,
      content_security_policy: true,
      cookie_samesite: "strict",
      cookie_secure: true,
      disable_gravatar: true,
      secret_key: fileReference(options.secretKeyFile),
      strict_transport_security: true,
      strict_transport_security_max_age_seconds: 31_536_000,
      x_content_type_options: true,
    },
    server: {
      cert_file: options.certificateFile,
      cert_key: options.keyFile,
      certs_watch_interval: "1s",
      domain: layout.edgeHost,
      http_addr: address,
      http_port: port,
      min_tls_version: "TLS1.2",
      protocol: "https",
      root_url: `https://${layout.edgeHost}:${String(layout.edge.grafana ?? port)}/`,
    },
    snapshots: { external_enabled: false },
    // Alerts are Prometheus' and Alertmanager's.
    unified_alerting: { enabled: false },
    users: {
      allow_org_create: false,
      allow_sign_up: false,
      auto_assign_org: true,
      auto_assign_org_role: "Viewer",
      viewers_can_edit: false,
    },
  });
}

/** Arguments of `grafana` from version 12 on, where `grafana-server` is gone. */
export function grafanaArguments(options: {
  /** Where Grafana is unpacked: it holds `public/` and `conf/defaults.ini`. */
  readonly homePath: string;
  readonly configFile: string;
}): string[] {
  return ["server", "--homepath", options.homePath, "--config", options.configFile];
}

/** File of the dashboard that people see first. */
function homePath({ directories }: Layout, directory: string): string {
  return `${directory}${directories.separator}${homeDashboard}.json`;
}

/** The layout's Grafana; what the system states where the layout has none. */
function endpoint(system: System, layout: Layout): { address: string; port: number } {
  const instance = layout.instances.find(({ component }) => component === "grafana");
  const { bind, port } = system.access.grafana;
  return { address: instance?.address ?? bind, port: instance?.ports["http"] ?? port };
}

type Sections = Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>>;

function ini(sections: Sections): string {
  const names = Object.keys(sections).sort();
  return names
    .map((name) => {
      const lines = Object.entries(sections[name] ?? {}).map(([key, value]) => `${key} = ${String(value)}\n`);
      return `[${name}]\n${lines.join("")}`;
    })
    .join("\n");
}
