import { retentionAzureReadLog } from "../../policies/retention/azureLogs.ts";
import { testPolicy } from "./cases.ts";
import { unknown, type Given } from "./evaluation.ts";

describe("Policies of retention: Azure's logs", () => {
  testPolicy({
    policy: retentionAzureReadLog,
    passes: {
      "a log of reads": [account(), setting({ category: "StorageRead", enabled: true })],
      "every log": [account(), setting({ categoryGroup: "allLogs", enabled: true })],
      "a log by the name that it had before": [
        account(),
        {
          ...setting({ category: "StorageRead", enabled: true }),
          type: "azure-native:insights/v20210501preview:DiagnosticSetting",
        },
      ],
      "a log of an account of this stack, whose name is not known": [
        account(),
        {
          ...setting({ category: "StorageRead", enabled: true }, unknown),
          from: { resourceUri: "account" },
        },
      ],
    },
    fails: {
      "a log of writes": {
        stack: [account(), setting({ category: "StorageWrite", enabled: true })],
        says: /account .*has no log of who read/,
      },
      "a log that is off": {
        stack: [account(), setting({ category: "StorageRead", enabled: false })],
        says: /has no log of who read/,
      },
      "a log of another account": {
        stack: [account(), setting({ category: "StorageRead", enabled: true }, uri("stother"))],
        says: /has no log of who read/,
      },
    },
    absent: { stack: [account()], says: /has no log of who read/ },
    unknown: [account(), setting({ category: unknown, enabled: true })],
  });
});

function account(): Given {
  return {
    type: "azure-native:storage:StorageAccount",
    name: "account",
    props: { accountName: "stblocks" },
  };
}

function uri(accountName: string): string {
  return `/subscriptions/s/resourceGroups/r/providers/Microsoft.Storage/storageAccounts/${accountName}/blobServices/default`;
}

function setting(log: object, resourceUri = uri("stblocks")): Given {
  return {
    type: "azure-native:monitor:DiagnosticSetting",
    name: "log",
    props: { resourceUri, logs: [log] },
  };
}
