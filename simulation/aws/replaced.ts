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
  LaunchTemplate: [],
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
  Policy: ["description"],
  RolePolicy: ["role"],
  RolePolicyAttachment: ["role", "policyArn"],
  RouteTableAssociation: ["subnetId"],
  SecurityGroup: ["description"],
  Subnet: ["availabilityZone", "cidrBlock"],
  Vpc: ["cidrBlock"],
  VpcEndpoint: ["serviceName", "vpcEndpointType"],
};

export function needsNewAwsResource({ kind }: Requested, path: string): boolean {
  const names = [...(byKind["*"] ?? []), ...(byKind[kind] ?? [])];
  return names.some((name) => path === name || path.startsWith(`${name}[`) || path.startsWith(`${name}.`));
}
