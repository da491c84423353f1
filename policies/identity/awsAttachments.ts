/** AWS: who holds which rights, and who may take a role or use a key. */
import { statementsOf, type Statement } from "../facts/policyDocuments.ts";
import type { Fault, ResourcePolicy } from "../policy.ts";
import { isMap, listAt, quoted } from "../resource.ts";

/** @see https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html */
const wide = /:aws:policy\/(?:AdministratorAccess|IAMFullAccess|PowerUserAccess)$/;

export const identityAwsManaged: ResourcePolicy = {
  id: "identity-aws-managed-policy",
  concern: "identity",
  severity: "critical",
  description: "Nobody is given one of AWS' policies that allow everything, or to give oneself everything.",
  remedy:
    "Attach a policy with the actions that are needed instead of AdministratorAccess, PowerUserAccess or IAMFullAccess",
  covers: ["CKV_AWS_274", "CKV_AWS_275", "CKV2_AWS_56", "CIS AWS 1.16"],
  types: [
    "aws:iam/policyAttachment:PolicyAttachment",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
    "aws:iam/role:Role",
  ],
  *check({ props }) {
    for (const { path, arn } of [
      { path: "policyArn", arn: props["policyArn"] },
      ...listAt(props, "managedPolicyArns").map((arn, index) => ({
        path: `managedPolicyArns[${String(index)}]`,
        arn,
      })),
    ])
      if (wide.test(String(arn))) yield { path, problem: quoted(arn) };
  },
};

export const identityAwsUserPolicy: ResourcePolicy = {
  id: "identity-aws-user-policy",
  concern: "identity",
  severity: "medium",
  description: "Rights are given to roles and groups, where they are seen, and to no single user.",
  remedy: "Attach the policy to a role or group",
  covers: ["CKV_AWS_40", "CIS AWS 1.15", "AVD-AWS-0143"],
  types: [
    "aws:iam/userPolicy:UserPolicy",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    "aws:iam/policyAttachment:PolicyAttachment",
  ],
  *check({ type, props }) {
    if (type !== "aws:iam/policyAttachment:PolicyAttachment")
      yield { path: "user", problem: "is a single user" };
    else if (listAt(props, "users").length > 0) yield { path: "users", problem: "are single users" };
  },
};

export const identityAwsTrustAccount: ResourcePolicy = {
  id: "identity-aws-trust-account",
  concern: "identity",
  severity: "high",
  description:
    "A role is taken by named roles and services, not by whoever an account lets: its own or another.",
  remedy:
    "Name the role in Principal instead of the account, or GitHub's repository in the condition on :sub",
  covers: ["CKV_AWS_61", "CKV_AWS_358", "CKV_AWS_393"],
  types: ["aws:iam/role:Role"],
  *check({ props }) {
    for (const statement of statementsOf(props["assumeRolePolicy"]) ?? []) {
      if (statement.effect !== "Allow") continue;
      const path = `assumeRolePolicy.${statement.path}`;
      for (const principal of statement.principals)
        if (/^(?:\d{12}|arn:aws[\w-]*:iam::\d{12}:root)$/.test(principal))
          yield { path, problem: `lets all of account ${/\d{12}/.exec(principal)?.[0] ?? ""} take the role` };
      if (
        statement.principals.some((name) =>
          name.includes("oidc-provider/token.actions.githubusercontent.com"),
        )
      )
        yield* repositories(statement, path);
    }
  },
};

/** GitHub's subjects: `repo:ORGANISATION/REPOSITORY:…`, whatever follows. */
function* repositories({ condition }: Statement, path: string): Iterable<Fault> {
  const subjects = Object.values(isMap(condition) ? condition : {})
    .filter(isMap)
    .flatMap((operator) =>
      Object.entries(operator)
        .filter(([name]) => name.endsWith(":sub"))
        .flatMap(([, values]) => (Array.isArray(values) ? (values as unknown[]) : [values])),
    );
  if (subjects.length === 0) yield { path, problem: "lets every repository of GitHub take the role" };
  for (const subject of subjects)
    if (!/^repo:[\w.-]+\/[^/:*]+/.test(String(subject)))
      yield {
        path,
        problem: `takes the subject ${quoted(subject).slice("is ".length)}, expected repo:ORGANISATION/REPOSITORY:…`,
      };
}

export const identityKmsKey: ResourcePolicy = {
  id: "identity-kms-key",
  concern: "identity",
  severity: "critical",
  description: "A KMS key is there to be used, and its policy does not shut its own writer out.",
  remedy: "Leave isEnabled and the check against lockout on",
  covers: ["CKV_AWS_227"],
  types: ["aws:kms/key:Key", "aws:kms/keyPolicy:KeyPolicy"],
  *check({ props }) {
    if (props["isEnabled"] === false)
      yield { path: "isEnabled", problem: "is false: nothing can be read with it" };
    if (props["bypassPolicyLockoutSafetyCheck"] === true)
      yield {
        path: "bypassPolicyLockoutSafetyCheck",
        problem: "is true: the policy may shut its own writer out",
      };
  },
};
