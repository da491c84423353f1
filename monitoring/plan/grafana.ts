import { grafanaArguments, renderGrafanaIni, renderGrafanaProvisioning } from "../grafana.ts";
import type { Instance, PlanFile, Service } from "../hosts.ts";
import { addressOf } from "../targets.ts";
import { service, type PlanContext } from "./context.ts";

/** Grafana with its data sources and dashboards, and an account that sees and cannot edit. */
export function grafanaServices(stack: PlanContext): Service[] {
  const { system, layout, options } = stack;
  const { grafana } = options;
  if (grafana === undefined) return [];
  return stack.instances("grafana").map((instance) => {
    const context = stack.at(instance);
    const { join } = context;
    const data = context.data(instance.name);
    const logs = join(data, "logs");
    const plugins = join(data, "plugins");
    const config: PlanFile = {
      path: context.file(instance.name, "custom.ini"),
      content: renderGrafanaIni(system, layout, {
        ...context.certificate(instance.name),
        dataDirectory: data,
        logsDirectory: logs,
        pluginsDirectory: plugins,
        provisioningDirectory: context.file(instance.name, "provisioning"),
        dashboardsDirectory: context.file(instance.name, "dashboards"),
        adminPasswordFile: context.secretFile("human"),
        secretKeyFile: context.secretFile("grafana-secret-key"),
        scrapePasswordFile: context.secretFile("scrape"),
      }),
      onChange: "restart",
    };
    return service(context, instance, {
      executable: "grafana",
      arguments: grafanaArguments({ homePath: grafana.home, configFile: config.path }),
      directories: [data, logs, plugins],
      files: [config, ...provisioned(context, instance, grafana)],
      health: { kind: "http", url: `https://${addressOf(instance, "http")}/api/health`, status: 200 },
      setup: [viewer(instance)],
    });
  });
}

function provisioned(
  context: PlanContext,
  instance: Instance,
  { dashboards, plugins, clickhouse }: NonNullable<PlanContext["options"]["grafana"]>,
): PlanFile[] {
  const { system, layout, join } = context;
  const provisioning = context.file(instance.name, "provisioning");
  const directory = context.file(instance.name, "dashboards");
  const texts = renderGrafanaProvisioning(system, layout, {
    dashboardsDirectory: directory,
    authorityFile: context.certificateAuthorityFile,
    queryPasswordFile: context.secretFile("scrape"),
    ...(plugins && { plugins, redisPasswordFile: context.secretFile("redis-password") }),
    ...(clickhouse && {
      clickhouse: { ...clickhouse, passwordFile: context.secretFile("clickhouse-password") },
    }),
  });
  return [
    {
      path: join(provisioning, "datasources", "vigil.yaml"),
      content: texts.datasources,
      onChange: "restart",
    },
    { path: join(provisioning, "dashboards", "vigil.yaml"), content: texts.dashboards, onChange: "restart" },
    // Grafana looks for changed dashboards by itself.
    ...dashboards.map(({ uid, json }): PlanFile => ({
      path: join(directory, `${uid}.json`),
      content: json,
      onChange: "watched",
    })),
  ];
}

/** Provisioning files know no users, so the account is made over the API; one that exists is left alone. */
function viewer(instance: Instance): NonNullable<Service["setup"]>[number] {
  return {
    url: `https://${addressOf(instance, "http")}/api/admin/users`,
    basic: "human",
    body: JSON.stringify({
      name: "Viewer",
      login: "viewer",
      password: "{{secret:grafana-viewer}}",
      OrgId: 1,
    }),
    accept: [200, 412],
  };
}
