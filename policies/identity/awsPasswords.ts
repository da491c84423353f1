/** AWS: where a stack sets the account's rules for passwords, they are strict. */
import { isAtLeast, isTrue, requirementPolicy } from "../requirement.ts";

const type = "aws:iam/accountPasswordPolicy:AccountPasswordPolicy";

export const identityAwsPasswords = requirementPolicy({
  id: "identity-aws-passwords",
  concern: "identity",
  severity: "medium",
  description: "An account's passwords are long, of every kind of character, and new every 90 days.",
  remedy:
    "Set minimumPasswordLength to 14 or more, maxPasswordAge to 90 or less, passwordReusePrevention to 24, and the four require… to true",
  covers: [
    "CKV_AWS_9",
    "CKV_AWS_10",
    "CKV_AWS_11",
    "CKV_AWS_12",
    "CKV_AWS_13",
    "CKV_AWS_14",
    "CKV_AWS_15",
    "CIS AWS 1.8",
    "CIS AWS 1.9",
  ],
  requires: [
    { type, path: "minimumPasswordLength", ...isAtLeast(14, "characters") },
    {
      type,
      path: "maxPasswordAge",
      // Passwords of 0 days never end.
      accepts: (value) => typeof value === "number" && value > 0 && value <= 90,
      expected: "1 to 90 days",
    },
    { type, path: "passwordReusePrevention", ...isAtLeast(24, "passwords") },
    ...["Lowercase", "Uppercase"].map((letters) => ({
      type,
      path: `require${letters}Characters`,
      ...isTrue,
    })),
    { type, path: "requireNumbers", ...isTrue },
    { type, path: "requireSymbols", ...isTrue },
  ],
});
