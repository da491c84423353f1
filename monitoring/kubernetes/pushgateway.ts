/**
 * The PushGateways of batch jobs.
 *
 * Two of them do not replicate. A job pushes to both, by their own names (`pushgateway-0.pushgateway`,
 * `pushgateway-1.pushgateway`), and the label `pushgateway` keeps the copies apart for whoever reads them.
 *
 * @see https://github.com/prometheus/pushgateway
 */
import type { System } from "../model.ts";
import { kubernetesSize } from "../units.ts";
import { containerSecurity, podSecurity, serviceAccount } from "./exporters/pods.ts";
import { serverTls } from "./exporters/serverTls.ts";
import { pinned, pullPolicy } from "./images.ts";
import type { ClusterFacts, Part } from "./model.ts";
import { acrossZones } from "./placement.ts";
import { replicasOf, resourcesOf, sizingOf } from "./sizes.ts";
import { workloadOf } from "./workloads.ts";

const repository = "quay.io/prometheus/pushgateway";
const directory = "/data";

/** Absent where the system deploys none. */
export function pushgateway(system: System, facts: ClusterFacts): Part | undefined {
  const replicas = replicasOf(system, "pushgateway");
  if (replicas === 0) return undefined;
  const workload = workloadOf(system, "pushgateway");
  const { name, namespace } = workload;
  const port = workload.ports["http"]?.number;
  const tls = serverTls(workload);
  const probe = (path: string) => ({
    enabled: true,
    probe: { httpGet: { path, port, scheme: "HTTPS" }, initialDelaySeconds: 5, timeoutSeconds: 10 },
  });
  return {
    name,
    about: `PushGateways, ${replicas} of them, each with a volume of its own: batch jobs push to every one.`,
    after: ["certificates"],
    objects: [serviceAccount(workload), tls.object],
    release: {
      name,
      namespace,
      chart: "prometheus-pushgateway",
      workloads: [name],
      values: {
        fullnameOverride: name,
        image: {
          repository,
          tag: pinned(facts, repository, "v1.11.3"),
          pullPolicy: pullPolicy(facts, repository),
        },
        replicaCount: replicas,
        runAsStatefulSet: true,
        automountServiceAccountToken: false,
        serviceAccount: { create: false, name },
        service: { port, targetPort: port, portName: "http" },
        // By arguments and volumes of its own: the chart's `webConfiguration` loses its volume beside other volumes.
        extraArgs: [
          tls.argument,
          // The volume alone keeps nothing.
          `--persistence.file=${directory}/metrics`,
          "--persistence.interval=1m",
        ],
        extraVolumes: tls.volumes,
        extraVolumeMounts: tls.mounts,
        persistentVolume: {
          enabled: true,
          mountPath: directory,
          size: kubernetesSize(sizingOf(system, "pushgateway")?.volume ?? "2GiB"),
          storageClass: facts.storageClass,
        },
        liveness: probe("/-/healthy"),
        readiness: probe("/-/ready"),
        resources: resourcesOf(system, "pushgateway"),
        securityContext: podSecurity,
        containerSecurityContext: containerSecurity,
        podAntiAffinity: replicas > 1 ? "hard" : "",
        topologySpreadConstraints: replicas > 1 ? acrossZones(workload.selector) : [],
        podDisruptionBudget: { maxUnavailable: 1 },
      },
    },
  };
}
