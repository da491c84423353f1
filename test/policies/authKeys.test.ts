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
      "what other policies tell of": [
        { type: "pulumi:providers:aws", props: { region: "eu-west-1", accessKey: keyId } },
        { type: "aws:ec2/instance:Instance", props: { userData: `export AWS_ACCESS_KEY_ID=${keyId}` } },
      ],
      "the name of a secret that holds the key, and Grafana's key": [
        {
          type: "kubernetes:external-secrets.io/v1:ExternalSecret",
          props: { spec: { note: "secret_key: prodthanosobjstoresecret" } },
        },
      ],
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
      "a certificate's key in the Secret for one": [
        {
          type: "kubernetes:core/v1:Secret",
          props: {
            type: "kubernetes.io/tls",
            stringData: { "tls.crt": "-----BEGIN", "tls.key": privateKey },
          },
        },
      ],
      "a path, a reference and an expression": [
        secret({
          "objstore.yml": "secret_key: /etc/thanos/object-store/secret-key\nbucket: blocks\n",
          script: 'export AWS_SECRET_ACCESS_KEY="$(cat /run/secrets/key)"',
        }),
        release({ "grafana.ini": { security: { secret_key: "$__file{/etc/grafana/secrets/secret-key}" } } }),
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
      "an access key's other half alone": {
        stack: [container({ name: "AWS_SECRET_ACCESS_KEY", value: secretKey })],
        says: /env\[0\]\.value holds an access key of AWS/,
      },
      "an object store's among values that are no text": {
        stack: [release({ objstoreConfig: { type: "S3", config: { secret_key: secretKey } } })],
        says: /values\.objstoreConfig\.config\.secret_key holds an access key of an object store/,
      },
      "a file of credentials": {
        stack: [secret({ credentials: `[default]\naws_secret_access_key = ${secretKey}\n` })],
        says: /stringData\.credentials holds an access key of AWS/,
      },
      "a key that a machine is told over a connection": {
        stack: [
          {
            type: "command:remote:Command",
            props: { connection: { privateKey }, create: `export AWS_SECRET_ACCESS_KEY=${secretKey}` },
          },
        ],
        says: /create holds an access key of AWS/,
      },
      "a key that Azure's agent is told": {
        stack: [
          {
            type: "azure-native:compute:VirtualMachineRunCommandByVirtualMachine",
            props: { source: { script: `$env:AZURE_STORAGE_KEY = "${accountKey}"` } },
          },
        ],
        says: /source\.script holds a key of a storage account/,
      },
      "a private key in the first start of a machine": {
        stack: [
          {
            type: "aws:ec2/launchTemplate:LaunchTemplate",
            props: { userData: base64(`#!/bin/sh\n${privateKey}`) },
          },
        ],
        says: /userData holds a private key/,
      },
      "an application's password": {
        stack: [
          container({ name: "AZURE_CLIENT_SECRET", value: "abc8Q~0123456789abcdefghijklmnopqrstuvwx" }),
        ],
        says: /env\[0\]\.value holds a password of an application of Entra/,
      },
      "one beside a script that a preview does not know": {
        stack: [{ type: "aws:ec2/instance:Instance", props: { userData: unknown, tags: { owner: keyId } } }],
        says: /tags\.owner holds an access key of AWS/,
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
