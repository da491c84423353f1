/** Whom a resource belongs to, and what a stack costs, is told by tags. */
import type { Fault, ResourcePolicy, Settings } from "../policy.ts";
import { at, isMap, known, listAt, type Properties, type Resource } from "../resource.ts";

const launchTemplate = "aws:ec2/launchTemplate:LaunchTemplate";

/** What is paid for by itself and can have tags. */
const types = [
  "aws:autoscaling/group:Group",
  "aws:backup/vault:Vault",
  "aws:cloudwatch/logGroup:LogGroup",
  "aws:dynamodb/table:Table",
  "aws:ebs/snapshot:Snapshot",
  "aws:ebs/volume:Volume",
  "aws:ec2/eip:Eip",
  "aws:ec2/instance:Instance",
  launchTemplate,
  "aws:ec2/natGateway:NatGateway",
  "aws:ec2/vpcEndpoint:VpcEndpoint",
  "aws:ecr/repository:Repository",
  "aws:ecs/cluster:Cluster",
  "aws:ecs/service:Service",
  "aws:efs/fileSystem:FileSystem",
  "aws:eks/cluster:Cluster",
  "aws:eks/fargateProfile:FargateProfile",
  "aws:eks/nodeGroup:NodeGroup",
  "aws:elasticache/cluster:Cluster",
  "aws:elasticache/replicationGroup:ReplicationGroup",
  "aws:kms/key:Key",
  "aws:kms/replicaKey:ReplicaKey",
  "aws:lambda/function:Function",
  "aws:lb/loadBalancer:LoadBalancer",
  "aws:rds/cluster:Cluster",
  "aws:rds/instance:Instance",
  "aws:s3/bucket:Bucket",
  "aws:s3/bucketV2:BucketV2",
  "aws:secretsmanager/secret:Secret",
  "azure-native:redis:Redis",
  "azure-native:compute:Disk",
  "azure-native:compute:Snapshot",
  "azure-native:compute:VirtualMachine",
  "azure-native:compute:VirtualMachineScaleSet",
  "azure-native:containerregistry:Registry",
  "azure-native:containerservice:AgentPool",
  "azure-native:containerservice:ManagedCluster",
  "azure-native:dbforpostgresql:Server",
  "azure-native:keyvault:Vault",
  "azure-native:network:ApplicationGateway",
  "azure-native:network:AzureFirewall",
  "azure-native:network:BastionHost",
  "azure-native:network:LoadBalancer",
  "azure-native:network:NatGateway",
  "azure-native:network:PrivateEndpoint",
  "azure-native:network:PublicIPAddress",
  "azure-native:network:VirtualNetworkGateway",
  "azure-native:operationalinsights:Workspace",
  "azure-native:privatedns:PrivateZone",
  "azure-native:resources:ResourceGroup",
  "azure-native:sql:Server",
  "azure-native:storage:StorageAccount",
] as const;

export const costTags: ResourcePolicy = {
  id: "cost-tags",
  concern: "cost",
  severity: "low",
  description:
    "What is paid for carries the tags by which a bill is told apart: those that the stack's file asks for, or any beside its name.",
  remedy:
    "Tag all resources of a stack at once, by defaultTags of the AWS provider or by a transformation; the level `remediate` adds those of the setting `values`",
  covers: [],
  settings: {
    required: {
      type: "array",
      items: { type: "string", minLength: 1 },
      default: [],
      description:
        "Names of tags that each must have, with a value; where none is named, any beside Name will do.",
    },
    values: {
      type: "object",
      additionalProperties: { type: "string" },
      default: {},
      description: "Tags, with their values, that are added at the level `remediate` where they are missing.",
    },
  },
  types,
  *check(resource, settings) {
    yield* missing("tags", tagsOf(resource), resource, settings);
    if (resource.type !== launchTemplate) return;
    // Nothing but the template itself gets the provider's tags: what is paid for are the machines and their disks.
    const specifications = listAt(resource.props, "tagSpecifications");
    for (const kind of ["instance", "volume"]) {
      const index = specifications.findIndex((one) => at(one, "resourceType") === kind);
      const path = index < 0 ? "tagSpecifications" : `tagSpecifications[${String(index)}].tags`;
      const tags = [tagMap(at(specifications[index], "tags"))];
      for (const { problem } of missing(path, tags, resource, settings))
        yield { path, problem: `${problem} for its ${kind}s` };
    }
  },
  mend(resource, { values }) {
    const { props } = resource;
    const tags = tagsOf(resource);
    const added = Object.entries(values as Properties).filter(([name]) => !has(tags, name, resource));
    if (added.length === 0 || Array.isArray(props["tags"])) return undefined;
    return { ...props, tags: { ...tagMap(props["tags"]), ...Object.fromEntries(added) } };
  },
};

/** The same name in an earlier one counts. */
type Tags = readonly Properties[];

function* missing(path: string, tags: Tags, resource: Resource, settings: Settings): Generator<Fault> {
  const required = settings["required"] as readonly string[];
  for (const name of required)
    if (!has(tags, name, resource)) yield { path, problem: `have no ${JSON.stringify(name)}` };
  if (required.length > 0) return;
  const names = tags.flatMap(Object.keys).filter((name) => name !== "Name");
  if (names.some((name) => known(() => has(tags, name, resource), false))) return;
  // One that is not known yet may be the one: asking again throws.
  names.forEach((name) => has(tags, name, resource));
  yield { path, problem: "say nothing but a name" };
}

/** Those of the resource, and those that its provider gives to all. */
function tagsOf({ props, provider }: Resource): Tags {
  const defaults = at(provider, "defaultTags");
  // Engines hand a provider's settings over as JSON.
  const given: unknown = typeof defaults === "string" ? JSON.parse(defaults) : defaults;
  return [tagMap(props["tags"]), tagMap(props["tagsAll"]), tagMap(at(given, "tags"))];
}

/** Tags of an Auto Scaling group are a list. */
function tagMap(tags: unknown): Properties {
  if (Array.isArray(tags))
    return Object.fromEntries((tags as unknown[]).map((tag) => [String(at(tag, "key")), at(tag, "value")]));
  return isMap(tags) ? tags : {};
}

/** @throws the SDK's UnknownValueError where its value is not known yet */
function has(tags: Tags, name: string, { type }: Resource): boolean {
  // Azure's names are the same in any case.
  const same = type.startsWith("azure-native:")
    ? (key: string) => key.toLowerCase() === name.toLowerCase()
    : (key: string) => key === name;
  for (const each of tags) {
    const key = Object.keys(each).find(same);
    const value = key === undefined ? undefined : each[key];
    if (value !== undefined) return typeof value === "string" && value.trim() !== "";
  }
  return false;
}
