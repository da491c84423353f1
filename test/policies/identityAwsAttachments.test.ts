import {
  identityAwsManaged,
  identityAwsTrustAccount,
  identityAwsUserPolicy,
  identityKmsKey,
} from "../../policies/identity/awsAttachments.ts";
import { identityAwsPasswords } from "../../policies/identity/awsPasswords.ts";
import { testCloudPolicy } from "./declared.ts";
import { unknown, type Given } from "./evaluation.ts";

const admin = "arn:aws:iam::aws:policy/AdministratorAccess";
const github = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";

describe("Policies of identity: what AWS' people and programs hold", () => {
  testCloudPolicy({
    policy: identityAwsManaged,
    passes: {
      "what Session Manager needs": [attachment("arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore")],
      "a policy of one's own of that name": [
        attachment("arn:aws:iam::111122223333:policy/AdministratorAccess"),
      ],
    },
    fails: {
      "everything, on a role": {
        stack: [attachment(admin)],
        says: /policyArn is "arn:aws:iam::aws:policy\/Admin/,
      },
      "the way to everything, on a group": {
        stack: [
          {
            type: "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
            props: { policyArn: "arn:aws:iam::aws:policy/IAMFullAccess" },
          },
        ],
        says: /IAMFullAccess/,
      },
      "everything, within the role": {
        stack: [role([], { managedPolicyArns: [admin] })],
        says: /managedPolicyArns\[0\] is/,
      },
    },
    absent: { stack: [role([])] },
    unknown: [attachment(unknown)],
  });

  testCloudPolicy({
    policy: identityAwsUserPolicy,
    passes: { "a policy of roles": [shared({ roles: ["thanos"] })] },
    fails: {
      "a policy of a user": { stack: [shared({ users: ["ann"] })], says: /users are single users/ },
      "a policy within a user": {
        stack: [{ type: "aws:iam/userPolicy:UserPolicy", props: { user: "ann" } }],
        says: /user is a single user/,
      },
    },
    absent: { stack: [shared({})] },
    unknown: [shared({ users: unknown })],
  });

  testCloudPolicy({
    policy: identityAwsTrustAccount,
    passes: {
      "a service": [role([{ Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }])],
      "a role": [role([{ Principal: { AWS: "arn:aws:iam::111122223333:role/deploy" } }])],
      "a repository's branch": [role([ofGithub("repo:greenlang/vigil:ref:refs/heads/main")])],
    },
    fails: {
      "an account": {
        stack: [role([{ Principal: { AWS: ["arn:aws:iam::111122223333:root"] } }])],
        says: /lets all of account 111122223333 take the role/,
      },
      "an account by its number": {
        stack: [role([{ Principal: { AWS: "111122223333" } }])],
        says: /all of account/,
      },
      "all of GitHub": { stack: [role([ofGithub("*")])], says: /takes the subject "\*", expected repo:/ },
      "whatever repository of GitHub": {
        stack: [role([ofGithub("repo:*")])],
        says: /takes the subject "repo:\*"/,
      },
      "whoever names an environment": {
        stack: [role([ofGithub("environment:prod")])],
        says: /takes the subject "environment:prod"/,
      },
      "GitHub without a subject": {
        stack: [role([{ Principal: { Federated: github }, Condition: { StringEquals: {} } }])],
        says: /lets every repository of GitHub/,
      },
    },
    absent: { stack: [{ type: "aws:iam/role:Role", props: {} }] },
    unknown: [{ type: "aws:iam/role:Role", props: { assumeRolePolicy: unknown } }],
  });

  testCloudPolicy({
    policy: identityAwsPasswords,
    passes: {
      "strict rules": [passwords({})],
      "stricter ones": [passwords({ minimumPasswordLength: 20, maxPasswordAge: 30 })],
    },
    fails: {
      "short ones": {
        stack: [passwords({ minimumPasswordLength: 8 })],
        says: /minimumPasswordLength is 8, expected 14/,
      },
      "ones that never end": { stack: [passwords({ maxPasswordAge: 0 })], says: /maxPasswordAge is 0/ },
      "ones that end late": { stack: [passwords({ maxPasswordAge: 365 })], says: /maxPasswordAge is 365/ },
      "the last one again": {
        stack: [passwords({ passwordReusePrevention: 1 })],
        says: /passwordReusePrevention is 1/,
      },
      "letters only": { stack: [passwords({ requireSymbols: false })], says: /requireSymbols is false/ },
    },
    absent: {
      stack: [{ type: "aws:iam/accountPasswordPolicy:AccountPasswordPolicy", props: {} }],
      says: /minimumPasswordLength is not set[^]*requireNumbers is not set/,
    },
    unknown: [passwords({ minimumPasswordLength: unknown })],
  });

  testCloudPolicy({
    policy: identityKmsKey,
    passes: {
      "a key of the account's": [
        key([{ Principal: { AWS: "arn:aws:iam::111122223333:root" }, Action: "kms:*" }]),
      ],
    },
    fails: {
      "a policy that may shut everybody out": {
        stack: [{ type: "aws:kms/key:Key", props: { bypassPolicyLockoutSafetyCheck: true } }],
        says: /bypassPolicyLockoutSafetyCheck is true/,
      },
      "a key that is off": {
        stack: [{ type: "aws:kms/key:Key", props: { isEnabled: false } }],
        says: /isEnabled is false/,
      },
    },
    absent: { stack: [{ type: "aws:kms/key:Key", props: {} }] },
    unknown: [{ type: "aws:kms/key:Key", props: { isEnabled: unknown } }],
  });
});

function attachment(policyArn: string): Given {
  return { type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment", props: { role: "thanos", policyArn } };
}

function passwords(rules: object): Given {
  return {
    type: "aws:iam/accountPasswordPolicy:AccountPasswordPolicy",
    props: {
      minimumPasswordLength: 14,
      maxPasswordAge: 90,
      passwordReusePrevention: 24,
      requireLowercaseCharacters: true,
      requireUppercaseCharacters: true,
      requireNumbers: true,
      requireSymbols: true,
      ...rules,
    },
  };
}

function shared(props: Given["props"]): Given {
  return { type: "aws:iam/policyAttachment:PolicyAttachment", props };
}

function role(statements: readonly object[], props: object = {}): Given {
  const Statement = statements.map((statement) => ({
    Effect: "Allow",
    Action: "sts:AssumeRole",
    ...statement,
  }));
  return { type: "aws:iam/role:Role", props: { assumeRolePolicy: JSON.stringify({ Statement }), ...props } };
}

function ofGithub(subject: string): object {
  const Condition = { StringLike: { "token.actions.githubusercontent.com:sub": subject } };
  return { Principal: { Federated: github }, Action: "sts:AssumeRoleWithWebIdentity", Condition };
}

function key(statements: readonly object[]): Given {
  const Statement = statements.map((statement) => ({
    Effect: "Allow",
    Action: "kms:Decrypt",
    Resource: "*",
    ...statement,
  }));
  return { type: "aws:kms/key:Key", props: { policy: JSON.stringify({ Statement }) } };
}
