import { retentionBalancerLog } from "../../policies/retention/awsBalancers.ts";
import { exposureBalancerRequests } from "../../policies/exposure/awsBalancers.ts";
import {
  encryptionEbsDefault,
  encryptionEbsKey,
  encryptionImage,
  encryptionS3Objects,
} from "../../policies/encryption/awsCopies.ts";
import {
  encryptionListener,
  encryptionSessions,
  encryptionTargets,
} from "../../policies/encryption/awsListeners.ts";
import {
  resilienceBalancerZones,
  resilienceEksVersion,
  resilienceLaunchConfiguration,
  resilienceTargetHealth,
} from "../../policies/resilience/aws.ts";
import { testCloudPolicy } from "./declared.ts";
import { unknown, type Given } from "./evaluation.ts";

const key = "arn:aws:kms:eu-central-1:111122223333:key/0123";
const volume = of("aws:ebs/volume:Volume");
const snapshot = of("aws:ebs/snapshotCopy:SnapshotCopy");
const image = of("aws:ec2/ami:Ami");
const imageCopy = of("aws:ec2/amiCopy:AmiCopy");
const object = of("aws:s3/bucketObjectv2:BucketObjectv2");
const byDefault = of("aws:ebs/encryptionByDefault:EncryptionByDefault");
const listener = of("aws:lb/listener:Listener");
const targets = of("aws:lb/targetGroup:TargetGroup");
const balancer = of("aws:lb/loadBalancer:LoadBalancer");
const cluster = of("aws:eks/cluster:Cluster");
const document = of("aws:ssm/document:Document");

describe("Policies of encryption: disks, images and objects of AWS", () => {
  testCloudPolicy({
    policy: encryptionEbsKey,
    passes: {
      "a volume with a key": [volume({ encrypted: true, kmsKeyId: key })],
      "a volume with a key in the clear, which is encryption-ebs's": [
        volume({ encrypted: false, kmsKeyId: key }),
      ],
      "the copy of a snapshot with one": [snapshot({ encrypted: true, kmsKeyId: key })],
    },
    fails: {
      "a volume with AWS' own key": { stack: [volume({ encrypted: true })], says: /kmsKeyId is not set/ },
      "the copy of a snapshot in the clear": {
        stack: [snapshot({ encrypted: false, kmsKeyId: key })],
        says: /encrypted is false, expected true/,
      },
    },
    absent: { stack: [volume({ encrypted: true })], says: /kmsKeyId is not set/ },
    unknown: [volume({ encrypted: true, kmsKeyId: unknown })],
  });

  testCloudPolicy({
    policy: encryptionImage,
    passes: {
      "disks that are encrypted": [
        image({ ebsBlockDevices: [{ deviceName: "/dev/xvda", encrypted: true }] }),
      ],
      "disks out of snapshots": [
        image({ ebsBlockDevices: [{ deviceName: "/dev/xvda", snapshotId: "snap-1" }] }),
      ],
      "a copy with a key": [imageCopy({ encrypted: true, kmsKeyId: key })],
    },
    fails: {
      "a disk in the clear": {
        stack: [image({ ebsBlockDevices: [{ deviceName: "/dev/xvda", encrypted: false }] })],
        says: /ebsBlockDevices\[0\]\.encrypted is false/,
      },
      "a copy with AWS' own key": { stack: [imageCopy({ encrypted: true })], says: /kmsKeyId is not set/ },
    },
    absent: { stack: [imageCopy({})], says: /encrypted is not set/ },
    unknown: [imageCopy({ encrypted: true, kmsKeyId: unknown })],
  });

  testCloudPolicy({
    policy: encryptionS3Objects,
    passes: { "an object with a key": [object({ kmsKeyId: key })] },
    fails: {
      "one with S3's": { stack: [object({ serverSideEncryption: "AES256" })], says: /kmsKeyId is not set/ },
    },
    absent: { stack: [object({})], says: /kmsKeyId is not set/ },
    unknown: [object({ kmsKeyId: unknown })],
  });

  testCloudPolicy({
    policy: encryptionEbsDefault,
    passes: { "an account that encrypts": [byDefault({ enabled: true })] },
    fails: { "one that does not": { stack: [byDefault({ enabled: false })], says: /enabled is false/ } },
    absent: { stack: [byDefault({})] },
    unknown: [byDefault({ enabled: unknown })],
  });
});

describe("Policies of encryption: load balancers and sessions of AWS", () => {
  testCloudPolicy({
    policy: encryptionListener,
    passes: {
      "TLS 1.3 and 1.2": [listener({ protocol: "HTTPS", sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06" })],
      "TCP as it comes": [listener({ protocol: "TCP" })],
      "a way to HTTPS": [
        listener({
          protocol: "HTTP",
          defaultActions: [{ type: "redirect", redirect: { protocol: "HTTPS" } }],
        }),
      ],
    },
    fails: {
      "HTTP that is answered": {
        stack: [listener({ protocol: "HTTP", defaultActions: [{ type: "forward" }] })],
        says: /protocol is "HTTP": it answers in the clear/,
      },
      "TLS 1.0": {
        stack: [listener({ protocol: "TLS", sslPolicy: "ELBSecurityPolicy-2016-08" })],
        says: /sslPolicy is "ELBSecurityPolicy-2016-08", expected a policy of TLS 1\.2/,
      },
      "TLS 1.0 beside 1.3": {
        stack: [listener({ protocol: "TLS", sslPolicy: "ELBSecurityPolicy-TLS13-1-0-2021-06" })],
        says: /TLS13-1-0/,
      },
      "AWS' own policy": { stack: [listener({ protocol: "HTTPS" })], says: /sslPolicy is not set/ },
    },
    absent: { stack: [listener({})], says: /protocol is not set/ },
    unknown: [listener({ protocol: "HTTPS", sslPolicy: unknown })],
  });

  testCloudPolicy({
    policy: encryptionTargets,
    passes: {
      "targets with TLS": [targets({ protocol: "HTTPS" })],
      "TCP as it comes": [targets({ protocol: "TCP" })],
    },
    fails: { "targets in the clear": { stack: [targets({ protocol: "HTTP" })], says: /protocol is "HTTP"/ } },
    absent: { stack: [targets({ targetType: "lambda" })] },
    unknown: [targets({ protocol: unknown })],
  });

  testCloudPolicy({
    policy: encryptionSessions,
    passes: {
      "a session with a key and a log": [
        session({ kmsKeyId: key, cloudWatchLogGroupName: "sessions", cloudWatchEncryptionEnabled: true }),
      ],
      "one that is written to a bucket": [
        session({ kmsKeyId: key, s3BucketName: "sessions", s3EncryptionEnabled: true }),
      ],
      "a command": [document({ documentType: "Command", content: "{}" })],
    },
    fails: {
      "one without a key": {
        stack: [session({ s3BucketName: "sessions", s3EncryptionEnabled: true })],
        says: /inputs\.kmsKeyId is not set/,
      },
      "one that nobody writes down": { stack: [session({ kmsKeyId: key })], says: /name no encrypted log/ },
      "one whose log is in the clear": {
        stack: [session({ kmsKeyId: key, s3BucketName: "sessions", s3EncryptionEnabled: false })],
        says: /name no encrypted log/,
      },
      "what cannot be read": {
        stack: [document({ documentType: "Session", content: "schemaVersion: '1.0'" })],
        says: /content is no JSON with inputs/,
      },
    },
    absent: { stack: [document({ documentType: "Session" })], says: /content is no JSON/ },
    unknown: [document({ documentType: "Session", content: unknown })],
  });
});

describe("Policies of resilience: AWS", () => {
  testCloudPolicy({
    policy: resilienceBalancerZones,
    passes: {
      "all zones": [balancer({ loadBalancerType: "network", enableCrossZoneLoadBalancing: true })],
      "one for HTTP": [balancer({})],
    },
    fails: {
      "its own zone": {
        stack: [balancer({ loadBalancerType: "network", enableCrossZoneLoadBalancing: false })],
        says: /enableCrossZoneLoadBalancing is false/,
      },
    },
    absent: {
      stack: [balancer({ loadBalancerType: "network" })],
      says: /enableCrossZoneLoadBalancing is not set/,
    },
    unknown: [balancer({ loadBalancerType: "network", enableCrossZoneLoadBalancing: unknown })],
  });

  testCloudPolicy({
    policy: exposureBalancerRequests,
    passes: {
      "one that drops them": [balancer({ dropInvalidHeaderFields: true, desyncMitigationMode: "strictest" })],
      "one for TCP": [balancer({ loadBalancerType: "network" })],
    },
    fails: {
      "one that only looks on": {
        stack: [balancer({ dropInvalidHeaderFields: true, desyncMitigationMode: "monitor" })],
        says: /desyncMitigationMode is "monitor"/,
      },
    },
    absent: { stack: [balancer({})], says: /dropInvalidHeaderFields is not set/ },
    unknown: [balancer({ dropInvalidHeaderFields: unknown })],
  });

  testCloudPolicy({
    policy: retentionBalancerLog,
    passes: {
      "one that writes a log": [balancer({ accessLogs: { enabled: true, bucket: "logs" } })],
      "one for TCP, which cannot": [balancer({ loadBalancerType: "network" })],
    },
    fails: {
      "one that writes none": {
        stack: [balancer({ accessLogs: { enabled: false, bucket: "logs" } })],
        says: /accessLogs\.enabled is false/,
      },
    },
    absent: {
      stack: [balancer({})],
      says: /accessLogs\.enabled is not set[^]*accessLogs\.bucket is not set/,
    },
    unknown: [balancer({ accessLogs: { enabled: true, bucket: unknown } })],
  });

  testCloudPolicy({
    policy: resilienceTargetHealth,
    passes: {
      "a path": [targets({ protocol: "HTTPS", healthCheck: { path: "/-/ready" } })],
      "TCP, which has none": [targets({ protocol: "TCP" })],
    },
    fails: {
      "an open port is enough": {
        stack: [targets({ protocol: "HTTPS", healthCheck: { protocol: "TCP" } })],
        says: /healthCheck\.path is not set/,
      },
    },
    absent: { stack: [targets({ protocol: "HTTPS" })], says: /healthCheck\.path is not set/ },
    unknown: [targets({ protocol: "HTTPS", healthCheck: { path: unknown } })],
  });

  testCloudPolicy({
    policy: resilienceLaunchConfiguration,
    passes: { "a template": [{ type: "aws:ec2/launchTemplate:LaunchTemplate", props: {} }] },
    fails: {
      "a configuration": {
        stack: [{ type: "aws:ec2/launchConfiguration:LaunchConfiguration", props: {} }],
        says: /is a launch configuration/,
      },
    },
    absent: { stack: [] },
  });

  testCloudPolicy({
    policy: resilienceEksVersion,
    passes: {
      "one of today": [cluster({ version: "1.34" })],
      "one that is still mended": [cluster({ version: "1.32" })],
    },
    fails: {
      "one that is not": {
        stack: [cluster({ version: "1.28" })],
        says: /version is "1\.28", expected 1\.32 or newer/,
      },
      "none at all": { stack: [cluster({ version: "latest" })], says: /version is "latest"/ },
    },
    absent: { stack: [cluster({})] },
    unknown: [cluster({ version: unknown })],
  });
});

function of(type: string): (props: Given["props"]) => Given {
  return (props) => ({ type, props });
}

function session(inputs: object): Given {
  return document({ documentType: "Session", content: JSON.stringify({ schemaVersion: "1.0", inputs }) });
}
