/** From a stack's configuration to a stack on AKS. */
import { getClientConfig } from "@pulumi/azure-native/authorization/getClientConfig.js";
import type { StackConfig } from "../../config.ts";
import { deployToKubernetes } from "../kubernetes/deploy.ts";
import { kubernetesFindings } from "../kubernetes/findings.ts";
import type { StackPlatform } from "../platforms.ts";
import type { Output } from "../pulumi.ts";
import { azureFacts } from "./facts.ts";
import { azureFindings } from "./findings.ts";
import { AksStackCluster } from "./stackCluster.ts";

export function aksPlatform(config: StackConfig<Output<string>>): StackPlatform {
  return {
    check: (system) => [...azureFindings(config, system), ...kubernetesFindings(config, system)],
    deploy: async ({ system }) => {
      const facts = azureFacts(config, system, await getClientConfig());
      return deployToKubernetes({
        config,
        system,
        facts,
        cloudOf: (plan) =>
          new AksStackCluster(config.stack, { config, system, facts, plan, secrets: config.secrets }),
      });
    },
  };
}
