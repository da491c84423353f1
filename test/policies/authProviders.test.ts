import { gzipSync } from "node:zlib";
import { authProviderKeys } from "../../policies/auth/providers.ts";
import { authUserData } from "../../policies/auth/userData.ts";
import { testPolicy } from "./cases.ts";
import { unknown, type Given } from "./evaluation.ts";

/** AWS' own example, which opens nothing: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html */
const accessKey = "AKIAIOSFODNN7EXAMPLE";

describe("Policies of authentication: keys before anything runs", () => {
  testPolicy({
    policy: authProviderKeys,
    passes: { "a provider with a region": [provider("aws", { region: "eu-central-1" })] },
    fails: {
      "a provider of AWS with a key": {
        stack: [provider("aws", { accessKey })],
        says: /accessKey is a key that never ends/,
      },
      "a provider of Azure with a secret": {
        stack: [provider("azure-native", { clientSecret: "of an application" })],
        says: /clientSecret is a key/,
      },
    },
    absent: { stack: [provider("aws", {})] },
    unknown: [provider("aws", { accessKey: unknown })],
  });

  testPolicy({
    policy: authUserData,
    passes: {
      "a script that fetches its secret": [
        instance({ userData: "aws secretsmanager get-secret-value --secret-id web" }),
      ],
      "the start of a Linux machine": [customData("#cloud-config\npackages: [haproxy]\n")],
    },
    fails: {
      "a key": {
        stack: [instance({ userData: `export AWS_ACCESS_KEY_ID=${accessKey}` })],
        says: /userData holds an access key/,
      },
      "the secret half of a key": {
        stack: [
          instance({
            userData: 'export AWS_SECRET_ACCESS_KEY="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"',
          }),
        ],
        says: /userData holds an access key/,
      },
      "a key in base64": {
        stack: [instance({ userDataBase64: base64(`export AWS_ACCESS_KEY_ID=${accessKey}`) })],
        says: /userDataBase64 holds an access key of AWS/,
      },
      "a key in what cloud-init takes compressed": {
        stack: [
          instance({
            userDataBase64: gzipSync(`export AWS_ACCESS_KEY_ID=${accessKey}`).toString("base64"),
          }),
        ],
        says: /userDataBase64 holds an access key of AWS/,
      },
      "a key of Azure's": {
        stack: [
          customData(`AZURE_STORAGE_CONNECTION_STRING="AccountName=st;AccountKey=${"QUJD".repeat(22)}"`),
        ],
        says: /osProfile\.customData holds a key of a storage account/,
      },
    },
    absent: { stack: [instance({})] },
    unknown: [instance({ userData: unknown })],
  });
});

function provider(name: string, props: Given["props"]): Given {
  return { type: `pulumi:providers:${name}`, props };
}

function instance(props: Given["props"]): Given {
  return { type: "aws:ec2/instance:Instance", props };
}

function customData(text: string): Given {
  return { type: "azure-native:compute:VirtualMachine", props: { osProfile: { customData: base64(text) } } };
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
