import { authStaticKeys } from "../../policies/auth/keys.ts";
import { testPolicy } from "./cases.ts";
import { unknown, type Given } from "./evaluation.ts";

// Of AWS' own documentation; put together here, so that no scanner takes them for somebody's.
const keyId = ["AKIA", "IOSFODNN7EXAMPLE"].join("");
const secretKey = ["wJalrXUtnFEMI", "K7MDENG", "bPxRfiCYEXAMPLEKEY"].join("/");
const accountKey = `${"Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1".repeat(2)}ZsuFq2UVErCz4I6tq/==`;
const privateKey = ["-----BEGIN", "PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA=="].join(" ");

describe("Policies of authentication: keys", () => {
  testPolicy({
    policy: authStaticKeys,
    passes: {
      "an identity": [
        container({ name: "AWS_ROLE_ARN", value: "arn:aws:iam::123456789012:role/thanos" }),
        secret({ "objstore.yml": "type: S3\nconfig:\n  bucket: gl-blocks\n  endpoint: s3.amazonaws.com\n" }),
      ],
      "a password that a store keeps": [
        {
          type: "aws:secretsmanager/secretVersion:SecretVersion",
          props: { secretString: `aws_secret_access_key: ${secretKey}` },
        },
      ],
      "a key that the state makes": [
        { type: "tls:index/privateKey:PrivateKey", props: { privateKeyPem: privateKey } },
      ],
      "the key by which a machine is reached": [
        { type: "command:remote:Command", props: { connection: { privateKey }, create: "hostname" } },
      ],
      "a certificate": [
        secret({ "tls.crt": "-----BEGIN CERTIFICATE-----\nMIIB\n", "ca.pub": "-----BEGIN PUBLIC KEY-----" }),
      ],
    },
    fails: {
      "an access key in a Secret": {
        stack: [secret({ AWS_ACCESS_KEY_ID: keyId })],
        says: /stringData\.AWS_ACCESS_KEY_ID holds an access key of AWS/,
      },
      "the same in base64": {
        stack: [
          {
            type: "kubernetes:core/v1:Secret",
            props: { data: { "objstore.yml": base64(`config:\n  access_key: ${keyId}`) } },
          },
        ],
        says: /data\.objstore\.yml holds an access key/,
      },
      "an object store's in a chart's text": {
        stack: [release({ objstoreConfig: `type: S3\nconfig:\n  secret_key: "${secretKey}"\n` })],
        says: /values\.objstoreConfig holds an access key/,
      },
      "an access key in an environment": {
        stack: [container({ name: "AWS_ACCESS_KEY_ID", value: keyId })],
        says: /containers\[0\]\.env\[0\]\.value holds an access key of AWS/,
      },
      "an access key in a tag": {
        stack: [{ type: "aws:s3/bucket:Bucket", props: { tags: { owner: `backup ${keyId}` } } }],
        says: /tags\.owner holds an access key of AWS/,
      },
      "a storage account's key": {
        stack: [
          secret({
            connection: `DefaultEndpointsProtocol=https;AccountName=stblocks;AccountKey=${accountKey}`,
          }),
        ],
        says: /holds a key of a storage account/,
      },
      "a storage account's key for Thanos": {
        stack: [secret({ "objstore.yml": `type: AZURE\nconfig:\n  storage_account_key: ${accountKey}\n` })],
        says: /holds a key of a storage account/,
      },
      "a shared access signature": {
        stack: [
          release({
            backup: `https://st.blob.core.windows.net/b?sv=2024-11-04&sp=rwdl&sig=${"aB3%2F".repeat(6)}`,
          }),
        ],
        says: /values\.backup holds a shared access signature/,
      },
      "a private key among values": {
        stack: [release({ ssh: { key: privateKey } })],
        says: /values\.ssh\.key holds a private key/,
      },
      "a service account of Google": {
        stack: [secret({ "key.json": '{ "type": "service_account", "project_id": "metrics" }' })],
        says: /holds a service account of Google/,
      },
      "one beside what a preview does not know": {
        stack: [release({ bucket: unknown, s3: { accessKey: keyId } })],
        says: /values\.s3\.accessKey holds an access key of AWS/,
      },
    },
    absent: { stack: [release({})] },
  });
});

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

function secret(stringData: object): Given {
  return { type: "kubernetes:core/v1:Secret", props: { stringData } };
}

function release(values: object): Given {
  return { type: "kubernetes:helm.sh/v3:Release", props: { chart: "thanos", values } };
}

function container(...env: object[]): Given {
  return {
    type: "kubernetes:apps/v1:Deployment",
    props: { spec: { template: { spec: { containers: [{ name: "main", env }] } } } },
  };
}
