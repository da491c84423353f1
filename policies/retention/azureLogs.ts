/** Azure: the log of a storage account's blobs says who read them, too. */
import type { StackPolicy } from "../policy.ts";
import { at, everyOne, known, listAt } from "../resource.ts";

export const retentionAzureReadLog: StackPolicy = {
  id: "retention-azure-read-log",
  concern: "retention",
  severity: "medium",
  description: "A storage account of Azure's writes down who read its blobs.",
  remedy:
    "Enable the category StorageRead, or categoryGroup allLogs, in a DiagnosticSetting of blobServices/default",
  covers: ["CKV2_AZURE_21"],
  *inspect(stack) {
    const settings = stack.ofType("azure-native:monitor:DiagnosticSetting");
    yield* everyOne(stack.ofType("azure-native:storage:StorageAccount"), function* (account) {
      const own = settings.filter(
        ({ props, origins }) =>
          origins["resourceUri"]?.includes(account.urn) === true ||
          known(() => String(props["resourceUri"]), "").includes(
            `/storageAccounts/${String(account.props["accountName"])}/`,
          ),
      );
      const reads = own.some(({ props }) =>
        listAt(props, "logs").some(
          (log) =>
            at(log, "enabled") === true &&
            (at(log, "category") === "StorageRead" ||
              ["allLogs", "audit"].includes(String(at(log, "categoryGroup")))),
        ),
      );
      if (!reads) yield { resource: account, path: "", problem: "has no log of who read" };
    });
  },
};
