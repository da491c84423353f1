/** oauth2-proxy: people by OpenID Connect, programs by JWT bearer tokens, and nobody else. */
import { createHash } from "node:crypto";
import type { System } from "../model.ts";
import { clientSecretOf } from "./clientSecret.ts";
import { httpPort } from "./edgeRoutes.ts";
import { containerSecurity, podSecurity, serviceAccount } from "./exporters/pods.ts";
import { externalSecret } from "./externalSecret.ts";
import { pinned, pullPolicy } from "./images.ts";
import { behindEdge } from "./ingressSnippet.ts";
import type { ClusterFacts, KubernetesObject, Part } from "./model.ts";
import { ownObject, tlsMount, tlsSecret, tlsVolume } from "./names.ts";
import { acrossZones, apart, oneAtATime } from "./placement.ts";
import { authorityMount, credentialsMount, proxyRouting, proxySessions } from "./oauth2ProxyConfig.ts";
import { programsMount, programsWithoutEmail } from "./oauth2ProxyConfig.ts";
import { replicasOf, resourcesOf } from "./sizes.ts";
import { portOf } from "./thanos/addresses.ts";
import { workloadOf } from "./workloads.ts";

const name = "oauth2-proxy";
const credentials = "oauth2-proxy-credentials";
const image = "quay.io/oauth2-proxy/oauth2-proxy";
/** The chart's appVersion, said so that a chart's change of it is a change here. */
const version = "v7.15.3";

export function oauth2Proxy(system: System, facts: ClusterFacts): Part {
  const sessions = configMap(system, "oauth2-proxy-sessions", {
    "oauth2_proxy.cfg": proxySessions(system, facts),
  });
  const routing = configMap(system, "oauth2-proxy-routing", {
    "oauth2_proxy.yml": proxyRouting(system, facts),
  });
  const subjects = programsWithoutEmail(facts);
  const programs = subjects === undefined ? [] : [configMap(system, "oauth2-proxy-programs", { subjects })];
  return {
    name,
    about:
      "Lets people in who log in at the identity provider, and programs with a token of the known issuer.",
    after: ["secret-store", "certificates"],
    objects: [
      serviceAccount({ name, namespace: system.namespace }),
      externalSecret(facts, {
        name: credentials,
        namespace: system.namespace,
        keys: { "client-secret": clientSecretOf(system), "cookie-secret": "oauth2-cookie-secret" },
      }),
      sessions,
      routing,
      ...programs,
    ],
    release: {
      name,
      namespace: system.namespace,
      chart: name,
      workloads: [name],
      values: values(system, facts, [sessions, routing, ...programs]),
    },
  };
}

function configMap(
  { namespace }: System,
  configName: string,
  data: Readonly<Record<string, string>>,
): KubernetesObject {
  return ownObject({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: configName, namespace }, data });
}

function values(
  system: System,
  facts: ClusterFacts,
  files: readonly KubernetesObject[],
): Record<string, unknown> {
  const workload = workloadOf(system, name);
  const { selector } = workload;
  const [sessions, routing, programs] = files.map(({ metadata }) => metadata.name);
  const port = httpPort(workload);
  return {
    image: { tag: pinned(facts, image, version), pullPolicy: pullPolicy(facts, image) },
    replicaCount: Math.max(2, replicasOf(system, name)),
    strategy: oneAtATime,
    podDisruptionBudget: { enabled: true, minAvailable: 1 },
    affinity: apart(selector),
    topologySpreadConstraints: acrossZones(selector),
    resources: resourcesOf(system, name),
    podSecurityContext: podSecurity,
    securityContext: { ...containerSecurity, seccompProfile: { type: "RuntimeDefault" } },
    enableServiceLinks: false,
    serviceAccount: { enabled: false, name, automountServiceAccountToken: false },
    // Both files are mounted by path, which Kubernetes never refreshes: a change of them is a new pod.
    podAnnotations: { "checksum/vigil": checksum(files) },
    config: { existingConfig: sessions, forceLegacyConfig: true },
    alphaConfig: { enabled: true, existingConfig: routing },
    // Secrets come as files, not as environment variables.
    proxyVarsAsSecrets: false,
    httpScheme: "https",
    containerPort: port,
    service: {
      type: "ClusterIP",
      portNumber: port,
      appProtocol: "https",
      annotations: behindEdge(system, workload),
    },
    metrics: { enabled: true, port: portOf(system, name, "metrics") },
    sessionStorage: { type: "cookie" },
    initContainers: { waitForRedis: { enabled: false } },
    "redis-ha": { enabled: false },
    // Go reads every file there besides the image's own authorities; this one signed the servers behind the proxy.
    extraEnv: [{ name: "SSL_CERT_DIR", value: authorityMount }],
    ...mounts(programs),
  };
}

const mounts = (programs: string | undefined) => ({
  extraVolumes: [
    ...(programs === undefined ? [] : [{ name: "programs", configMap: { name: programs } }]),
    { name: tlsVolume, secret: { secretName: tlsSecret(name), defaultMode: 0o440 } },
    {
      name: "authority",
      secret: { secretName: tlsSecret(name), defaultMode: 0o440, items: [{ key: "ca.crt", path: "ca.crt" }] },
    },
    { name: "credentials", secret: { secretName: credentials, defaultMode: 0o440 } },
  ],
  extraVolumeMounts: [
    ...(programs === undefined ? [] : [{ name: "programs", mountPath: programsMount, readOnly: true }]),
    { name: tlsVolume, mountPath: tlsMount, readOnly: true },
    { name: "authority", mountPath: authorityMount, readOnly: true },
    { name: "credentials", mountPath: credentialsMount, readOnly: true },
  ],
});

function checksum(files: readonly KubernetesObject[]): string {
  return createHash("sha256")
    .update(JSON.stringify(files.map((file) => file["data"])))
    .digest("hex");
}
