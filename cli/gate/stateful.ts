/** What is gone for good, or takes everything on it along, when a resource is deleted. */
import { plainType } from "../../policies/resource.ts";

const stateful: readonly RegExp[] = [
  /^aws:s3\/bucket(?:V2)?:/,
  /^aws:(?:ebs\/volume|efs\/fileSystem|dynamodb\/table|rds\/\w+|elasticache\/\w+|kms\/key|backup\/vault):/,
  /^aws:(?:secretsmanager\/secret|cloudwatch\/logGroup|ec2\/instance|eks\/cluster):/,
  /^azure-native:storage:(?:StorageAccount|BlobContainer|FileShare|Table|Queue)$/,
  /^azure-native:keyvault:(?:Vault|Key|Secret)$/,
  /^azure-native:compute:(?:Disk|VirtualMachine|VirtualMachineScaleSet)$/,
  /^azure-native:(?:containerservice:ManagedCluster|operationalinsights:Workspace|resources:ResourceGroup)$/,
  /^azure-native:(?:sql|dbforpostgresql|dbformysql|cosmosdb|documentdb|redis|cache|recoveryservices):/,
  /^kubernetes:core\/v1:(?:PersistentVolume|PersistentVolumeClaim|Namespace)$/,
  // Its objects go with a definition.
  /^kubernetes:apiextensions\.k8s\.io\/v1:CustomResourceDefinition$/,
  /^kubernetes:helm\.sh\/v[34]:(?:Release|Chart)$/,
];

export function isStateful(type: string): boolean {
  const plain = plainType(type);
  return stateful.some((pattern) => pattern.test(plain));
}
