import type { Layout } from "../hosts.ts";
import type { System } from "../model.ts";
import { toYaml } from "../yaml.ts";
import { datasourceUids } from "./datasource.ts";

/** Plugins that must be installed for a data source other than Prometheus. */
export type GrafanaPlugin =
  "grafana-clickhouse-datasource" | "vertamedia-clickhouse-datasource" | "redis-datasource";

/** Where ClickHouse answers: its native protocol for Grafana's own plugin, HTTP for the other. */
export interface ClickHouseAccess {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly passwordFile: string;
}

export interface GrafanaProvisioningOptions {
  /** Directory of the dashboards' JSON files. */
  readonly dashboardsDirectory: string;
  /** PEM file of the authority that signed the stack's certificates. */
  readonly authorityFile: string;
  /** Password of `layout.users.scrape`, which asks for the data. */
  readonly queryPasswordFile: string;
  /** Installed plugins. A data source whose plugin is not among them is left out. @default none */
  readonly plugins?: readonly GrafanaPlugin[];
  /** Needed for the Redis data sources. */
  readonly redisPasswordFile?: string;
  /** Needed for the ClickHouse data source. */
  readonly clickhouse?: ClickHouseAccess;
}

/** Two files for Grafana's provisioning directory. Passwords are references to files. */
export interface GrafanaProvisioning {
  /** `datasources/vigil.yaml` */
  readonly datasources: string;
  /** `dashboards/vigil.yaml` */
  readonly dashboards: string;
}

/**
 * Data sources and the dashboards' folder. Nothing of it can be changed in the browser.
 * @throws when nothing in the layout answers queries
 */
export function renderGrafanaProvisioning(
  system: System,
  layout: Layout,
  options: GrafanaProvisioningOptions,
): GrafanaProvisioning {
  const wanted = system.access.grafana.datasources;
  const datasources = [
    ...(wanted.includes("prometheus") ? [prometheus(system, layout, options)] : []),
    ...(wanted.includes("redis") ? redis(system, layout, options) : []),
    ...(wanted.includes("clickhouse") ? clickhouse(system, options) : []),
  ];
  return {
    // What is no longer listed goes away.
    datasources: toYaml({ apiVersion: 1, prune: true, datasources: datasources.map(readOnly) }),
    dashboards: toYaml({
      apiVersion: 1,
      providers: [
        {
          name: "vigil",
          type: "file",
          folder: system.title,
          folderUid: `vigil-${system.name}`,
          allowUiUpdates: false,
          disableDeletion: true,
          updateIntervalSeconds: 10,
          options: { path: options.dashboardsDirectory },
        },
      ],
    }),
  };
}

type Datasource = Readonly<Record<string, unknown>>;

function readOnly(datasource: Datasource): Datasource {
  return { access: "proxy", editable: false, orgId: 1, ...datasource };
}

function prometheus(system: System, layout: Layout, options: GrafanaProvisioningOptions): Datasource {
  return {
    name: system.title,
    type: "prometheus",
    uid: datasourceUids.query,
    url: queryUrl(layout),
    isDefault: true,
    basicAuth: true,
    basicAuthUser: layout.users.scrape,
    jsonData: {
      httpMethod: "POST",
      prometheusType: "Thanos",
      timeInterval: system.scrape.interval,
      manageAlerts: false,
      tlsAuthWithCACert: true,
    },
    secureJsonData: {
      basicAuthPassword: fileReference(options.queryPasswordFile),
      tlsCACert: fileReference(options.authorityFile),
    },
  };
}

/** The edge, which knows which query is alive; without one the query-frontend. */
function queryUrl(layout: Layout): string {
  if (layout.edge.query !== undefined) return `https://${layout.edgeHost}:${String(layout.edge.query)}`;
  const frontend = layout.instances.find(({ component }) => component === "thanos-query-frontend");
  const port = frontend?.ports["http"];
  if (frontend === undefined || port === undefined)
    throw new Error(
      "layout: nothing answers Grafana's queries; expected edge.query or a thanos-query-frontend with an http port",
    );
  return `https://${frontend.address}:${String(port)}`;
}

/** One data source for each Redis: the plugin speaks to a single instance. The first has the plain uid. */
function redis(system: System, layout: Layout, options: GrafanaProvisioningOptions): Datasource[] {
  const { redisPasswordFile } = options;
  if (!options.plugins?.includes("redis-datasource") || redisPasswordFile === undefined) return [];
  return redisServers(system, layout).map(({ name, address }, index) => ({
    name,
    type: "redis-datasource",
    uid: index === 0 ? datasourceUids.redis : `${datasourceUids.redis}-${String(index + 1)}`,
    url: `redis://${address}`,
    jsonData: { client: "standalone", poolSize: 5, timeout: 10 },
    secureJsonData: { password: fileReference(redisPasswordFile) },
  }));
}

/** What takes the place of the system's Redis instances, or these themselves. */
function redisServers({ jobs }: System, layout: Layout): { name: string; address: string }[] {
  const own = layout.instances
    .filter(({ component }) => component === "redis")
    .map((instance) => ({
      name: instance.standsFor ?? instance.name,
      address: `${instance.address}:${String(instance.ports["redis"])}`,
    }));
  if (own.length > 0) return own;
  return jobs.flatMap(({ discovery, through }) =>
    through?.component === "redis-exporter" && discovery.kind === "static"
      ? discovery.targets.map(({ address, labels }) => ({ name: labels["instance"] ?? address, address }))
      : [],
  );
}

function clickhouse(system: System, options: GrafanaProvisioningOptions): Datasource[] {
  const access = options.clickhouse;
  if (access === undefined) return [];
  const common = { name: "ClickHouse", uid: datasourceUids.clickhouse };
  const database = system.access.grafana.clickhouseDatabase;
  const password = fileReference(access.passwordFile);
  if (options.plugins?.includes("grafana-clickhouse-datasource"))
    return [
      {
        ...common,
        type: "grafana-clickhouse-datasource",
        jsonData: {
          host: access.host,
          port: access.port,
          protocol: "native",
          secure: true,
          tlsAuthWithCACert: true,
          username: access.username,
          defaultDatabase: database,
        },
        secureJsonData: { password, tlsCACert: fileReference(options.authorityFile) },
      },
    ];
  if (options.plugins?.includes("vertamedia-clickhouse-datasource"))
    return [
      {
        ...common,
        type: "vertamedia-clickhouse-datasource",
        url: `https://${access.host}:${String(access.port)}`,
        basicAuth: true,
        basicAuthUser: access.username,
        jsonData: { defaultDatabase: database, tlsAuthWithCACert: true, usePOST: true },
        secureJsonData: { basicAuthPassword: password, tlsCACert: fileReference(options.authorityFile) },
      },
    ];
  return [];
}

/** Grafana reads the file when it starts. */
export function fileReference(path: string): string {
  return `$__file{${path}}`;
}
