/**
 * Alertmanager, by the operator.
 *
 * @see https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.AlertmanagerSpec
 */
import { alertResendDelay } from "../../alertDelivery.ts";
import type { System } from "../../model.ts";
import { edgeUrl, serviceHost } from "../edgeRoutes.ts";
import { podSecurity } from "../exporters/pods.ts";
import { shaOf } from "../images.ts";
import type { ClusterFacts, Workload } from "../model.ts";
import { ownLabels, tlsSecret } from "../names.ts";
import { replicasOf, resourcesOf, sizingOf } from "../sizes.ts";
import { workloadOf } from "../workloads.ts";
import { hasReceiverSecrets, notificationsSecret, receiversSecret } from "./notifications.ts";
import { claim, keepVolumes, oneAtATime, spread, tlsFiles } from "./pods.ts";
import { tlsVolumes, webTls } from "./pods.ts";
import { webPort } from "./prometheusValues.ts";

/** `alertmanager` of the chart's values. */
export function alertmanagerValues(system: System, facts: ClusterFacts): Record<string, unknown> {
  const workload = workloadOf(system, "alertmanager");
  return {
    service: { enabled: false },
    serviceAccount: { create: false, name: workload.name },
    serviceMonitor: { selfMonitor: false },
    podDisruptionBudget: oneAtATime(replicasOf(system, "alertmanager")),
    alertmanagerSpec: {
      ...instance(system, facts, workload),
      ...notifying(system, facts),
      ...gossip(system, workload),
    },
  };
}

function instance(system: System, facts: ClusterFacts, workload: Workload): Record<string, unknown> {
  const replicas = replicasOf(system, "alertmanager");
  return {
    image: { sha: shaOf(facts, "quay.io/prometheus/alertmanager") },
    replicas,
    ...spread(workload, replicas),
    automountServiceAccountToken: false,
    retention: system.notifications.dataRetention,
    storage: claim(facts, sizingOf(system, "alertmanager")?.volume ?? "2GiB"),
    persistentVolumeClaimRetentionPolicy: keepVolumes,
    resources: resourcesOf(system, "alertmanager"),
    securityContext: podSecurity,
    ...tlsVolumes(workload),
    web: webTls,
    portName: webPort,
    externalUrl: edgeUrl(system, facts, "alertmanager"),
    // The edge cuts its own path off.
    routePrefix: "/",
    logFormat: "json",
    enableServiceLinks: false,
  };
}

/**
 * The configuration is the stack's own text. An `AlertmanagerConfig` would be merged into it: only those in the stack's
 * namespace are, so that nobody else's object reroutes a page.
 */
function notifying(system: System, facts: ClusterFacts): Record<string, unknown> {
  return {
    useExistingSecret: true,
    configSecret: notificationsSecret,
    secrets: hasReceiverSecrets(system, facts) ? [receiversSecret] : [],
    alertmanagerConfigSelector: { matchLabels: ownLabels },
    alertmanagerConfigNamespaceSelector: {
      matchLabels: { "kubernetes.io/metadata.name": system.namespace },
    },
    additionalArgs: [
      // As on hosts, where `alertmanagerArguments` says why.
      { name: "dispatch.maintenance-interval", value: "1s" },
      { name: "dispatch.start-delay", value: alertResendDelay },
    ],
  };
}

/** Members find each other by address, so that the name in their certificates must be said. */
function gossip(system: System, workload: Workload): Record<string, unknown> {
  const secret = (key: string) => ({ name: tlsSecret(workload.name), key });
  const { certFile, keyFile, caFile } = tlsFiles;
  return {
    clusterPeerTimeout: system.notifications.peerTimeout,
    // Members of another stack that reach the port by mistake are not taken in.
    clusterLabel: system.name,
    clusterTLS: {
      server: {
        certFile,
        keyFile,
        clientCAFile: caFile,
        clientAuthType: "RequireAndVerifyClientCert",
        minVersion: "TLS12",
      },
      client: {
        ca: { secret: secret("ca.crt") },
        cert: { secret: secret("tls.crt") },
        keySecret: secret("tls.key"),
        serverName: serviceHost(workload),
        minVersion: "TLS12",
      },
    },
  };
}
