/** Thanos Ruler: two that evaluate everything both. */
import type { System } from "../../model.ts";
import { rulerArguments } from "../../thanos/ruler.ts";
import { toYaml } from "../../yaml.ts";
import { containerSecurity } from "../exporters/pods.ts";
import { pinned, pullPolicy, reloaderImage } from "../images.ts";
import type { ClusterFacts } from "../model.ts";
import { tlsMount } from "../names.ts";
import { rulerConfigMaps } from "../ruleObjects.ts";
import { replicasOf } from "../sizes.ts";
import { clusterName, portOf, serverName } from "./addresses.ts";
import { externalUrl, extraArguments, grpc, http, objectStoreFile, rulesMount } from "./arguments.ts";
import { persistence, podValues, type MountedVolume } from "./pod.ts";
import { queryUrl } from "./queries.ts";

export function rulerValues(system: System, facts: ClusterFacts): Record<string, unknown> {
  const replicas = replicasOf(system, "thanos-ruler");
  if (replicas === 0) return { enabled: false };
  const rules = ruleVolumes(system);
  return {
    enabled: true,
    replicaCount: replicas,
    query: { urls: [queryUrl(system)] },
    alertQueryUrl: externalUrl(facts),
    alertmanagers: { config: renderClusterAlertmanagers(system) },
    // In place of the chart's example, which always fires; the stack's own are objects of their own.
    rules: { "example-alerts.yaml": "groups: []\n" },
    autoImportPrometheusRules: { enabled: false },
    service: {
      grpcPort: portOf(system, "thanos-ruler", "grpc"),
      httpPort: portOf(system, "thanos-ruler", "http"),
    },
    persistence: persistence(system, facts, "thanos-ruler"),
    extraArgs: extraArguments(
      rulerArguments(system, {
        http,
        grpc,
        member: 1,
        dataDirectory: "",
        rulesFile: `${rulesMount}/*/*.yaml`,
        queryFile: "",
        alertmanagersFile: "",
        objectStoreFile,
        externalUrl: "",
      }),
      // The chart has a label of its own for this, by the pod's name.
      [`--label=${system.replicaLabel}`],
    ),
    ...podValues(system, facts, "thanos-ruler", rules),
    // The chart's file of queries takes no authority. Go reads this directory beside the image's own of public ones.
    extraEnv: [{ name: "SSL_CERT_DIR", value: tlsMount }],
    extraContainers: rules.length === 0 ? [] : [reloader(system, facts, rules)],
  };
}

/**
 * Text of the Alertmanagers file: every one that the headless Service knows, never a load balancer. They are dialled by
 * address, so the name in their certificate is said.
 */
function renderClusterAlertmanagers(system: System): string {
  const port = String(portOf(system, "alertmanager", "http"));
  return toYaml({
    alertmanagers: [
      {
        api_version: "v2",
        http_config: {
          tls_config: {
            ca_file: `${tlsMount}/ca.crt`,
            cert_file: `${tlsMount}/tls.crt`,
            key_file: `${tlsMount}/tls.key`,
            server_name: serverName(system, "alertmanager"),
          },
        },
        scheme: "https",
        static_configs: [`dns+${clusterName(system, "alertmanager-operated")}:${port}`],
        timeout: "5s",
      },
    ],
  });
}

/** A directory for each group of rules, so that a change of one touches one ConfigMap. */
function ruleVolumes(system: System): MountedVolume[] {
  return rulerConfigMaps(system).map(({ name }) => ({
    volume: { name, configMap: { name } },
    mountPath: `${rulesMount}/${name}`,
  }));
}

const reloaderRepository = `${reloaderImage.registry}/${reloaderImage.repository}`;

/** The operator's reloader: a ruler reads its rules again only when it is told to. */
function reloader(
  system: System,
  facts: ClusterFacts,
  rules: readonly MountedVolume[],
): Record<string, unknown> {
  const port = portOf(system, "thanos-ruler", "reloader");
  const probe = { httpGet: { path: "/healthz", port: "reloader" }, periodSeconds: 10, timeoutSeconds: 3 };
  return {
    name: "rules-reloader",
    image: `${reloaderRepository}:${pinned(facts, reloaderRepository, reloaderImage.tag)}`,
    imagePullPolicy: pullPolicy(facts, reloaderRepository),
    args: [
      `--listen-address=:${String(port)}`,
      `--reload-url=http://127.0.0.1:${String(portOf(system, "thanos-ruler", "http"))}/-/reload`,
      ...rules.map(({ mountPath }) => `--watched-dir=${mountPath}`),
      "--log-format=json",
    ],
    ports: [{ name: "reloader", containerPort: port }],
    livenessProbe: probe,
    readinessProbe: probe,
    resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { cpu: "100m", memory: "64Mi" } },
    securityContext: containerSecurity,
    volumeMounts: rules.map(({ volume: { name }, mountPath }) => ({ name, mountPath, readOnly: true })),
  };
}
