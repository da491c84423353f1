import type { KubernetesPlan } from "../../monitoring/kubernetes/model.ts";
import * as pulumi from "../pulumi.ts";
import type { CloudCluster } from "./cloud.ts";
import { ClusterPart } from "./part.ts";

export interface KubernetesStackArgs {
  readonly plan: KubernetesPlan;
  readonly cloud: CloudCluster;
}

/** Everything of a plan on a cluster, each part after those that it needs: the same on every cloud. */
export class KubernetesStack extends pulumi.ComponentResource {
  constructor(name: string, { plan, cloud }: KubernetesStackArgs, options?: pulumi.ComponentResourceOptions) {
    super("vigil:kubernetes:Stack", name, {}, options);
    const placed = new Map<string, ClusterPart>();
    for (const part of plan.parts) {
      const needed = part.after.flatMap((name) => placed.get(name) ?? []);
      const args = { part, cloud };
      // What is after another part is after the cloud as well, without naming each of its resources again.
      const dependsOn = needed.length > 0 ? needed : [...cloud.dependsOn];
      placed.set(part.name, new ClusterPart(part.name, args, { parent: this, dependsOn }));
    }
    this.registerOutputs({});
  }
}
