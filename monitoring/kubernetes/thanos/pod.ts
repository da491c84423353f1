/** What the pods of every Thanos component have in common, as values of the chart. */
import type { Component, Labels, Size, System } from "../../model.ts";
import { kubernetesSize } from "../../units.ts";
import { podSecurity } from "../exporters/pods.ts";
import { identitiesOf } from "../identities.ts";
import type { ClusterFacts, Workload } from "../model.ts";
import { objectStoreSecret, tlsMount, tlsSecret, tlsVolume } from "../names.ts";
import { acrossZones, apart, preferApart } from "../placement.ts";
import { replicasOf, resourcesOf, sizingOf } from "../sizes.ts";
import { workloadOf } from "../workloads.ts";
import { configMount, objectStoreFile } from "./arguments.ts";
import { configHash } from "./files.ts";

/** A volume and where it is mounted, read-only. */
export interface MountedVolume {
  readonly volume: Readonly<Record<string, unknown>> & { readonly name: string };
  readonly mountPath: string;
}

/** Keeps nothing on its node, and there may be more of it than nodes: the autoscaler's, and one more in an update. */
const movesFreely: readonly Component[] = ["thanos-query", "thanos-query-frontend"];

/** Values of one component: account, placement, sizes, security, TLS and configuration files. */
export function podValues(
  system: System,
  facts: ClusterFacts,
  component: Component,
  files: readonly MountedVolume[] = [],
): Record<string, unknown> {
  const workload = workloadOf(system, component);
  const replicas = replicasOf(system, component);
  const volumes = [...tlsVolumes(workload), ...files];
  return {
    serviceAccount: { create: false, name: workload.name },
    resources: resourcesOf(system, component),
    podSecurityContext: { ...podSecurity, fsGroupChangePolicy: "OnRootMismatch" },
    podLabels: podLabels(system, facts, workload),
    ...placement(system, component),
    extraVolumes: volumes.map(({ volume }) => volume),
    extraVolumeMounts: volumes.map(({ volume: { name }, mountPath }) => ({
      name,
      mountPath,
      readOnly: true,
    })),
    // A budget on a single replica would keep its node from ever being drained.
    pdb: replicas > 1 ? { enabled: true, maxUnavailable: 1 } : { enabled: false },
  };
}

/** Where replicas land; nothing for a single one. */
export function placement(system: System, component: Component): Record<string, unknown> {
  if (replicasOf(system, component) < 2) return {};
  const { selector } = workloadOf(system, component);
  return {
    affinity: (movesFreely.includes(component) ? preferApart : apart)(selector),
    topologySpreadConstraints: acrossZones(selector),
  };
}

/** The bucket's configuration, where the chart mounts it. */
export const bucketVolume: MountedVolume = {
  volume: { name: "objstore", secret: { secretName: objectStoreSecret.name, defaultMode: 0o440 } },
  mountPath: objectStoreFile.slice(0, objectStoreFile.lastIndexOf("/")),
};

/** The ConfigMap of a workload that has one. */
export function configVolume(workload: string): MountedVolume {
  return { volume: { name: "vigil-config", configMap: { name: workload } }, mountPath: configMount };
}

/** A volume claim of each pod. @throws when the sizing says of no volume */
export function persistence(
  system: System,
  facts: ClusterFacts,
  component: Component,
): Record<string, unknown> {
  const size = kubernetesSize(volumeSize(system, component));
  return { enabled: true, size, storageClass: facts.storageClass };
}

/** Size of each pod's volume. @throws when the sizing says of none */
export function volumeSize(system: System, component: Component): Size {
  const volume = sizingOf(system, component)?.volume;
  if (volume === undefined)
    throw new Error(
      `components.${component}.volume: absent in ${system.name}, but it keeps data; expected a size such as "50GiB"`,
    );
  return volume;
}

function tlsVolumes({ name, ports }: Workload): MountedVolume[] {
  if (Object.values(ports).every(({ tls }) => tls === "none")) return [];
  const secret = { secretName: tlsSecret(name), defaultMode: 0o440 };
  return [{ volume: { name: tlsVolume, secret }, mountPath: tlsMount }];
}

/** A change of what is read at the start only becomes a change of the pods, one after the other. */
export function podLabels(system: System, facts: ClusterFacts, { name }: Workload): Labels {
  const acts = identitiesOf(system, facts).some(({ serviceAccount }) => serviceAccount === name);
  const hash = configHash(system, facts, name);
  return {
    ...(facts.cloud === "azure" && acts ? { "azure.workload.identity/use": "true" } : {}),
    ...(hash === undefined ? {} : { "vigil-config": hash }),
  };
}
