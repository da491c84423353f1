/** S3: those who may change a bucket's policy can go on to. */
import { statementsOf } from "../facts/policyDocuments.ts";
import type { ResourcePolicy } from "../policy.ts";
import { isMap } from "../resource.ts";

/** Patterns that hold for changing the policy itself. */
const lockout = ["*", "s3:*", "s3:put*", "s3:*bucketpolicy", "s3:putbucketpolicy"];

export const identityS3Lockout: ResourcePolicy = {
  id: "identity-s3-lockout",
  concern: "identity",
  severity: "high",
  description:
    "No bucket's policy refuses everybody, whereupon only the account's root could change it again.",
  remedy: "Put a Condition on the Deny, or leave s3:PutBucketPolicy out of it",
  covers: ["CKV_AWS_93"],
  types: ["aws:s3/bucketPolicy:BucketPolicy"],
  *check({ props }) {
    for (const { path, effect, principals, actions, condition } of statementsOf(props["policy"]) ?? [])
      if (effect === "Deny" && principals.includes("*") && !isMap(condition))
        if (actions.some((action) => lockout.includes(action.toLowerCase())))
          yield { path: `policy.${path}`, problem: "refuses everybody, those who could change it too" };
  },
};
