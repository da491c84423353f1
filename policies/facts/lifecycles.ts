/** What happens to the objects of a bucket as they grow old, in the words of both clouds. */
import { at, isMap, listAt, type Properties, type Resource } from "../resource.ts";

export interface Transition {
  readonly path: string;
  /** `GLACIER_IR`, `tierToCold`. */
  readonly tier: string;
  /** Days since the object was written; undefined where a date or nothing is given. */
  readonly days: number | undefined;
}

export interface Lifecycle {
  readonly resource: Resource;
  readonly transitions: readonly Transition[];
  /** Days after which current objects are deleted; none: never. */
  readonly expirations: readonly Pick<Transition, "path" | "days">[];
  /** Days for which versions that were replaced or deleted stay, the least of all rules; undefined: for ever. */
  readonly oldVersionDays: number | undefined;
  /** Whether uploads that were begun and never ended are cleaned up; Azure does it by itself after a week. */
  readonly unfinishedUploadsGo: boolean;
}

export const s3LifecycleTypes = [
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2",
] as const;
export const azureLifecycleType = "azure-native:storage:ManagementPolicy";
export const lifecycleTypes: readonly string[] = [...s3LifecycleTypes, azureLifecycleType];

export function lifecycleOf(resource: Resource): Lifecycle | undefined {
  if (resource.type === azureLifecycleType) return azureLifecycle(resource);
  return (s3LifecycleTypes as readonly string[]).includes(resource.type) ? s3Lifecycle(resource) : undefined;
}

function s3Lifecycle(resource: Resource): Lifecycle {
  const rules = listAt(resource.props, "rules")
    .filter(isMap)
    .map((rule, index) => ({ rule, path: `rules[${String(index)}]` }))
    .filter(({ rule }) => rule["status"] === "Enabled");
  return {
    resource,
    transitions: rules.flatMap(({ rule, path }) =>
      listAt(rule, "transitions").map((transition, index) => ({
        path: `${path}.transitions[${String(index)}]`,
        tier: String(at(transition, "storageClass")),
        days: numberOf(at(transition, "days")),
      })),
    ),
    expirations: rules
      .filter(({ rule }) => ["days", "date"].some((way) => at(rule, "expiration", way) !== undefined))
      .map(({ rule, path }) => ({
        path: `${path}.expiration`,
        days: numberOf(at(rule, "expiration", "days")),
      })),
    oldVersionDays: least(
      rules.map(({ rule }) => numberOf(at(rule, "noncurrentVersionExpiration", "noncurrentDays"))),
    ),
    unfinishedUploadsGo: rules.some(
      ({ rule }) =>
        isForAll(rule) &&
        numberOf(at(rule, "abortIncompleteMultipartUpload", "daysAfterInitiation")) !== undefined,
    ),
  };
}

/** Whether a rule holds for every object: its filter, and the prefix of old, choose nothing. */
function isForAll(rule: Properties): boolean {
  const filter = at(rule, "filter");
  return [rule["prefix"], ...(isMap(filter) ? Object.values(filter) : [])].every(
    (choice) => choice === undefined || choice === "",
  );
}

function azureLifecycle(resource: Resource): Lifecycle {
  const rules = listAt(resource.props, "policy", "rules")
    .map((rule, index) => ({
      enabled: at(rule, "enabled") !== false,
      actions: at(rule, "definition", "actions"),
      path: `policy.rules[${String(index)}].definition.actions`,
    }))
    .filter(({ enabled }) => enabled);
  return {
    resource,
    transitions: rules.flatMap(({ actions, path }) =>
      (["tierToCool", "tierToCold", "tierToHot", "tierToArchive"] as const)
        .filter((tier) => at(actions, "baseBlob", tier) !== undefined)
        .map((tier) => ({
          path: `${path}.baseBlob.${tier}`,
          tier,
          days: azureDays(at(actions, "baseBlob", tier)),
        })),
    ),
    expirations: rules
      .filter(({ actions }) => at(actions, "baseBlob", "delete") !== undefined)
      .map(({ actions, path }) => ({
        path: `${path}.baseBlob.delete`,
        days: azureDays(at(actions, "baseBlob", "delete")),
      })),
    oldVersionDays: least(rules.map(({ actions }) => azureDays(at(actions, "version", "delete")))),
    unfinishedUploadsGo: true,
  };
}

function azureDays(condition: unknown): number | undefined {
  return (["daysAfterModificationGreaterThan", "daysAfterCreationGreaterThan"] as const)
    .map((name) => numberOf(at(condition, name)))
    .find((days) => days !== undefined);
}

function least(days: readonly (number | undefined)[]): number | undefined {
  const known = days.filter((each) => each !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
