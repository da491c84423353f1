/** What a stack's configuration says that Azure would refuse, or would take and not do. */
import type { StackConfig } from "../../configuration/parse.ts";
import type { Finding } from "../../monitoring/checks/finding.ts";
import type { System } from "../../monitoring/model.ts";
import { zonesOf } from "../azure/regions.ts";
import { set } from "../azure/setting.ts";
import { storageFindings } from "../azure/storageFindings.ts";
import { clusterFindings } from "./clusterFindings.ts";

/** @param system with the stack's changes */
export function azureFindings(config: StackConfig<unknown>, system: System): Finding[] {
  return [
    ...region(config),
    ...clusterFindings(config, system),
    ...storageFindings(config, system),
    ...secretNames(system),
  ];
}

function region({ stack, parameters, kubernetes }: StackConfig<unknown>): Finding[] {
  const { cluster, storage } = kubernetes;
  const created = [cluster, storage].some(({ mode }) => mode === "create");
  if (!created || zonesOf(parameters.region).length > 0) return [];
  return [
    {
      key: "vigil:region",
      message: `got ${parameters.region}, which has no availability zones: one building that fails takes both replicas`,
      mend: set(stack, "vigil:region", "eastus", "choose a region with zones, for example"),
    },
  ];
}

function secretNames({ secrets }: System): Finding[] {
  return secrets
    .filter((secret) => !/^[A-Za-z0-9-]{1,127}$/.test(secret.name))
    .map((secret) => ({
      key: `secrets.${secret.name}`,
      message: "Key Vault takes up to 127 letters, digits and hyphens",
      mend: "give the secret another name",
    }));
}
