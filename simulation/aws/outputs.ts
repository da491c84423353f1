/** Outputs of AWS resources that programs build on. */
import type { Existing } from "../cloud.ts";
import { address, base64, guid, hex, moment, pem } from "../invented.ts";
import { textAt, type Properties } from "../propertyValues.ts";
import { account } from "./identity.ts";

export function awsOutputs(resource: Existing): Properties {
  return makers[resource.token]?.(resource) ?? {};
}

const makers: Readonly<Record<string, (resource: Existing) => Properties>> = {
  "aws:eks/cluster:Cluster": (resource) => ({
    ...clusterFacts(textAt(resource.inputs, "name") ?? resource.id, regionOf(resource)),
    vpcConfig: {
      clusterSecurityGroupId: `sg-0${hex(resource.urn, 16)}`,
      vpcId: `vpc-0${hex(resource.urn, 16)}`,
    },
    version: textAt(resource.inputs, "version") ?? "1.34",
  }),
  "aws:eks/nodeGroup:NodeGroup": ({ id }) => ({
    status: "ACTIVE",
    resources: [{ autoscalingGroups: [{ name: `eks-${id.replace(":", "-")}-${guid(id)}` }] }],
  }),
  "aws:s3/bucket:Bucket": (resource) => {
    const bucket = textAt(resource.inputs, "bucket") ?? resource.id;
    return {
      bucketDomainName: `${bucket}.s3.amazonaws.com`,
      bucketRegionalDomainName: `${bucket}.s3.${regionOf(resource)}.amazonaws.com`,
      hostedZoneId: "Z3AQBSTGFYJSTF",
    };
  },
  "aws:kms/key:Key": ({ id }) => ({ keyId: id }),
  "aws:kms/alias:Alias": (resource) => {
    const key = textAt(resource.inputs, "targetKeyId") ?? "";
    return {
      targetKeyArn: key.startsWith("arn:") ? key : `arn:aws:kms:${regionOf(resource)}:${account}:key/${key}`,
    };
  },
  "aws:iam/role:Role": ({ urn }) => ({ uniqueId: `AROA${hex(urn, 16).toUpperCase()}`, createDate: moment }),
  "aws:ec2/eip:Eip": ({ id, urn }) => ({ allocationId: id, publicIp: address(urn) }),
  "aws:lb/loadBalancer:LoadBalancer": (resource) => ({
    dnsName: `${resource.name}-${hex(resource.urn, 16)}.elb.${regionOf(resource)}.amazonaws.com`,
  }),
  "aws:ssm/document:Document": ({ inputs }) => {
    // A number that is another one for another content.
    const version = String(Number.parseInt(hex(textAt(inputs, "content") ?? "", 6), 16) + 1);
    return {
      latestVersion: version,
      defaultVersion: version,
      documentVersion: version,
      schemaVersion: "2.2",
    };
  },
  "aws:ssm/association:Association": ({ id, inputs }) => ({
    associationId: id,
    documentVersion: textAt(inputs, "documentVersion") ?? "$DEFAULT",
  }),
  "aws:ec2/vpc:Vpc": ({ urn }) => ({
    defaultSecurityGroupId: `sg-0${hex(`${urn}sg`, 16)}`,
    defaultRouteTableId: `rtb-0${hex(`${urn}rtb`, 16)}`,
    mainRouteTableId: `rtb-0${hex(`${urn}rtb`, 16)}`,
    defaultNetworkAclId: `acl-0${hex(`${urn}acl`, 16)}`,
    ownerId: account,
  }),
  "aws:ec2/subnet:Subnet": (resource) => ({
    availabilityZone: textAt(resource.inputs, "availabilityZone") ?? `${regionOf(resource)}a`,
    ownerId: account,
  }),
  "aws:ec2/launchTemplate:LaunchTemplate": () => ({ latestVersion: 1, defaultVersion: 1 }),
};

/** What an EKS cluster of this name says of itself, whether it was made here or there before. */
export function clusterFacts(name: string, region: string): Properties {
  const id = hex(`eks ${region} ${name}`, 32).toUpperCase();
  return {
    arn: `arn:aws:eks:${region}:${account}:cluster/${name}`,
    endpoint: `https://${id}.gr7.${region}.eks.amazonaws.com`,
    certificateAuthority: { data: base64(pem("CERTIFICATE", id)) },
    identities: [{ oidcs: [{ issuer: `https://oidc.eks.${region}.amazonaws.com/id/${id}` }] }],
    status: "ACTIVE",
    platformVersion: "eks.1",
    createdAt: moment,
  };
}

function regionOf({ inputs, region }: Existing): string {
  return textAt(inputs, "region") ?? region;
}
