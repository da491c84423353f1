/** Ids of Azure resources that are known by name, before or without a resource of this program. */
export function groupId(subscription: string, group: string): string {
  return `/subscriptions/${subscription}/resourceGroups/${group}`;
}

export function clusterId(subscription: string, group: string, cluster: string): string {
  return `${groupId(subscription, group)}/providers/Microsoft.ContainerService/managedClusters/${cluster}`;
}

export function accountId(subscription: string, group: string, account: string): string {
  return `${groupId(subscription, group)}/providers/Microsoft.Storage/storageAccounts/${account}`;
}

/** The scope of roles that reach one container and no other. */
export function containerId(account: string, container: string): string {
  return `${account}/blobServices/default/containers/${container}`;
}
