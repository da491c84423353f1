/** Inputs of AWS resources that cannot change: a change of one needs a new resource. */
import type { Requested } from "../cloud.ts";

/** By kind, from "Forces new resource" of the provider's documentation. `*` is every kind. */
const byKind: Readonly<Record<string, readonly string[]>> = {
  "*": ["name", "namePrefix", "region", "bucket", "clusterName", "vpcId", "path"],
  AccessEntry: ["principalArn"],
  AccessPolicyAssociation: ["principalArn", "policyArn", "accessScope"],
  Addon: ["addonName"],
  Cluster: ["roleArn", "kubernetesNetworkConfig", "outpostConfig"],
  Eip: ["domain", "instance"],
  FlowLog: ["logDestination", "trafficType", "iamRoleArn"],
  Document: ["documentType", "targetType"],
  Instance: [
    "ami",
    "associatePublicIpAddress",
    "availabilityZone",
    "keyName",
    "privateIp",
    "rootBlockDevice.encrypted",
    "rootBlockDevice.kmsKeyId",
    "subnetId",
  ],
  LaunchTemplate: [],
  Listener: ["loadBalancerArn"],
  LoadBalancer: ["internal", "loadBalancerType"],
  MaintenanceWindowTarget: ["windowId", "resourceType"],
  MaintenanceWindowTask: ["windowId", "taskType"],
  NatGateway: ["allocationId", "subnetId", "connectivityType"],
  NodeGroup: [
    "amiType",
    "capacityType",
    "diskSize",
    "instanceTypes",
    "nodeGroupName",
    "nodeRoleArn",
    "subnetIds",
  ],
  OpenIdConnectProvider: ["url"],
  PodIdentityAssociation: ["namespace", "serviceAccount"],
  PatchBaseline: ["operatingSystem"],
  PatchGroup: ["baselineId", "patchGroup"],
  Policy: ["description"],
  RolePolicy: ["role"],
  RolePolicyAttachment: ["role", "policyArn"],
  RouteTableAssociation: ["subnetId"],
  SecurityGroup: ["description"],
  SecretVersion: ["secretId", "secretString"],
  Subnet: ["availabilityZone", "cidrBlock"],
  TargetGroup: ["port", "protocol", "targetType"],
  TargetGroupAttachment: ["targetGroupArn", "targetId", "port"],
  Volume: ["availabilityZone", "encrypted", "kmsKeyId"],
  VolumeAttachment: ["instanceId", "volumeId", "deviceName"],
  Vpc: ["cidrBlock"],
  VpcEndpoint: ["serviceName", "vpcEndpointType"],
};

export function needsNewAwsResource({ kind }: Requested, path: string): boolean {
  const names = [...(byKind["*"] ?? []), ...(byKind[kind] ?? [])];
  return names.some((name) => path === name || path.startsWith(`${name}[`) || path.startsWith(`${name}.`));
}
