/** Every system on every cloud that it runs in, with facts such as the platforms find them. */
import type { System, SystemParameters } from "../../monitoring/model.ts";
import type { Cloud, ClusterFacts } from "../../monitoring/kubernetes/model.ts";
import { greenlang } from "../../systems/greenlang.ts";
import { oversight } from "../../systems/oversight.ts";

export interface Example {
  readonly name: string;
  readonly system: System;
  readonly facts: ClusterFacts;
}

export const oversightOnAks = example("oversight on AKS", oversight, "azure");
export const oversightOnEks = example("oversight on EKS", oversight, "aws");
export const greenlangOnEks = example("greenlang on EKS", greenlang, "aws");
export const greenlangOnAks = example("greenlang on AKS", greenlang, "azure");
export const greenlangDev = example("greenlang on EKS for development", greenlang, "aws", "dev");

export const examples: readonly Example[] = [
  oversightOnAks,
  oversightOnEks,
  greenlangOnEks,
  greenlangOnAks,
  greenlangDev,
];

function example(
  name: string,
  build: (parameters: SystemParameters) => System,
  cloud: Cloud,
  environment = "production",
): Example {
  const region = cloud === "azure" ? "eastus" : "us-east-1";
  const system = build({ environment, region, layout: "cluster" });
  return { name, system, facts: factsOf(system, cloud, environment, region) };
}

function factsOf(system: System, cloud: Cloud, environment: string, region: string): ClusterFacts {
  const bucket = system.longTerm.bucket.name;
  return {
    cloud,
    cluster: `vigil-${system.name}`,
    region,
    environment,
    version: "1.34",
    storageClass: "vigil-ssd",
    zones: 3,
    objectStore:
      cloud === "azure"
        ? { kind: "azure-blob", container: bucket, storageAccount: `st${system.name}0123` }
        : { kind: "s3", bucket, region, kmsKey: `alias/${bucket}` },
    secretStore:
      cloud === "azure"
        ? {
            kind: "key-vault",
            url: `https://kv-${system.name}-0123.vault.azure.net`,
            tenant: "11111111-1111-4111-8111-111111111111",
          }
        : { kind: "secrets-manager", region, prefix: `vigil/${system.name}/` },
    ...(cloud === "azure" ? { azureSubscription: "22222222-2222-4222-8222-222222222222" } : {}),
    hostname: system.access.hostname,
    oidc: {
      issuer: "https://login.example.com/v2.0",
      clientId: "vigil",
      adminGroup: "sre",
      endpoints: {
        authorization: "https://login.example.com/authorize",
        token: "https://login.example.com/token",
        userinfo: "https://login.example.com/userinfo",
      },
    },
    edge: {
      certificate: {
        kind: "acme",
        email: "sre@example.com",
        server: "https://acme-v02.api.letsencrypt.org/directory",
      },
      internal: false,
      allowedCidrs: ["0.0.0.0/0"],
    },
    peers: [{ name: "westus", address: "thanos-query.westus.example.com:10901" }],
    deadMansSwitch: false,
    imageDigests: {},
    cilium: cloud === "azure",
    networkCidr: "10.40.0.0/16",
  };
}
