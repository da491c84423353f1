/** What happens to the objects of a bucket as they grow old, in the words of both clouds. */
import { at, isMap, listAt, type Properties, type Resource } from "../resource.ts";
import { own, s3BucketTypes } from "./buckets.ts";

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
/** What may have rules; a bucket has them in inputs that a resource of their own has replaced. */
export const lifecycleTypes: readonly string[] = [...s3LifecycleTypes, ...s3BucketTypes, azureLifecycleType];

/** Undefined of a bucket without rules in itself, and of what cannot have any. */
export function lifecycleOf(resource: Resource): Lifecycle | undefined {
  if (resource.type === azureLifecycleType) return azureLifecycle(resource);
  if ((s3LifecycleTypes as readonly string[]).includes(resource.type))
    return s3Lifecycle(resource, configuredRules(resource));
  if (!(s3BucketTypes as readonly string[]).includes(resource.type)) return undefined;
  const rules = ownRules(resource);
  return rules.length === 0 ? undefined : s3Lifecycle(resource, rules);
}

interface S3Rule {
  readonly path: string;
  /** Where in the rule its expiration is. */
  readonly expiration: string;
  /** As BucketLifecycleConfiguration has it. */
  readonly rule: Properties;
}

function configuredRules({ props }: Resource): readonly S3Rule[] {
  return listAt(props, "rules")
    .filter(isMap)
    .map((rule, index) => ({ path: `rules[${String(index)}]`, expiration: "expiration", rule }));
}

/** Those that a bucket has in itself. What moves old versions is left out: nothing of Thanos' reads one. */
function ownRules(bucket: Resource): readonly S3Rule[] {
  const rules = own(bucket, "lifecycleRules");
  return (Array.isArray(rules) ? (rules as unknown[]) : []).filter(isMap).map((rule, index) => {
    // BucketV2 has lists of one.
    const one = (name: string): unknown => rule[name] ?? at(rule, `${name}s`, 0);
    const tags = rule["tags"];
    return {
      path: `lifecycleRules[${String(index)}]`,
      expiration: Array.isArray(rule["expirations"]) ? "expirations[0]" : "expiration",
      rule: {
        status: rule["enabled"] === true ? "Enabled" : "Disabled",
        filter: {
          prefix: rule["prefix"],
          tags: isMap(tags) && Object.keys(tags).length > 0 ? tags : undefined,
        },
        transitions: rule["transitions"],
        expiration: one("expiration"),
        noncurrentVersionExpiration: { noncurrentDays: at(one("noncurrentVersionExpiration"), "days") },
        abortIncompleteMultipartUpload: { daysAfterInitiation: rule["abortIncompleteMultipartUploadDays"] },
      },
    };
  });
}

function s3Lifecycle(resource: Resource, all: readonly S3Rule[]): Lifecycle {
  const rules = all.filter(({ rule }) => rule["status"] === "Enabled");
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
      .map(({ rule, path, expiration }) => ({
        path: `${path}.${expiration}`,
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
