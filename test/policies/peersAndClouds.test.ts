import { identityAksRotation } from "../../policies/identity/aks.ts";
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { authExporters, authGrafanaPage } from "../../policies/auth/releases.ts";
import { encryptionFileTls } from "../../policies/encryption/texts.ts";
import {
  exposureAwsPorts,
  exposureAzurePorts,
  exposureKmsPolicy,
  exposureS3Condition,
} from "../../policies/exposure/clouds.ts";
import { exposureCilium, exposureSolver } from "../../policies/exposure/issuers.ts";
import { identityReleaseRights, identitySecretStore } from "../../policies/identity/releases.ts";
import { retentionExternalSecret, retentionOwnDisk } from "../../policies/retention/releases.ts";
import { retentionCopyAgreed } from "../../policies/retention/replication.ts";
import { testPolicy } from "./cases.ts";
import { evaluate, given, unknown, type Given } from "./evaluation.ts";

describe("Policies of peers", () => {
  const cilium = (rule: unknown): Given => ({
    type: "kubernetes:cilium.io/v2:CiliumNetworkPolicy",
    props: { spec: { egress: [rule] } },
  });
  const toPorts = [{ ports: [{ port: "9100", protocol: "TCP" }] }];
  testPolicy({
    policy: exposureCilium,
    passes: { "nodes on one port": [cilium({ toEntities: ["host"], toPorts })] },
    fails: {
      "every port": { stack: [cilium({ toEntities: ["host"] })], says: /toPorts is not set/ },
      nobody: { stack: [cilium({ toPorts })], says: /names no peer/ },
      everybody: { stack: [cilium({ toEntities: ["world"], toPorts })], says: /is for everybody/ },
    },
    absent: { stack: [{ type: "kubernetes:cilium.io/v2:CiliumNetworkPolicy", props: {} }] },
    unknown: [cilium({ toEntities: unknown, toPorts })],
  });

  const issuer = (ingress: object): Given => ({
    type: "kubernetes:cert-manager.io/v1:ClusterIssuer",
    props: { spec: { acme: { solvers: [{ http01: { ingress } }] } } },
  });
  testPolicy({
    policy: exposureSolver,
    passes: { "a solver behind the ingress": [issuer({ serviceType: "ClusterIP" })] },
    fails: {
      "a port of every node": {
        stack: [issuer({ serviceType: "NodePort" })],
        says: /serviceType is "NodePort"/,
      },
    },
    absent: { stack: [issuer({})], says: /serviceType is not set/ },
    unknown: [issuer({ serviceType: unknown })],
  });

  const store = (spec: object): Given => ({
    type: "kubernetes:external-secrets.io/v1:ClusterSecretStore",
    props: { spec },
  });
  testPolicy({
    policy: identitySecretStore,
    passes: { "a store for one namespace": [store({ conditions: [{ namespaces: ["monitoring"] }] })] },
    fails: {
      "a condition that names nobody": {
        stack: [store({ conditions: [{}] })],
        says: /conditions\[0\] names no namespace/,
      },
    },
    absent: { stack: [store({})], says: /every namespace may read/ },
    unknown: [store({ conditions: [{ namespaces: unknown }] })],
  });
});

describe("Policies of clouds beside their resources", () => {
  const rule = (props: object): Given => ({
    type: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    props: { securityGroupId: "sg-1", ...props },
  });
  testPolicy({
    policy: exposureAwsPorts,
    passes: {
      "one port": [rule({ ipProtocol: "tcp", fromPort: 443, toPort: 443, cidrIpv4: "10.0.0.0/16" })],
      "members among themselves": [rule({ ipProtocol: "-1", referencedSecurityGroupId: "sg-1" })],
    },
    fails: {
      "every protocol": {
        stack: [rule({ ipProtocol: "-1", referencedSecurityGroupId: "sg-2" })],
        says: /ipProtocol is all/,
      },
    },
    absent: { stack: [rule({ ipProtocol: "tcp" })], says: /fromPort is not set/ },
    unknown: [rule({ ipProtocol: unknown })],
  });

  const group = (more: object): Given => ({
    type: "azure-native:network:NetworkSecurityGroup",
    props: { securityRules: [{ direction: "Inbound", access: "Allow", ...more }] },
  });
  testPolicy({
    policy: exposureAzurePorts,
    passes: {
      "one port": [group({ sourceAddressPrefix: "10.0.0.0/24", destinationPortRange: "443" })],
      "networks among themselves": [
        group({
          sourceAddressPrefixes: ["10.40.0.0/18", "10.40.128.0/17"],
          destinationAddressPrefixes: ["10.40.0.0/18", "10.40.128.0/17"],
          destinationPortRange: "*",
        }),
      ],
      "everybody, of whom another policy tells": [
        group({ sourceAddressPrefix: "*", destinationPortRange: "*" }),
      ],
      "a network among itself": [
        group({
          sourceAddressPrefix: "10.0.0.0/24",
          destinationAddressPrefix: "10.0.0.0/24",
          destinationPortRange: "*",
        }),
      ],
      "the balancer's probes": [
        group({ sourceAddressPrefix: "AzureLoadBalancer", destinationPortRange: "*" }),
      ],
    },
    fails: {
      "every port for a network of one's own elsewhere": {
        stack: [
          group({
            sourceAddressPrefixes: ["10.40.0.0/18", "10.20.0.0/16"],
            destinationAddressPrefix: "10.40.0.0/18",
            destinationPortRange: "*",
          }),
        ],
        says: /opens every port/,
      },
      "every port": {
        stack: [group({ sourceAddressPrefix: "10.1.0.0/24", destinationPortRange: "*" })],
        says: /securityRules\[0\] opens every port/,
      },
      "every port, by its number": {
        stack: [group({ sourceAddressPrefix: "10.1.0.0/24", destinationPortRange: "0-65535" })],
        says: /securityRules\[0\] opens every port/,
      },
    },
    absent: { stack: [{ type: "azure-native:network:NetworkSecurityGroup", props: {} }] },
    unknown: [group({ sourceAddressPrefix: unknown })],
  });

  const root = { AWS: "arn:aws:iam::123456789012:root" };
  const statement = (more: object) => ({
    Effect: "Allow",
    Action: "kms:*",
    Principal: root,
    Resource: "*",
    ...more,
  });
  const policy = (type: string, ...statements: object[]): Given => ({
    type,
    props: { policy: JSON.stringify({ Statement: statements }) },
  });
  const keyType = "aws:kms/key:Key";
  const logs = { Service: "logs.amazonaws.com" };
  const ofAccount = { StringEquals: { "aws:SourceAccount": "123456789012" } };
  testPolicy({
    policy: exposureKmsPolicy,
    passes: {
      "the account, and a service on its behalf": [
        policy(
          keyType,
          statement({}),
          statement({ Principal: logs, Action: "kms:Decrypt", Condition: ofAccount }),
        ),
      ],
      "everybody of the account": [
        policy(
          keyType,
          statement({
            Principal: "*",
            Action: "kms:Decrypt",
            Condition: { StringEquals: { "kms:CallerAccount": "111122223333" } },
          }),
        ),
      ],
    },
    fails: {
      everybody: { stack: [policy(keyType, statement({ Principal: "*" }))], says: /allows everybody/ },
      "all but one": {
        stack: [policy(keyType, statement({ Principal: undefined, NotPrincipal: { AWS: "111122223333" } }))],
        says: /allows everybody/,
      },
      "what is no document": {
        stack: [{ type: "aws:kms/keyPolicy:KeyPolicy", props: { policy: "none" } }],
        says: /policy is no policy document/,
      },
      "everything for a service": {
        stack: [policy(keyType, statement({ Principal: logs, Condition: ofAccount }))],
        says: /allows everything with the key/,
      },
      "a service for any account": {
        stack: [policy(keyType, statement({ Principal: logs, Action: "kms:Decrypt" }))],
        says: /for any account/,
      },
    },
    absent: { stack: [{ type: keyType, props: {} }] },
    unknown: [{ type: keyType, props: { policy: unknown } }],
  });

  const bucketType = "aws:s3/bucketPolicy:BucketPolicy";
  const put = { Action: "s3:PutObject", Resource: "arn:aws:s3:::logs/*" };
  testPolicy({
    policy: exposureS3Condition,
    passes: {
      "a service on the account's behalf": [
        policy(bucketType, statement({ ...put, Principal: logs, Condition: ofAccount })),
      ],
    },
    fails: {
      "a service over TLS": {
        stack: [
          policy(
            bucketType,
            statement({ ...put, Principal: logs, Condition: { Bool: { "aws:SecureTransport": "true" } } }),
          ),
        ],
        says: /allows \S+\.amazonaws\.com on anybody's behalf/,
      },
      everything: { stack: [policy(bucketType, statement({ Action: "s3:*" }))], says: /allows everything/ },
    },
    absent: { stack: [policy(bucketType)] },
    unknown: [{ type: bucketType, props: { policy: unknown } }],
  });

  const cluster = (azureKeyvaultSecretsProvider: object): Given => ({
    type: "azure-native:containerservice:ManagedCluster",
    props: { addonProfiles: { azureKeyvaultSecretsProvider } },
  });
  testPolicy({
    policy: identityAksRotation,
    passes: {
      "secrets that are renewed": [cluster({ enabled: true, config: { enableSecretRotation: "true" } })],
      "no such add-on": [cluster({ enabled: false })],
    },
    fails: {
      "secrets that stay": {
        stack: [cluster({ enabled: true, config: { enableSecretRotation: "false" } })],
        says: /enableSecretRotation is "false"/,
      },
    },
    absent: { stack: [cluster({ enabled: true })], says: /enableSecretRotation is not set/ },
    unknown: [cluster({ enabled: true, config: { enableSecretRotation: unknown } })],
  });

  const replication = (accountName: unknown): Given => ({
    type: "azure-native:storage:ObjectReplicationPolicy",
    name: String(accountName),
    props: { accountName, sourceAccount: "/storageAccounts/first", destinationAccount: "second" },
  });
  testPolicy({
    policy: retentionCopyAgreed,
    passes: { "both sides": [replication("first"), replication("second")] },
    fails: { "one side": { stack: [replication("first")], says: /destinationAccount is second/ } },
    absent: { stack: [] },
  });
});

describe("Policies of files, Secrets and scripts", () => {
  const file = (text: string): Given => ({
    type: "kubernetes:core/v1:ConfigMap",
    props: { data: { "a.yml": text } },
  });
  testPolicy({
    policy: encryptionFileTls,
    passes: { "TLS 1.2": [file("tls_config:\n  min_version: TLS12\n")] },
    fails: {
      "TLS 1.0": {
        stack: [file("tls_config:\n  min_version: TLS10\n")],
        says: /has the least version TLS10/,
      },
      "TLS 1.1 of a server, in one line": {
        stack: [file("tls_server_config: { cert_file: c, min_version: TLS11 }")],
        says: /TLS11/,
      },
      "TLS 1.0 in what a machine is told": {
        stack: [
          {
            type: "command:remote:Command",
            props: { create: "cat > web.yml <<END\ntls_server_config:\n  min_version: TLS10\nEND\n" },
          },
        ],
        says: /create has the least version TLS10/,
      },
      "TLS 1.1 of oauth2-proxy": { stack: [file('tls:\n  minVersion: "TLS1.1"\n')], says: /TLS1\.1/ },
    },
    absent: { stack: [file("tls_config: {}\n")] },
  });

  const secret = (target: object): Given => ({
    type: "kubernetes:external-secrets.io/v1:ExternalSecret",
    props: { spec: { target } },
  });
  testPolicy({
    policy: retentionExternalSecret,
    passes: { "a Secret that stays": [secret({ deletionPolicy: "Retain" })] },
    fails: {
      "one that goes": { stack: [secret({ deletionPolicy: "Delete" })], says: /deletionPolicy is "Delete"/ },
    },
    absent: { stack: [secret({})] },
    unknown: [secret({ deletionPolicy: unknown })],
  });

  const script = (text: unknown): Given => ({ type: "command:remote:Command", props: { stdin: text } });
  testPolicy({
    policy: retentionOwnDisk,
    passes: {
      "two days": [script("thanos rule --tsdb.retention=48h")],
      "a PushGateway that writes": [script("/opt/pushgateway --persistence.file=/data/metrics")],
    },
    fails: {
      "an hour": { stack: [script("thanos rule --tsdb.retention=1h")], says: /--tsdb\.retention is "1h"/ },
      "an hour in a file that the script carries": {
        stack: [
          script(
            `base64 -d <<'END' | gzip -dc > rule.sh\n${packed("thanos rule --tsdb.retention=1h\n")}\nEND\nsh rule.sh`,
          ),
        ],
        says: /--tsdb\.retention is "1h"/,
      },
      "a PushGateway that forgets": {
        stack: [script("/opt/pushgateway --web.listen-address=:9091")],
        says: /without --persistence\.file/,
      },
    },
    absent: { stack: [script("thanos query")] },
    unknown: [script(unknown)],
  });
});

/** As a here-document has it, in lines. */
function packed(text: string): string {
  return gzipSync(text).toString("base64").replaceAll(/.{64}/g, "$&\n");
}

describe("Policies that a stack asks for", () => {
  const release = (chart: string, values: object): Given => ({
    type: "kubernetes:helm.sh/v3:Release",
    props: { chart, values },
  });

  for (const [policy, stack, says] of [
    [
      authExporters,
      release("prometheus-blackbox-exporter", {}),
      /values\.extraArgs lacks --web\.config\.file/,
    ],
    [
      authGrafanaPage,
      release("grafana", { "grafana.ini": {} }),
      /content_security_policy is not set, expected true/,
    ],
    [identityReleaseRights, release("kube-prometheus-stack", {}), /values\.global\.rbac\.create is not set/],
  ] as const) {
    it(`${policy.id} lets be what no stack has asked for`, () => {
      assert.deepEqual(evaluate([policy], given([stack])).violations, []);
    });

    it(`${policy.id} refuses it where a stack has asked`, () => {
      const { violations } = evaluate([policy], given([stack]), { [policy.id]: { required: true } });
      assert.match(violations.map(({ message }) => message).join("\n"), says);
    });
  }
});
