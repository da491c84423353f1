/** What is known of a stack on EKS before any resource of it exists. */
import type { StackConfig } from "../../configuration/parse.ts";
import type { ClusterFacts } from "../../monitoring/kubernetes/model.ts";
import type { System } from "../../monitoring/model.ts";
import { keyAlias } from "../aws/names.ts";
import { commonFacts } from "../kubernetes/facts.ts";
import { zoneCount } from "./subnets.ts";

/** @param config of which only the names of the secrets are looked at */
export function awsFacts(config: StackConfig<unknown>, system: System): ClusterFacts {
  const { region } = config.parameters;
  const { storage } = config.kubernetes;
  const bucket = system.longTerm.bucket.name;
  return {
    ...commonFacts(config, system),
    cloud: "aws",
    cluster: clusterName(config),
    zones: zoneCount,
    objectStore: {
      kind: "s3",
      bucket,
      region,
      kmsKey: storage.mode === "existing" ? storage.kmsKey : keyAlias(bucket),
    },
    secretStore: { kind: "secrets-manager", region, prefix: `vigil/${config.stack}/` },
    cilium: false,
  };
}

/** The name that is configured, or one after the stack. */
export function clusterName({ stack, kubernetes }: StackConfig<unknown>): string {
  return kubernetes.cluster.name === "" ? `vigil-${stack}` : kubernetes.cluster.name;
}
