/** What Grafana reads besides its settings: its data source, its folder of dashboards, and secrets as files. */
import { datasourceUids } from "../../dashboards/datasource.ts";
import { fileReference, renderGrafanaProvisioning } from "../../dashboards/provisioning.ts";
import type { System } from "../../model.ts";
import { toYaml } from "../../yaml.ts";
import { clientSecretOf } from "../clientSecret.ts";
import { httpOrigin } from "../edgeRoutes.ts";
import { externalSecret } from "../externalSecret.ts";
import { clusterLayout } from "../layout.ts";
import type { ClusterFacts, KubernetesObject } from "../model.ts";
import { ownObject, tlsMount } from "../names.ts";
import { queryWorkload } from "../queryEndpoint.ts";
import { clientSecret, license, samlMetadata } from "./grafanaLogin.ts";

export const provisioningConfigMap = "grafana-provisioning";
export const grafanaSecrets = "grafana-secrets";
/** Keys of {@link grafanaSecrets}, which are file names. */
export const adminPassword = "admin-password";
export const secretKey = "secret-key";
/** Keys of {@link provisioningConfigMap}. */
export const provisioned = { datasources: "datasources.yaml", dashboards: "dashboards.yaml" } as const;
export const dashboardsMount = "/var/lib/grafana-dashboards";

/** Texts of the provisioning files. */
export function grafanaProvisioning(system: System): Readonly<Record<string, string>> {
  const { dashboards } = renderGrafanaProvisioning(
    { ...system, access: { ...system.access, grafana: { ...system.access.grafana, datasources: [] } } },
    clusterLayout(system),
    { dashboardsDirectory: dashboardsMount, authorityFile: "", queryPasswordFile: "" },
  );
  return { [provisioned.datasources]: datasources(system), [provisioned.dashboards]: dashboards };
}

export function grafanaObjects(system: System, facts: ClusterFacts): KubernetesObject[] {
  const { namespace } = system;
  return [
    ownObject({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: provisioningConfigMap, namespace },
      data: grafanaProvisioning(system),
    }),
    externalSecret(facts, {
      name: grafanaSecrets,
      namespace,
      keys: {
        [adminPassword]: "grafana-admin",
        [secretKey]: "grafana-secret-key",
        [clientSecret]: clientSecretOf(system),
        ...(system.access.grafana.saml ? { [license]: license, [samlMetadata]: samlMetadata } : {}),
      },
    }),
  ];
}

/**
 * Both replicas, deduplicated, and long-term data; over verified TLS where whoever answers has it. No certificate is
 * shown: Grafana keeps what it read at its start, and a server that takes visitors without one would refuse one that has
 * since expired.
 */
function datasources(system: System): string {
  const answering = queryWorkload(system);
  const tls = answering.ports["http"]?.tls !== "none";
  return toYaml({
    apiVersion: 1,
    // What is no longer listed goes away.
    prune: true,
    datasources: [
      {
        name: system.title,
        type: "prometheus",
        uid: datasourceUids.query,
        url: httpOrigin(answering),
        access: "proxy",
        orgId: 1,
        isDefault: true,
        editable: false,
        jsonData: {
          httpMethod: "POST",
          prometheusType: answering.name === "prometheus" ? "Prometheus" : "Thanos",
          timeInterval: system.scrape.interval,
          manageAlerts: false,
          tlsAuthWithCACert: tls,
        },
        secureJsonData: tls ? { tlsCACert: fileReference(`${tlsMount}/ca.crt`) } : undefined,
      },
    ],
  });
}
