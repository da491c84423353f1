/** Ids and ARNs of simulated AWS resources. */
import type { Existing, Requested } from "../cloud.ts";
import { guid, hex } from "../invented.ts";
import { textAt } from "../propertyValues.ts";

export const account = "123456789012";

/** Prefixes of the ids that EC2 draws. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html */
const drawnPrefixes: Readonly<Record<string, string>> = {
  Vpc: "vpc",
  Subnet: "subnet",
  InternetGateway: "igw",
  EgressOnlyInternetGateway: "eigw",
  NatGateway: "nat",
  Eip: "eipalloc",
  RouteTable: "rtb",
  DefaultRouteTable: "rtb",
  RouteTableAssociation: "rtbassoc",
  Route: "r-rtb",
  SecurityGroup: "sg",
  DefaultSecurityGroup: "sg",
  SecurityGroupRule: "sgrule",
  SecurityGroupIngressRule: "sgr",
  SecurityGroupEgressRule: "sgr",
  NetworkAcl: "acl",
  DefaultNetworkAcl: "acl",
  VpcEndpoint: "vpce",
  FlowLog: "fl",
  LaunchTemplate: "lt",
  Instance: "i",
  Volume: "vol",
  VolumeAttachment: "vai",
  MaintenanceWindow: "mw",
  PatchBaseline: "pb",
  PodIdentityAssociation: "a",
};

/** Resources whose id is made of inputs: bucket settings have their bucket's. */
const composed: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^aws:s3\/bucket/, ["bucket"]],
  [/^aws:eks\/nodeGroup:/, ["clusterName", "nodeGroupName"]],
  [/^aws:eks\/addon:/, ["clusterName", "addonName"]],
  [/^aws:eks\/accessEntry:/, ["clusterName", "principalArn"]],
  [/^aws:eks\/accessPolicyAssociation:/, ["clusterName", "principalArn", "policyArn"]],
  [/^aws:eks\/fargateProfile:/, ["clusterName", "fargateProfileName"]],
  [/^aws:iam\/rolePolicy:/, ["role", "name"]],
  [/^aws:iam\/rolePolicyAttachment:/, ["role", "policyArn"]],
];

export function awsId(resource: Requested, token: string): string {
  const { kind, inputs } = resource;
  const keys = composed.find(([pattern]) => pattern.test(resource.token))?.[1];
  if (keys) return keys.map((key) => textAt(inputs, key) ?? "").join(":");
  const prefix = drawnPrefixes[kind];
  if (prefix !== undefined) return `${prefix}-0${hex(token, 16)}`;
  if (resource.token === "aws:ssm/association:Association") return guid(token);
  if (/^aws:kms\/(?:replica)?[kK]ey:/.test(resource.token)) return guid(token);
  if (hasArnAsId.test(resource.token)) return awsArn({ ...resource, id: token });
  return textAt(inputs, "name") ?? `${resource.name}-${hex(token)}`;
}

/** Ends of the ARNs of load balancers and their parts. */
const balanced: Readonly<Record<string, string>> = {
  LoadBalancer: "loadbalancer/net",
  TargetGroup: "targetgroup",
  Listener: "listener/net",
};

const hasArnAsId =
  /^aws:(?:iam\/(?:policy|openIdConnectProvider)|sns\/topic|secretsmanager\/secret|acm\/certificate|lb\/\w+):/;

/** `arn:aws:eks:us-east-1:123456789012:cluster/name`; global services have no region. */
export function awsArn(resource: Existing): string {
  const { kind, inputs, id, token } = resource;
  const service = serviceOf(token);
  const region = textAt(inputs, "region") ?? resource.region;
  const name =
    textAt(inputs, "name") ?? textAt(inputs, `${kind.charAt(0).toLowerCase()}${kind.slice(1)}Name`) ?? id;
  if (service === "s3") return `arn:aws:s3:::${textAt(inputs, "bucket") ?? id}`;
  if (token.startsWith("aws:iam/openIdConnectProvider:"))
    return `arn:aws:iam::${account}:oidc-provider/${(textAt(inputs, "url") ?? "").replace(/^https:\/\//, "")}`;
  if (service === "iam")
    return `arn:aws:iam::${account}:${dashed(kind)}${textAt(inputs, "path") ?? "/"}${name}`;
  if (token.startsWith("aws:kms/alias:")) return `arn:aws:kms:${region}:${account}:${name}`;
  if (token.startsWith("aws:eks/nodeGroup:") || token.startsWith("aws:eks/addon:"))
    return `arn:aws:eks:${region}:${account}:${kind.toLowerCase()}/${id.replace(":", "/")}/${guid(id)}`;
  const kindOfBalancer = balanced[kind];
  if (service === "elasticloadbalancing" && kindOfBalancer !== undefined)
    return `arn:aws:${service}:${region}:${account}:${kindOfBalancer}/${name === id ? resource.name : name}/${hex(resource.urn, 16)}`;
  if (service === "logs") return `arn:aws:logs:${region}:${account}:log-group:${name}`;
  if (service === "sns" || service === "sqs") return `arn:aws:${service}:${region}:${account}:${name}`;
  const last = service === "ec2" || service === "kms" ? id : name;
  return `arn:aws:${service}:${region}:${account}:${dashed(kind)}/${last}`;
}

function serviceOf(token: string): string {
  const module = token.split(":")[1]?.split("/")[0] ?? "";
  return { cloudwatch: "logs", lb: "elasticloadbalancing", alb: "elasticloadbalancing" }[module] ?? module;
}

/** `RouteTable` as `route-table`. */
function dashed(kind: string): string {
  return kind.replaceAll(/(?<!^)([A-Z])/g, "-$1").toLowerCase();
}
