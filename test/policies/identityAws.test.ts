import { resilienceEksProtection } from "../../policies/resilience/aws.ts";
import * as identityPolicies from "../../policies/identity/aws.ts";
import {
  identityAwsKeyPair,
  identityAwsKeys,
  identityAwsLeast,
  identityAwsMetadata,
  identityAwsTrust,
  identityEksAccess,
  identityEksAudit,
} from "../../policies/identity/aws.ts";
import { testNoneIsLeftOut } from "./cases.ts";
import { testCloudPolicy } from "./declared.ts";
import { unknown, type Given } from "./evaluation.ts";

const bucketArn = "arn:aws:s3:::gl-blocks";
const issuer = "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE";
const podTags = {
  "aws:SourceAccount": "111122223333",
  "aws:RequestTag/kubernetes-namespace": "monitoring",
  "aws:RequestTag/kubernetes-service-account": "thanos",
};
const logs = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

describe("Policies of identity in AWS", () => {
  testCloudPolicy({
    policy: identityAwsLeast,
    passes: {
      "named actions on named resources": [
        policy({ Action: ["s3:GetObject", "s3:PutObject"], Resource: `${bucketArn}/*` }),
      ],
      "secrets whose names begin alike": [
        policy({
          Action: "secretsmanager:GetSecretValue",
          Resource: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:vigil/*",
        }),
      ],
      "actions that begin alike": [policy({ Action: "s3:PutObject*", Resource: `${bucketArn}/*` })],
      "an action that AWS knows no resource for": [
        policy({ Action: ["ecr:GetAuthorizationToken", "ec2:DescribeInstances", "tag:get*"], Resource: "*" }),
      ],
      "all of the agent's channels": [policy({ Action: "ssmmessages:CreateDataChannel", Resource: "*" })],
      "a key by one service": [
        policy({
          Action: "kms:Decrypt",
          Resource: "*",
          Condition: { StringEquals: { "kms:ViaService": "s3.eu-west-1.amazonaws.com" } },
        }),
      ],
      "a role with a named right of its own, and without any": [
        inline({ name: "access", policy: document(statement({ Action: "s3:GetObject" })) }),
        inline({}),
        role({ Principal: { Service: "ec2.amazonaws.com" } }),
      ],
      "a refusal of everything": [policy({ Effect: "Deny", Action: "*", Resource: "*" })],
      "a document that is no text": [
        { ...policy({}), props: { policy: { Statement: [statement({ Action: "s3:GetObject" })] } } },
      ],
    },
    fails: {
      everything: {
        stack: [policy({ Action: "*", Resource: "*" })],
        says: /policy\.Statement\[0\] allows \* on everything\./,
      },
      "a whole service": {
        stack: [policy({ Action: ["s3:GetObject", "kms:*"], Resource: bucketArn })],
        says: /policy\.Statement\[0\] allows kms:\*/,
      },
      "everything in more stars": {
        stack: [policy({ Action: "*:*", Resource: bucketArn })],
        says: /allows \*:\*/,
      },
      "a whole service in more stars": {
        stack: [policy({ Action: "s3:?*", Resource: bucketArn })],
        says: /allows s3:\?\*/,
      },
      "writing to every bucket": {
        stack: [policy({ Action: "s3:PutObject", Resource: ["arn:aws:s3:::*", "arn:aws:s3:::*/*"] })],
        says: /allows s3:PutObject on everything/,
      },
      "writing to everything in more stars": {
        stack: [policy({ Action: "s3:PutObject", Resource: "**" })],
        says: /allows s3:PutObject on everything/,
      },
      "writing anywhere under an empty condition": {
        stack: [policy({ Action: "s3:PutObject", Resource: "*", Condition: {} })],
        says: /allows s3:PutObject on everything/,
      },
      "writing anywhere over TLS": {
        stack: [
          policy({
            Action: "s3:PutObject",
            Resource: "*",
            Condition: { Bool: { "aws:SecureTransport": "true" } },
          }),
        ],
        says: /allows s3:PutObject on everything/,
      },
      "reading every object": {
        stack: [policy({ Action: "s3:GetObject", Resource: "*" })],
        says: /allows s3:GetObject on everything/,
      },
      "reading every secret": {
        stack: [policy({ Action: "secretsmanager:GetSecretValue", Resource: "*" })],
        says: /allows secretsmanager:GetSecretValue on everything/,
      },
      "reading every parameter": {
        stack: [policy({ Action: "ssm:GetParameter*", Resource: "*" })],
        says: /allows ssm:GetParameter\* on everything/,
      },
      "reading every table": {
        stack: [policy({ Action: "dynamodb:getItem", Resource: "*" })],
        says: /allows dynamodb:getItem on everything/,
      },
      "reading every machine's password": {
        stack: [policy({ Action: "ec2:GetPasswordData", Resource: "*" })],
        says: /allows ec2:GetPasswordData on everything/,
      },
      "reading all that EC2 has": {
        stack: [policy({ Action: "ec2:Get*", Resource: "*" })],
        says: /allows ec2:Get\* on everything/,
      },
      "writing anywhere": {
        stack: [policy({ Action: "s3:PutObject", Resource: ["*"] })],
        says: /allows s3:PutObject on everything/,
      },
      "all but some actions": {
        stack: [policy({ Action: undefined, NotAction: "iam:*", Resource: bucketArn })],
        says: /allows all that it does not name/,
      },
      "all but some resources": {
        stack: [policy({ Action: "s3:GetObject", Resource: undefined, NotResource: bucketArn })],
        says: /allows all that it does not name/,
      },
      "a role's policy": {
        stack: [{ ...policy({ Action: "*" }), type: "aws:iam/rolePolicy:RolePolicy" }],
        says: /allows \*/,
      },
      "a policy in the role itself": {
        stack: [
          inline({ policy: unknown }, { name: "access", policy: document(statement({ Action: "*" })) }),
        ],
        says: /inlinePolicies\[1\]\.policy\.Statement\[0\] allows \*/,
      },
      "a user's policy": {
        stack: [{ ...policy({ Action: "*" }), type: "aws:iam/userPolicy:UserPolicy" }],
        says: /allows \*/,
      },
      "a group's policy": {
        stack: [{ ...policy({ Action: "*" }), type: "aws:iam/groupPolicy:GroupPolicy" }],
        says: /allows \*/,
      },
      "what is no document": {
        stack: [{ ...policy({}), props: { policy: "everything" } }],
        says: /policy is no policy document/,
      },
    },
    absent: { stack: [{ ...policy({}), props: {} }], says: /policy is no policy document/ },
    unknown: [{ ...policy({}), props: { policy: unknown } }],
  });

  testCloudPolicy({
    policy: identityAwsTrust,
    passes: {
      "a service": [role({ Principal: { Service: "ec2.amazonaws.com" } })],
      "an account": [role({ Principal: { AWS: "arn:aws:iam::111122223333:root" } })],
      "a pod by its service account": [pod({ StringEquals: podTags })],
      "a pod, in other letters": [
        pod({
          StringEquals: Object.fromEntries(
            Object.entries(podTags).map(([name, value]) => [name.toLowerCase(), value]),
          ),
        }),
      ],
      "a pod by a web identity": [
        webIdentity({ StringEquals: { [`${issuer}:sub`]: "system:serviceaccount:monitoring:thanos" } }),
      ],
      "one that names a few": [
        webIdentity({
          StringLike: {
            [`${issuer}:SUB`]: ["system:serviceaccount:monitoring:thanos", "system:serviceaccount:logs:loki"],
          },
        }),
      ],
      "a pipeline": [
        webIdentity({
          StringLike: { "token.actions.githubusercontent.com:sub": "repo:vigil/vigil:environment:*" },
        }),
      ],
    },
    fails: {
      everybody: { stack: [role({ Principal: "*" })], says: /assumeRolePolicy\.Statement\[0\] lets anybody/ },
      "everybody with an account": {
        stack: [role({ Principal: { AWS: "*" } })],
        says: /lets anybody take the role/,
      },
      "everybody but one": {
        stack: [role({ Principal: undefined, NotPrincipal: { AWS: "arn:aws:iam::111122223333:root" } })],
        says: /lets anybody take the role/,
      },
      "more than taking it": {
        stack: [role({ Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:*" })],
        says: /allows more than taking the role/,
      },
      "every pod": { stack: [pod(undefined)], says: /lets any pod have the role that somebody associates/ },
      "every pod of one account": {
        stack: [pod({ StringEquals: { "aws:SourceAccount": "111122223333" } })],
        says: /lets any pod/,
      },
      "pods of other accounts": {
        stack: [pod({ StringEquals: { ...podTags, "aws:SourceAccount": undefined } })],
        says: /lets pods of other accounts take the role/,
      },
      "every web identity of a provider": {
        stack: [webIdentity({ StringEquals: { [`${issuer}:aud`]: "sts.amazonaws.com" } })],
        says: /lets every pod/,
      },
      "any service account by a star": {
        stack: [webIdentity({ StringLike: { [`${issuer}:sub`]: "system:serviceaccount:*:*" } })],
        says: /lets every pod/,
      },
      "any service account of a namespace": {
        stack: [webIdentity({ StringLike: { [`${issuer}:sub`]: "system:serviceaccount:monitoring:*" } })],
        says: /lets every pod/,
      },
      "any subject": {
        stack: [webIdentity({ StringLike: { [`${issuer}:sub`]: "*" } })],
        says: /lets every pod/,
      },
      "all subjects but one": {
        stack: [
          webIdentity({ StringNotEquals: { [`${issuer}:sub`]: "system:serviceaccount:monitoring:thanos" } }),
        ],
        says: /lets every pod/,
      },
      "web identities by a star in the action": {
        stack: [
          role({
            Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/${issuer}` },
            Action: "sts:AssumeRoleWith*",
          }),
        ],
        says: /lets every pod/,
      },
      "pods without a service account": {
        stack: [pod({ StringEqualsIfExists: { "aws:RequestTag/kubernetes-service-account": "thanos" } })],
        says: /lets any pod/,
      },
      "a service account of any namespace": {
        stack: [pod({ StringEquals: { ...podTags, "aws:RequestTag/kubernetes-namespace": undefined } })],
        says: /lets any pod/,
      },
      "a service account that only another is not": {
        stack: [pod({ StringNotEquals: podTags })],
        says: /lets any pod/,
      },
      "what is no document": {
        stack: [{ ...role({}), props: { assumeRolePolicy: "everybody" } }],
        says: /assumeRolePolicy is no policy document/,
      },
    },
    absent: { stack: [{ ...role({}), props: {} }], says: /assumeRolePolicy is no policy document/ },
    unknown: [{ ...role({}), props: { assumeRolePolicy: unknown } }],
  });

  testCloudPolicy({
    policy: identityAwsKeys,
    passes: { "a role": [role({ Principal: { Service: "ec2.amazonaws.com" } })] },
    fails: {
      "a user": { stack: [{ type: "aws:iam/user:User", props: {} }], says: /is a user of its own/ },
      "a key": {
        stack: [{ type: "aws:iam/accessKey:AccessKey", props: { user: unknown } }],
        says: /is a key that never ends/,
      },
      "a log-in with a password": {
        stack: [{ type: "aws:iam/userLoginProfile:UserLoginProfile", props: { user: "one" } }],
        says: /is a user of its own/,
      },
    },
    absent: { stack: [] },
  });

  testCloudPolicy({
    policy: identityAwsKeyPair,
    passes: {
      "an instance profile": [instance({ iamInstanceProfile: "edge" })],
      "a template, whose group may give the profile": [template({})],
      "no key pair in a state, which has empty texts": [
        instance({ iamInstanceProfile: "edge", keyName: "" }),
      ],
    },
    fails: {
      "a key pair": {
        stack: [instance({ iamInstanceProfile: "edge", keyName: "laptop" })],
        says: /keyName is "laptop", expected nothing/,
      },
      "a template with a key pair": {
        stack: [template({ keyName: "laptop" })],
        says: /keyName is "laptop", expected nothing/,
      },
      "no profile": {
        stack: [instance({ iamInstanceProfile: "" })],
        says: /iamInstanceProfile is "", expected an instance profile/,
      },
    },
    absent: { stack: [instance({})], says: /iamInstanceProfile is not set/ },
    unknown: [instance({ iamInstanceProfile: unknown })],
  });

  testCloudPolicy({
    policy: identityAwsMetadata,
    passes: {
      "no metadata at all": [
        instance({ metadataOptions: { httpEndpoint: "disabled" } }),
        template({ metadataOptions: { httpEndpoint: "disabled" } }),
      ],
      "tokens, for the machine alone": [
        instance({ metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 } }),
        template({ metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 } }),
      ],
    },
    fails: {
      "no tokens, where metadata are on": {
        stack: [instance({ metadataOptions: { httpEndpoint: "enabled", httpPutResponseHopLimit: 1 } })],
        says: /httpTokens is not set/,
      },
      "no tokens": {
        stack: [instance({ metadataOptions: { httpTokens: "optional", httpPutResponseHopLimit: 1 } })],
        says: /metadataOptions\.httpTokens is "optional", expected "required"/,
      },
      "containers a hop away": {
        stack: [template({ metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 2 } })],
        says: /metadataOptions\.httpPutResponseHopLimit is 2, expected 1/,
      },
    },
    absent: {
      stack: [instance({}), { ...template({}), name: "template" }],
      says: /subject .*httpTokens is not set[^]*template .*httpPutResponseHopLimit is not set/,
    },
    unknown: [instance({ metadataOptions: unknown })],
  });

  testCloudPolicy({
    policy: identityEksAccess,
    passes: { "access entries alone": [cluster({ accessConfig: access("API", false) })] },
    fails: {
      "the config map too": {
        stack: [cluster({ accessConfig: access("API_AND_CONFIG_MAP", false) })],
        says: /accessConfig\.authenticationMode is "API_AND_CONFIG_MAP", expected "API"/,
      },
      "its creator": {
        stack: [cluster({ accessConfig: access("API", true) })],
        says: /accessConfig\.bootstrapClusterCreatorAdminPermissions is true, expected false/,
      },
    },
    // AWS' own defaults are the config map, and its creator.
    absent: { stack: [cluster({})], says: /authenticationMode is not set[^]*AdminPermissions is not set/ },
    unknown: [cluster({ accessConfig: access(unknown, false) })],
  });

  testCloudPolicy({
    policy: identityEksAudit,
    passes: { "all five": [cluster({ enabledClusterLogTypes: logs })] },
    fails: {
      "all but one": {
        stack: [cluster({ enabledClusterLogTypes: logs.filter((log) => log !== "audit") })],
        says: /enabledClusterLogTypes is \["api".*expected all five logs/,
      },
    },
    absent: { stack: [cluster({})], says: /enabledClusterLogTypes is not set/ },
    unknown: [cluster({ enabledClusterLogTypes: unknown })],
  });

  testCloudPolicy({
    policy: resilienceEksProtection,
    passes: { "a cluster that stays": [cluster({ deletionProtection: true })] },
    fails: {
      "one that may go": {
        stack: [cluster({ deletionProtection: false })],
        says: /deletionProtection is false, expected true/,
      },
    },
    absent: { stack: [cluster({})], says: /deletionProtection is not set/ },
    unknown: [cluster({ deletionProtection: unknown })],
  });

  testNoneIsLeftOut(identityPolicies);
});

function statement(changes: object): object {
  return { Effect: "Allow", Resource: bucketArn, ...changes };
}

function document(...statements: object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

function policy(changes: object): Given {
  return { type: "aws:iam/policy:Policy", props: { policy: document(statement(changes)) } };
}

function inline(...inlinePolicies: object[]): Given {
  return { type: "aws:iam/role:Role", props: { inlinePolicies } };
}

function role(changes: object): Given {
  const trust = document({ Effect: "Allow", Action: "sts:AssumeRole", ...changes });
  return { type: "aws:iam/role:Role", props: { assumeRolePolicy: trust } };
}

function pod(Condition: object | undefined): Given {
  return role({
    Principal: { Service: "pods.eks.amazonaws.com" },
    Action: ["sts:AssumeRole", "sts:TagSession"],
    Condition,
  });
}

function webIdentity(Condition: object): Given {
  const provider = `arn:aws:iam::111122223333:oidc-provider/${issuer}`;
  return role({ Principal: { Federated: provider }, Action: "sts:AssumeRoleWithWebIdentity", Condition });
}

function instance(props: object): Given {
  return { type: "aws:ec2/instance:Instance", props: { ...props } };
}

function template(props: object): Given {
  return { type: "aws:ec2/launchTemplate:LaunchTemplate", props: { ...props } };
}

function cluster(props: object): Given {
  return { type: "aws:eks/cluster:Cluster", props: { ...props } };
}

function access(authenticationMode: string, bootstrapClusterCreatorAdminPermissions: boolean): object {
  return { authenticationMode, bootstrapClusterCreatorAdminPermissions };
}
