/**
 * Pods that the stack starts by objects of its own, where a chart leaves no room for what they must have: probes over TLS, no
 * token on the pod, a number of replicas that is an autoscaler's.
 */
import type { Labels } from "../model.ts";
import { containerSecurity, podSecurity } from "./exporters/pods.ts";
import type { KubernetesObject, Resources, Workload } from "./model.ts";
import { ownObject } from "./names.ts";
import { oneAtATime } from "./placement.ts";

/** One container under the workload's account, with its ports, probes and volumes. */
export interface OwnPods {
  readonly workload: Workload;
  /** How many there are, or are at least. */
  readonly replicas: number;
  /** Whether an autoscaler says how many: then the object does not, and no update takes it back. @default false */
  readonly autoscaled?: boolean;
  readonly container: string;
  /** With its tag or digest. */
  readonly image: string;
  readonly pullPolicy: "Always" | "IfNotPresent";
  readonly args: readonly string[];
  readonly env?: Labels;
  /** By kind: `livenessProbe`, `readinessProbe`, `startupProbe`. */
  readonly probes: Readonly<Record<string, unknown>>;
  readonly resources: Resources;
  readonly volumes: readonly object[];
  readonly mounts: readonly object[];
  /** Beside those that select the pods. @default none */
  readonly podLabels?: Labels;
  /** Affinity and spread. @default none */
  readonly placement?: Readonly<Record<string, unknown>>;
  /** A volume of each pod that stays when the pod goes: makes a StatefulSet of it. @default none: a Deployment */
  readonly claim?: { readonly size: string; readonly storageClass: string; readonly mountPath: string };
}

/** The Deployment or StatefulSet, its Service, and its budget where there is more than one. */
export function ownPods(pods: OwnPods): KubernetesObject[] {
  const { workload, replicas } = pods;
  return [
    pods.claim === undefined ? deployment(pods) : statefulSet(pods, pods.claim),
    service(workload),
    ...(replicas > 1 ? [disruptionBudget(workload)] : []),
  ];
}

/** A probe over TLS of the port `http`. `rest`: seconds and thresholds beside the API's own. */
export function httpsProbe(path: string, rest: Readonly<Record<string, number>> = {}): object {
  return { httpGet: { path, port: "http", scheme: "HTTPS" }, timeoutSeconds: 5, periodSeconds: 10, ...rest };
}

function deployment(pods: OwnPods): KubernetesObject {
  const { workload, replicas, autoscaled = false } = pods;
  return ownObject({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: metadataOf(workload),
    spec: {
      ...(autoscaled ? {} : { replicas }),
      // A single one is not taken away before the next is ready.
      ...(replicas > 1 ? { strategy: oneAtATime } : {}),
      selector: { matchLabels: workload.selector },
      template: template(pods),
    },
  });
}

function statefulSet(pods: OwnPods, claim: NonNullable<OwnPods["claim"]>): KubernetesObject {
  const { workload, replicas } = pods;
  return ownObject({
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: metadataOf(workload),
    spec: {
      replicas,
      serviceName: workload.services[0],
      selector: { matchLabels: workload.selector },
      template: template(pods),
      volumeClaimTemplates: [
        {
          metadata: { name: "data", labels: workload.selector },
          spec: {
            accessModes: ["ReadWriteOnce"],
            storageClassName: claim.storageClass,
            resources: { requests: { storage: claim.size } },
          },
        },
      ],
    },
  });
}

function template(pods: OwnPods): object {
  const { workload, env = {}, claim } = pods;
  return {
    metadata: { labels: { ...workload.selector, ...pods.podLabels } },
    spec: {
      serviceAccountName: workload.name,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: { ...podSecurity, ...(claim && { fsGroupChangePolicy: "OnRootMismatch" }) },
      ...pods.placement,
      containers: [
        {
          name: pods.container,
          image: pods.image,
          imagePullPolicy: pods.pullPolicy,
          args: pods.args,
          ...(pods.env && { env: Object.entries(env).map(([name, value]) => ({ name, value })) }),
          ports: Object.entries(workload.ports).map(([name, { number, protocol }]) => ({
            name,
            containerPort: number,
            protocol,
          })),
          ...pods.probes,
          resources: pods.resources,
          securityContext: { ...containerSecurity, seccompProfile: { type: "RuntimeDefault" } },
          volumeMounts: [...pods.mounts, ...(claim ? [{ name: "data", mountPath: claim.mountPath }] : [])],
        },
      ],
      volumes: pods.volumes,
    },
  };
}

function service(workload: Workload): KubernetesObject {
  const { namespace, selector, ports, services } = workload;
  return ownObject({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: services[0] ?? workload.name, namespace, labels: selector },
    spec: {
      type: "ClusterIP",
      selector,
      ports: Object.entries(ports).map(([name, { number: port, protocol }]) => ({
        name,
        port,
        targetPort: name,
        protocol,
      })),
    },
  });
}

function disruptionBudget(workload: Workload): KubernetesObject {
  return ownObject({
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: metadataOf(workload),
    spec: { maxUnavailable: 1, selector: { matchLabels: workload.selector } },
  });
}

function metadataOf({ name, namespace, selector }: Workload): KubernetesObject["metadata"] {
  return { name, namespace, labels: selector };
}
