/**
 * Components of Thanos as objects of the stack's own. The chart's probes know no `scheme`, so that none of its pods would be
 * ready whose HTTP speaks TLS; it always writes `replicas`, which an autoscaler decides; and it has no word on a pod's token.
 */
import type { Component, System } from "../../model.ts";
import { kubernetesSize } from "../../units.ts";
import type { HttpListener } from "../../thanos/common.ts";
import { serverTls } from "../exporters/serverTls.ts";
import type { ClusterFacts, KubernetesObject } from "../model.ts";
import { httpsProbe, ownPods } from "../ownPods.ts";
import { replicasOf, resourcesOf } from "../sizes.ts";
import { workloadOf } from "../workloads.ts";
import { portOf } from "./addresses.ts";
import { ownArguments } from "./arguments.ts";
import { thanosImage } from "./image.ts";
import { placement, podLabels, volumeSize, type MountedVolume } from "./pod.ts";

/** What a component has beside what all of them have. */
export interface OwnThanos {
  /** Name of its container, as the chart would call it. */
  readonly container: string;
  /** The whole command line, for a listener with TLS. */
  readonly args: (http: HttpListener) => readonly string[];
  readonly files?: readonly MountedVolume[];
  /** @default false */
  readonly autoscaled?: boolean;
  /** Where its volume is mounted. @default none: it keeps nothing */
  readonly dataDirectory?: string;
}

/** Web configuration, Deployment or StatefulSet, Service, and a budget where there is more than one. */
export function ownThanos(
  system: System,
  facts: ClusterFacts,
  component: Component,
  { container, args, files = [], autoscaled = false, dataDirectory }: OwnThanos,
): KubernetesObject[] {
  const workload = workloadOf(system, component);
  const tls = serverTls(workload);
  const { registry, repository, tag, pullPolicy } = thanosImage(facts);
  const listener: HttpListener = {
    listen: `0.0.0.0:${String(portOf(system, component, "http"))}`,
    // The exporter toolkit's file, which Thanos knows by another flag.
    webConfigFile: tls.argument.replace(/^[^=]*=/, ""),
  };
  return [
    tls.object,
    ...ownPods({
      workload,
      replicas: replicasOf(system, component),
      autoscaled,
      container,
      image: `${registry}/${repository}:${tag}`,
      pullPolicy,
      args: ownArguments(args(listener)),
      probes: {
        startupProbe: httpsProbe("/-/ready", { periodSeconds: 5, failureThreshold: 60 }),
        readinessProbe: httpsProbe("/-/ready", { failureThreshold: 3 }),
        livenessProbe: httpsProbe("/-/healthy", { failureThreshold: 6 }),
      },
      resources: resourcesOf(system, component),
      volumes: [...tls.volumes, ...files.map(({ volume }) => volume)],
      mounts: [
        ...tls.mounts,
        ...files.map(({ volume: { name }, mountPath }) => ({ name, mountPath, readOnly: true })),
      ],
      podLabels: podLabels(system, facts, workload),
      placement: placement(system, component),
      ...(dataDirectory === undefined
        ? {}
        : {
            claim: {
              size: kubernetesSize(volumeSize(system, component)),
              storageClass: facts.storageClass,
              mountPath: dataDirectory,
            },
          }),
    }),
  ];
}
