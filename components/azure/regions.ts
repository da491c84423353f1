/**
 * Azure regions that have no availability zones. A region that is not listed here is taken to have three, so that a new
 * one needs no change.
 *
 * @see https://learn.microsoft.com/azure/reliability/regions-list
 */
const zoneless: ReadonlySet<string> = new Set([
  "australiacentral",
  "australiacentral2",
  "australiasoutheast",
  "brazilsoutheast",
  "canadaeast",
  "francesouth",
  "germanynorth",
  "jioindiacentral",
  "jioindiawest",
  "koreasouth",
  "northcentralus",
  "norwaywest",
  "southafricawest",
  "southindia",
  "swedensouth",
  "switzerlandwest",
  "uaecentral",
  "ukwest",
  "westcentralus",
  "westindia",
  "westus",
]);

/** The zones of a region, as Azure numbers them for every subscription; none where it has none. */
export function zonesOf(region: string): readonly string[] {
  return zoneless.has(region) ? [] : ["1", "2", "3"];
}

/** Zone-redundant where the region has zones: three copies in three buildings, at the price of one region. */
export function redundancyOf(region: string): "Standard_ZRS" | "Standard_LRS" {
  return zonesOf(region).length > 0 ? "Standard_ZRS" : "Standard_LRS";
}
