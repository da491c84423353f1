/** What an S3 bucket says of itself, in inputs that resources of their own have replaced but that still work. */
import { at, isMap, known, listAt, type Resource, type StackResource } from "../resource.ts";

export const s3BucketTypes = ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"] as const;

export interface EncryptionRule {
  /** From the bucket's properties. */
  readonly path: string;
  readonly rule: unknown;
}

/** `serverSideEncryptionConfiguration`, or the lists of it that BucketV2 has. */
export function ownEncryption(bucket: StackResource): readonly EncryptionRule[] {
  const one = own(bucket, "serverSideEncryptionConfiguration");
  if (isMap(one)) return [{ path: "serverSideEncryptionConfiguration.rule", rule: at(one, "rule") }];
  const lists = listAt(own(bucket, "serverSideEncryptionConfigurations"), 0, "rules");
  return [...lists.entries()].map(([index, rule]) => ({
    path: `serverSideEncryptionConfigurations[0].rules[${String(index)}]`,
    rule,
  }));
}

/** The policy document; undefined where it has none in itself. */
export function ownPolicy(bucket: StackResource): unknown {
  const document = own(bucket, "policy");
  return document === "" || document === null ? undefined : document;
}

/** Whether it keeps versions; undefined where it says nothing. */
export function ownVersioning(bucket: StackResource): unknown {
  return at(own(bucket, "versioning"), "enabled") ?? at(own(bucket, "versionings"), 0, "enabled");
}

/** Whether its access log goes to the bucket of these names. */
export function logsTo(bucket: StackResource, target: StackResource, names: readonly unknown[]): boolean {
  return ["logging", "loggings"].some((property) => {
    if (bucket.origins[property]?.includes(target.urn) === true) return true;
    // What is not known yet is another's.
    return known(() => {
      const logging = bucket.props[property];
      return names.includes(at(logging, "targetBucket") ?? at(logging, 0, "targetBucket"));
    }, false);
  });
}

/**
 * Of what a preview does not know, an output that AWS decides says nothing; an input is computed from something. A resource
 * that is looked at alone has inputs only.
 */
export function own(bucket: Resource | StackResource, property: string): unknown {
  const isInput = !("origins" in bucket) || (bucket.origins[property] ?? []).length > 0;
  return isInput ? bucket.props[property] : known(() => bucket.props[property], undefined);
}
