/** Functions of @pulumi/aws. What they look up by name is taken to be there. */
import type { Call, Cloud } from "../cloud.ts";
import { base64, guid, hex } from "../invented.ts";
import { secret, textAt } from "../propertyValues.ts";
import { objectOf, objectsOf } from "./associations.ts";
import { account } from "./identity.ts";
import { clusterFacts } from "./outputs.ts";

export const awsFunctions: Cloud["functions"] = {
  "aws:index/getCallerIdentity:getCallerIdentity": () => ({
    accountId: account,
    id: account,
    arn: `arn:aws:iam::${account}:user/example`,
    userId: "AIDASIMULATED0000000",
  }),
  "aws:index/getPartition:getPartition": () => ({
    id: "aws",
    partition: "aws",
    dnsSuffix: "amazonaws.com",
    reverseDnsPrefix: "com.amazonaws",
  }),
  "aws:index/getRegion:getRegion": (call) => {
    const name = regionOf(call);
    return { id: name, name, region: name, description: name, endpoint: `ec2.${name}.amazonaws.com` };
  },
  "aws:index/getAvailabilityZones:getAvailabilityZones": (call) => {
    const region = regionOf(call);
    return {
      id: region,
      names: ["a", "b", "c"].map((zone) => `${region}${zone}`),
      zoneIds: ["az1", "az2", "az3"].map((zone) => `${hex(region, 4)}-${zone}`),
      groupNames: [region],
    };
  },
  "aws:eks/getCluster:getCluster": (call) => {
    const name = textAt(call.arguments, "name") ?? "";
    return {
      id: name,
      name,
      version: "1.34",
      roleArn: `arn:aws:iam::${account}:role/${name}`,
      ...clusterFacts(name, regionOf(call)),
      certificateAuthorities: [clusterFacts(name, regionOf(call))["certificateAuthority"]],
    };
  },
  "aws:eks/getClusterAuth:getClusterAuth": (call) => {
    const name = textAt(call.arguments, "name") ?? "";
    return { id: name, name, token: secret(`k8s-aws-v1.${base64(`simulated ${name}`)}`) };
  },
  "aws:s3/getObject:getObject": objectOf,
  "aws:s3/getObjects:getObjects": objectsOf,
  "aws:ssm/getParameter:getParameter": (call) => {
    const name = textAt(call.arguments, "name") ?? "";
    // Of public parameters that name images, the only ones that a program reads.
    const value = `ami-0${hex(`${regionOf(call)} ${name}`, 16)}`;
    return { id: name, name, type: "String", version: 1, value: secret(value), insecureValue: value };
  },
  "aws:s3/getBucket:getBucket": (call) => {
    const bucket = textAt(call.arguments, "bucket") ?? "";
    return {
      id: bucket,
      bucket,
      arn: `arn:aws:s3:::${bucket}`,
      bucketRegion: regionOf(call),
      bucketDomainName: `${bucket}.s3.amazonaws.com`,
      bucketRegionalDomainName: `${bucket}.s3.${regionOf(call)}.amazonaws.com`,
    };
  },
  "aws:kms/getKey:getKey": (call) => {
    const asked = textAt(call.arguments, "keyId") ?? "";
    const id = /^[0-9a-f-]{36}$/.test(asked) ? asked : (/key\/(.+)$/.exec(asked)?.[1] ?? guid(asked));
    return {
      id,
      keyId: id,
      arn: keyArn(call, id),
      enabled: true,
      keyState: "Enabled",
      keyUsage: "ENCRYPT_DECRYPT",
    };
  },
  "aws:kms/getAlias:getAlias": (call) => {
    const name = textAt(call.arguments, "name") ?? "";
    const key = guid(name);
    const arn = `arn:aws:kms:${regionOf(call)}:${account}:${name}`;
    return { id: arn, name, arn, targetKeyId: key, targetKeyArn: keyArn(call, key) };
  },
};

function keyArn(call: Call, id: string): string {
  return `arn:aws:kms:${regionOf(call)}:${account}:key/${id}`;
}

function regionOf(call: Call): string {
  return textAt(call.arguments, "region") ?? call.region;
}
