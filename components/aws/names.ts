/** Names of the resources of a stack on AWS: the same for the same stack, and never longer than AWS takes. */
import { createHash } from "node:crypto";

/** The name, or as much of it as fits and eight digits of its hash: two names never meet by being cut. */
export function fit(name: string, length: number): string {
  if (name.length <= length) return name;
  return `${name.slice(0, length - 9).replace(/[-.]+$/, "")}-${digest(name)}`;
}

/** Eight hexadecimal digits that stand for a text. */
export function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}

/** Buckets share one namespace over all accounts, 3 to 63 characters. */
export function accessLogBucket(bucket: string): string {
  return fit(`${bucket}-access-logs`, 63);
}

/** The second copy of a bucket, in another region. */
export function replicaBucket(bucket: string): string {
  return fit(`${bucket}-replica`, 63);
}

/** IAM roles share one namespace over all regions of an account, up to 64 characters. */
export function roleName(cluster: string, region: string, purpose: string): string {
  return fit(`${cluster}-${region}-${purpose}`, 64);
}

/** Load balancers and their target groups have up to 32 letters, digits and hyphens. */
export function balancerName(...parts: readonly string[]): string {
  const name = parts.join("-");
  const plain = name.replaceAll(/[^A-Za-z0-9]+/g, "-").replaceAll(/^-|-$/g, "");
  // What lost a character is told apart from what never had it.
  return plain === name ? fit(plain, 32) : fit(`${plain}-${digest(name)}`, 32);
}

/** Every alias begins with `alias/`; what follows has up to 250 characters. */
export function keyAlias(...parts: readonly string[]): string {
  return `alias/${fit(parts.join("/"), 240)}`;
}

/** `aws`, or the partition of the region's own: the second field of every ARN. */
export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

/** The principal's role, for what of the stack is named after it. */
export function lastOf(arn: string): string {
  return arn.split("/").at(-1) ?? arn;
}
