/** Somebody else's EKS: a cluster with managed nodes, a bucket with everything beside it, and roles for two service accounts. */
import type { Given } from "../evaluation.ts";
import { objectStore } from "./objectStore.ts";

const account = "210987654321";
const region = "eu-central-1";
const key = `arn:aws:kms:${region}:${account}:key/8d7c1f7e-2f3b-4a7e-9a39-0b4a4b1f1c11`;
const bucket = "acme-observability-blocks";
const logBucket = "acme-observability-access";
const tags = { Team: "observability", Environment: "production" };

const publicBlock = {
  blockPublicAcls: true,
  blockPublicPolicy: true,
  ignorePublicAcls: true,
  restrictPublicBuckets: true,
};

export const eksWithS3: readonly Given[] = [
  {
    type: "aws:kms/key:Key",
    name: "key",
    props: { description: "what rests", enableKeyRotation: true, deletionWindowInDays: 30, tags },
    protect: true,
  },
  {
    type: "aws:ec2/vpc:Vpc",
    name: "vpc",
    props: { cidrBlock: "10.20.0.0/16", enableDnsHostnames: true, enableDnsSupport: true, tags },
  },
  {
    type: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    name: "default-group",
    props: { vpcId: "vpc-0a1b2c3d4e5f60718", ingress: [], egress: [] },
    from: { vpcId: "vpc" },
  },
  {
    type: "aws:ec2/flowLog:FlowLog",
    name: "flow-log",
    props: {
      vpcId: "vpc-0a1b2c3d4e5f60718",
      trafficType: "ALL",
      logDestination: `arn:aws:logs:${region}:${account}:log-group:/vpc/acme`,
      iamRoleArn: `arn:aws:iam::${account}:role/vpc-flow-log`,
    },
    from: { vpcId: "vpc" },
  },
  ...["a", "b", "c"].map((zone, index): Given => ({
    type: "aws:ec2/subnet:Subnet",
    name: `private-${zone}`,
    props: {
      vpcId: "vpc-0a1b2c3d4e5f60718",
      availabilityZone: `${region}${zone}`,
      cidrBlock: `10.20.${String(index * 16)}.0/20`,
      mapPublicIpOnLaunch: false,
      tags,
    },
    from: { vpcId: "vpc" },
  })),
  {
    type: "aws:cloudwatch/logGroup:LogGroup",
    name: "cluster-logs",
    props: { name: "/aws/eks/acme/cluster", retentionInDays: 365, kmsKeyId: key, tags },
  },
  {
    type: "aws:eks/cluster:Cluster",
    name: "eks",
    props: {
      name: "acme",
      version: "1.33",
      roleArn: `arn:aws:iam::${account}:role/acme-cluster`,
      deletionProtection: true,
      accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false },
      enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
      encryptionConfig: { provider: { keyArn: key }, resources: ["secrets"] },
      vpcConfig: {
        endpointPrivateAccess: true,
        endpointPublicAccess: true,
        publicAccessCidrs: ["198.51.100.0/24"],
        subnetIds: ["subnet-0a", "subnet-0b", "subnet-0c"],
      },
      tags,
    },
  },
  {
    type: "aws:ec2/launchTemplate:LaunchTemplate",
    name: "nodes",
    props: {
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      blockDeviceMappings: [
        {
          deviceName: "/dev/xvda",
          ebs: { encrypted: "true", kmsKeyId: key, volumeSize: 50, volumeType: "gp3" },
        },
      ],
      tagSpecifications: ["instance", "volume"].map((resourceType) => ({ resourceType, tags })),
      tags,
    },
  },
  {
    type: "aws:eks/nodeGroup:NodeGroup",
    name: "node-group",
    props: {
      clusterName: "acme",
      nodeRoleArn: `arn:aws:iam::${account}:role/acme-node`,
      subnetIds: ["subnet-0a", "subnet-0b", "subnet-0c"],
      scalingConfig: { desiredSize: 3, minSize: 3, maxSize: 6 },
      launchTemplate: { id: "lt-0123456789abcdef0", version: "1" },
      tags,
    },
  },
  ...bucketWith("blocks", bucket, false),
  ...bucketWith("access-logs", logBucket, true),
  {
    type: "aws:s3/bucketLogging:BucketLogging",
    name: "blocks-logging",
    props: { bucket, targetBucket: logBucket, targetPrefix: "blocks/" },
    from: { bucket: "blocks", targetBucket: "access-logs" },
  },
  objectStore([
    "type: S3",
    "config:",
    `  bucket: ${bucket}`,
    `  endpoint: s3.${region}.amazonaws.com`,
    `  region: ${region}`,
    "  aws_sdk_auth: true",
  ]),
  irsaRole("thanos-store", "observability", "thanos-store"),
  irsaRole("thanos-compact", "observability", "thanos-compact"),
  {
    type: "aws:iam/rolePolicy:RolePolicy",
    name: "thanos-store-reads",
    props: {
      role: "thanos-store",
      policy: document(
        allow(["s3:ListBucket"], [`arn:aws:s3:::${bucket}`]),
        allow(["s3:GetObject"], [`arn:aws:s3:::${bucket}/*`]),
        allow(["kms:Decrypt"], [key]),
      ),
    },
  },
  {
    type: "aws:iam/rolePolicy:RolePolicy",
    name: "thanos-compact-works",
    props: {
      role: "thanos-compact",
      policy: document(
        allow(["s3:ListBucket"], [`arn:aws:s3:::${bucket}`]),
        allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], [`arn:aws:s3:::${bucket}/*`]),
        allow(["kms:Decrypt", "kms:GenerateDataKey"], [key]),
      ),
    },
  },
];

function bucketWith(name: string, named: string, takesLogs: boolean): readonly Given[] {
  const own = (type: string, suffix: string, props: object): Given => ({
    type: `aws:s3/${type.charAt(0).toLowerCase()}${type.slice(1)}:${type}`,
    name: `${name}-${suffix}`,
    props: { bucket: named, ...props },
    from: { bucket: name },
  });
  return [
    {
      type: "aws:s3/bucket:Bucket",
      name,
      props: { bucket: named, forceDestroy: false, tags },
      protect: true,
    },
    own("BucketPublicAccessBlock", "public-access", publicBlock),
    own("BucketOwnershipControls", "ownership", { rule: { objectOwnership: "BucketOwnerEnforced" } }),
    own("BucketVersioning", "versions", { versioningConfiguration: { status: "Enabled" } }),
    own("BucketServerSideEncryptionConfiguration", "encryption", {
      rules: [
        takesLogs
          ? { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }
          : {
              applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key },
              bucketKeyEnabled: true,
            },
      ],
    }),
    own("BucketLifecycleConfiguration", "lifecycle", {
      rules: [
        ...(takesLogs
          ? [{ id: "logs-end", status: "Enabled", filter: {}, expiration: { days: 400 } }]
          : [
              {
                id: "tiers",
                status: "Enabled",
                filter: {},
                transitions: [{ days: 60, storageClass: "INTELLIGENT_TIERING" }],
              },
            ]),
        {
          id: "remains",
          status: "Enabled",
          filter: {},
          noncurrentVersionExpiration: { noncurrentDays: 30 },
          abortIncompleteMultipartUpload: { daysAfterInitiation: 3 },
        },
      ],
    }),
    own("BucketPolicy", "policy", {
      policy: document(
        {
          Sid: "OverTlsOnly",
          Effect: "Deny",
          Principal: "*",
          Action: "s3:*",
          Resource: [`arn:aws:s3:::${named}`, `arn:aws:s3:::${named}/*`],
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
        ...(takesLogs
          ? [
              {
                Sid: "LogsOfThisAccount",
                Effect: "Allow",
                Principal: { Service: "logging.s3.amazonaws.com" },
                Action: "s3:PutObject",
                Resource: `arn:aws:s3:::${named}/*`,
                Condition: { StringEquals: { "aws:SourceAccount": account } },
              },
            ]
          : []),
      ),
    }),
  ];
}

function irsaRole(name: string, namespace: string, serviceAccount: string): Given {
  const issuer = `oidc.eks.${region}.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E`;
  return {
    type: "aws:iam/role:Role",
    name,
    props: {
      name,
      assumeRolePolicy: document({
        Effect: "Allow",
        Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${issuer}` },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: {
          StringEquals: {
            [`${issuer}:aud`]: "sts.amazonaws.com",
            [`${issuer}:sub`]: `system:serviceaccount:${namespace}:${serviceAccount}`,
          },
        },
      }),
      tags,
    },
  };
}

function allow(actions: readonly string[], resources: readonly string[]): object {
  return { Effect: "Allow", Action: actions, Resource: resources };
}

function document(...statements: readonly object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}
