import type { StackConfig } from "../../config.ts";
import { planKubernetes } from "../../monitoring/kubernetes.ts";
import type { ClusterFacts, KubernetesPlan } from "../../monitoring/kubernetes/model.ts";
import { jobsLeftOut } from "../../monitoring/kubernetes/monitors.ts";
import type { System } from "../../monitoring/model.ts";
import * as pulumi from "../pulumi.ts";
import type { CloudCluster } from "./cloud.ts";
import { KubernetesStack } from "./stack.ts";

export interface Deployment {
  readonly config: StackConfig<pulumi.Output<string>>;
  readonly system: System;
  readonly facts: ClusterFacts;
  /** The cluster with its bucket, identities and secrets. */
  readonly cloudOf: (plan: KubernetesPlan) => CloudCluster;
}

/** Puts a system on a cluster and returns the stack's outputs. */
export function deployToKubernetes({ config, system, facts, cloudOf }: Deployment): Record<string, unknown> {
  for (const { job, why } of jobsLeftOut(system, facts))
    void pulumi.log.warn(`job ${job} is left out: ${why}`);
  const plan = planKubernetes(system, facts);
  const cloud = cloudOf(plan);
  new KubernetesStack(config.stack, { plan, cloud });
  return {
    ...cloud.outputs,
    endpoints: {
      query: `https://${facts.hostname}/`,
      prometheus: `https://${facts.hostname}/prometheus/`,
      alertmanager: `https://${facts.hostname}/alertmanager/`,
      grafana: `https://${facts.hostname}/grafana/`,
    },
    wellKnown: system.endpoints.map(({ host, port, path = "" }) => `${host}:${String(port)}${path}`),
  };
}
