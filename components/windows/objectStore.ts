import type { StackConfig } from "../../configuration/parse.ts";
import type { System } from "../../monitoring/model.ts";
import type { ObjectStoreOptions } from "../../monitoring/objstore.ts";
import { keyAlias } from "../aws/names.ts";
import { azureNames } from "../azure/names.ts";

/** The storage account of a stack in Azure: the one that is configured, or its own. */
export function storageAccount({ stack, kubernetes }: StackConfig<unknown>, subscription: string): string {
  const { account } = kubernetes.storage;
  return account === "" ? azureNames(stack, subscription).storageAccount : account;
}

/**
 * Where the bucket of a stack with history is, known before it exists.
 * @param subscription of Azure
 */
export function objectStoreOf(
  config: StackConfig<unknown>,
  system: System,
  subscription = "",
): { readonly objectStore?: ObjectStoreOptions } {
  if (!config.machines.history) return {};
  if (config.platform === "windows-azure")
    return { objectStore: { kind: "azure-blob", storageAccount: storageAccount(config, subscription) } };
  const { storage } = config.kubernetes;
  const kmsKeyId = storage.mode === "existing" ? storage.kmsKey : keyAlias(system.longTerm.bucket.name);
  return {
    objectStore: {
      kind: "s3",
      region: config.parameters.region,
      ...(kmsKeyId !== "" && { kmsKeyId }),
    },
  };
}
