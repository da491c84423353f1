/** AWS: who may do what is named, and nobody has a key that never ends. */
import { comparisonsOf, names, statementsOf } from "../facts/policyDocuments.ts";
import type { Fault, ResourcePolicy } from "../policy.ts";
import { at, everyOne, listAt, type Resource } from "../resource.ts";
import { isNothing, isOneOf, requirementPolicy } from "../requirement.ts";

const roleType = "aws:iam/role:Role";
const policyTypes = [
  roleType,
  "aws:iam/policy:Policy",
  "aws:iam/rolePolicy:RolePolicy",
  "aws:iam/userPolicy:UserPolicy",
  "aws:iam/groupPolicy:GroupPolicy",
] as const;

/**
 * Actions that AWS knows no resource for, and ones that only describe; IAM does not tell the case of actions. A `Get`
 * reads objects, secrets, records and code in most services, and a machine's password in EC2.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
const withoutResource = new RegExp(
  [
    "[\\w-]+:(?:Describe|List)\\w*\\*?",
    "(?:acm|autoscaling|cloudwatch|elasticloadbalancing|iam|pricing|servicequotas|shield|tag|waf|wafv2|waf-regional):Get\\w*\\*?",
    "ec2:Get(?!Password|Console)\\w+",
    "(?:ssmmessages|ec2messages):\\w+",
    "sts:GetCallerIdentity|ecr:GetAuthorizationToken|cloudwatch:PutMetricData",
  ]
    .map((action) => `^(?:${action})$`)
    .join("|"),
  "i",
);

export const identityAwsLeast: ResourcePolicy = {
  id: "identity-aws-least-privilege",
  concern: "identity",
  severity: "high",
  description: "A policy names the actions it allows and the resources it allows them on.",
  remedy:
    "Replace `*` by the actions that are needed, and the resource by ARNs; `*` is left where AWS knows no resource",
  covers: [
    "CKV_AWS_1",
    "CKV_AWS_49",
    "CKV_AWS_62",
    "CKV_AWS_63",
    "CKV_AWS_108",
    "CKV_AWS_109",
    "CKV_AWS_110",
    "CKV_AWS_111",
    "CKV_AWS_286",
    "CKV_AWS_288",
    "CKV_AWS_289",
    "CKV_AWS_290",
    "CKV2_AWS_40",
    "AVD-AWS-0057",
  ],
  types: policyTypes,
  *check({ type, props }) {
    if (type !== roleType) {
      yield* grants(props["policy"], "policy");
      return;
    }
    const own = listAt(props, "inlinePolicies");
    yield* everyOne(own.keys(), function* (index) {
      const document = at(own[index], "policy");
      // One without a document takes all others away.
      if (document !== undefined) yield* grants(document, `inlinePolicies[${String(index)}].policy`);
    });
  },
};

function* grants(document: unknown, property: string): Iterable<Fault> {
  const statements = statementsOf(document);
  if (statements === undefined) yield { path: property, problem: "is no policy document" };
  for (const { path, effect, actions, resources, inverted, condition } of statements ?? []) {
    if (effect !== "Allow") continue;
    const where = `${property}.${path}`;
    if (inverted) yield { path: where, problem: "allows all that it does not name" };
    // `s3:**` and `*:*` say what `s3:*` and `*` do.
    const wide = actions.find((action) => !/^[\w-]+:.*[^*?]/.test(action));
    const onAll = resources.some(isEverything) && !narrows(condition);
    if (wide !== undefined) yield { path: where, problem: `allows ${wide}${onAll ? " on everything" : ""}` };
    else if (onAll) {
      const named = actions.find((action) => !withoutResource.test(action));
      if (named !== undefined) yield { path: where, problem: `allows ${named} on everything` };
    }
  }
}

/** `*`, and ARNs that name a service at most: `arn:aws:s3:::*`. */
function isEverything(resource: string): boolean {
  return /^(?:(?:arn:)?[*?:]+|arn(?::[^:]*){4}:[*?:/]+)$/.test(resource);
}

/** Whether it says more than how and when a call comes. */
function narrows(condition: unknown): boolean {
  return comparisonsOf(condition).some(
    ({ key }) =>
      !/^(?:aws:(?:securetransport|currenttime|epochtime|multifactorauth\w+|useragent|referer)|s3:tlsversion)$/.test(
        key,
      ),
  );
}

/** Together they are one service account; its cluster is the one that it is associated in. */
const podTags = [
  /^aws:(?:request|principal)tag\/kubernetes-namespace$/,
  /^aws:(?:request|principal)tag\/kubernetes-service-account$/,
];

function isManyServiceAccounts(subject: string): boolean {
  return subject.startsWith("system:serviceaccount:") && /[*?]/.test(subject);
}

export const identityAwsTrust: ResourcePolicy = {
  id: "identity-aws-trust",
  concern: "identity",
  severity: "critical",
  description: "A role names who may take it; pods take theirs for one account and one service account only.",
  remedy:
    "Name the principal; for pods.eks.amazonaws.com and web identities add conditions on account, cluster, namespace and service account",
  covers: ["CKV_AWS_60"],
  types: ["aws:iam/role:Role"],
  *check({ props }) {
    const statements = statementsOf(props["assumeRolePolicy"]);
    if (statements === undefined) {
      yield { path: "assumeRolePolicy", problem: "is no policy document" };
      return;
    }
    for (const { path, effect, principals, actions, condition, inverted } of statements) {
      if (effect !== "Allow") continue;
      const where = `assumeRolePolicy.${path}`;
      if (principals.includes("*") || inverted || principals.length === 0)
        yield { path: where, problem: "lets anybody take the role" };
      if (actions.some((action) => action === "*" || action === "sts:*"))
        yield { path: where, problem: "allows more than taking the role" };
      if (principals.some((name) => name === "pods.eks.amazonaws.com")) {
        if (!podTags.every((tag) => names(condition, tag).length > 0))
          yield { path: where, problem: "lets any pod have the role that somebody associates with it" };
        else if (names(condition, /^aws:sourceaccount$/).length === 0)
          yield { path: where, problem: "lets pods of other accounts take the role" };
      }
      const isForWeb =
        principals.some((name) => name.includes(":oidc-provider/")) ||
        actions.some((action) => action.toLowerCase() === "sts:assumerolewithwebidentity");
      const subjects = names(condition, /:sub$/);
      if (isForWeb && !subjects.some((each) => !each.some(isManyServiceAccounts)))
        yield { path: where, problem: "lets every pod of every cluster take the role" };
    }
  },
};

export const identityAwsKeys: ResourcePolicy = {
  id: "identity-aws-keys",
  concern: "identity",
  severity: "critical",
  description:
    "No user has a key that never ends: programs have roles, people come by the organisation's log-in.",
  remedy:
    "Use a role (Pod Identity, IRSA, an instance profile, OIDC of the pipeline) instead of the user or key",
  covers: ["CKV_AWS_273", "CKV_AWS_348", "CKV2_AWS_21", "CKV2_AWS_22", "CIS AWS 1.16", "AVD-AWS-0143"],
  types: ["aws:iam/accessKey:AccessKey", "aws:iam/user:User", "aws:iam/userLoginProfile:UserLoginProfile"],
  *check({ type }) {
    yield {
      path: "",
      problem: type.includes("accessKey") ? "is a key that never ends" : "is a user of its own",
    };
  },
};

export const identityAwsKeyPair = requirementPolicy({
  id: "identity-aws-key-pair",
  concern: "identity",
  severity: "high",
  description:
    "Nobody logs in to an instance with a key pair, and the instance has an identity for Session Manager.",
  remedy: "Remove keyName, and set iamInstanceProfile to one with AmazonSSMManagedInstanceCore",
  covers: ["CKV2_AWS_41"],
  requires: [
    { type: "aws:ec2/instance:Instance", path: "keyName", ...isNothing },
    { type: "aws:ec2/launchTemplate:LaunchTemplate", path: "keyName", ...isNothing },
    {
      type: "aws:ec2/instance:Instance",
      path: "iamInstanceProfile",
      accepts: (value) => typeof value === "string" && value !== "",
      expected: "an instance profile",
    },
  ],
});

export const identityAwsMetadata = requirementPolicy({
  id: "identity-aws-metadata",
  concern: "identity",
  severity: "high",
  description:
    "An instance hands out its credentials to requests with a token only, and to nobody a hop away.",
  remedy: 'Set metadataOptions.httpTokens to "required" and httpPutResponseHopLimit to 1',
  covers: ["CKV_AWS_79", "CKV_AWS_341", "CIS AWS 5.6", "AVD-AWS-0028", "AVD-AWS-0130"],
  requires: ["aws:ec2/instance:Instance", "aws:ec2/launchTemplate:LaunchTemplate"].flatMap((type) => [
    { type, path: "metadataOptions.httpTokens", ...isOneOf("required"), unless: hasNoMetadata },
    { type, path: "metadataOptions.httpPutResponseHopLimit", ...isOneOf(1), unless: hasNoMetadata },
  ]),
});

function hasNoMetadata({ props }: Resource): boolean {
  return at(props, "metadataOptions", "httpEndpoint") === "disabled";
}

export const identityEksAccess = requirementPolicy({
  id: "identity-eks-access",
  concern: "identity",
  severity: "high",
  description:
    "A cluster's access is said by access entries alone, and whoever created it is no administrator for that.",
  remedy: 'Set accessConfig.authenticationMode to "API" and bootstrapClusterCreatorAdminPermissions to false',
  covers: ["CIS EKS 5.5.1"],
  requires: [
    { type: "aws:eks/cluster:Cluster", path: "accessConfig.authenticationMode", ...isOneOf("API") },
    {
      type: "aws:eks/cluster:Cluster",
      path: "accessConfig.bootstrapClusterCreatorAdminPermissions",
      ...isOneOf(false),
    },
  ],
});

export const identityEksAudit = requirementPolicy({
  id: "identity-eks-audit",
  concern: "identity",
  severity: "high",
  description: "A cluster writes down who did what: all logs of its control plane are on.",
  remedy: "Set enabledClusterLogTypes to api, audit, authenticator, controllerManager and scheduler",
  covers: ["CKV_AWS_37", "CIS EKS 2.1.1", "AVD-AWS-0038"],
  requires: [
    {
      type: "aws:eks/cluster:Cluster",
      path: "enabledClusterLogTypes",
      accepts: (value) =>
        Array.isArray(value) &&
        ["api", "audit", "authenticator", "controllerManager", "scheduler"].every((log) =>
          value.includes(log),
        ),
      expected: "all five logs",
    },
  ],
});
