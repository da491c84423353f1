/** From a stack's configuration to a stack on EKS. */
import type { StackConfig } from "../../config.ts";
import { deployToKubernetes } from "../kubernetes/deploy.ts";
import { kubernetesFindings } from "../kubernetes/findings.ts";
import type { StackPlatform } from "../platforms.ts";
import type { Output } from "../pulumi.ts";
import { awsFacts } from "./facts.ts";
import { awsFindings } from "./findings.ts";
import { EksStackCluster } from "./stackCluster.ts";

export function eksPlatform(config: StackConfig<Output<string>>): StackPlatform {
  return {
    check: (system) => [...awsFindings(config, system), ...kubernetesFindings(config, system)],
    deploy: ({ system }) => {
      const facts = awsFacts(config, system);
      return deployToKubernetes({
        config,
        system,
        facts,
        cloudOf: (plan) =>
          new EksStackCluster(config.stack, { config, system, facts, plan, secrets: config.secrets }),
      });
    },
  };
}
