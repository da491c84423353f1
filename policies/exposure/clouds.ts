/** Ports and keys of clouds: a rule names ports even for those whom it knows, and a key's policy names who may use it. */
import { isEverybody, isEveryPort } from "../facts/networks.ts";
import { namesCaller, statementsOf } from "../facts/policyDocuments.ts";
import {
  securityGroupType,
  securityRules,
  securityRuleType,
  type SecurityRule,
} from "../facts/securityRules.ts";
import type { ResourcePolicy } from "../policy.ts";
import { everyOne, isMap } from "../resource.ts";

export const exposureAwsPorts: ResourcePolicy = {
  id: "exposure-aws-ports",
  concern: "exposure",
  severity: "medium",
  description:
    "A rule that lets others in names its protocol and ports; all of them are for members of the same group.",
  remedy: "Set ipProtocol to tcp or udp, with fromPort and toPort",
  covers: ["CKV_AWS_277"],
  types: ["aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"],
  *check({ props }) {
    const own = props["referencedSecurityGroupId"];
    if (own !== undefined && own === props["securityGroupId"]) return;
    if (props["ipProtocol"] === "-1") yield { path: "ipProtocol", problem: "is all of them" };
    else if (props["ipProtocol"] !== "icmp" && props["ipProtocol"] !== "icmpv6")
      for (const name of ["fromPort", "toPort"])
        if (props[name] === undefined) yield { path: name, problem: "is not set" };
  },
};

export const exposureAzurePorts: ResourcePolicy = {
  id: "exposure-azure-ports",
  concern: "exposure",
  severity: "medium",
  description: "A rule that lets others in names its ports; all of them are for members of the same network.",
  remedy: "Set destinationPortRange or destinationPortRanges to the ports that are asked for",
  covers: [],
  types: [securityGroupType, securityRuleType],
  *check(resource) {
    yield* everyOne(securityRules(resource), function* (rule) {
      if (!rule.isInbound || !rule.allows || isAmongItself(rule) || !rule.ports.some(isEveryPort)) return;
      // A rule for everybody has a policy of its own.
      if (rule.sources.some(isEverybody)) return;
      yield { path: rule.path, problem: "opens every port, expected the ports that are asked for" };
    });
  },
};

/** For a network's own machines, or for the balancer that asks how they are. */
function isAmongItself({ sources, destinations }: SecurityRule): boolean {
  return sources.every((source) => source === "AzureLoadBalancer" || destinations.includes(source));
}

export const exposureKmsPolicy: ResourcePolicy = {
  id: "exposure-kms-policy",
  concern: "exposure",
  severity: "critical",
  description: "A key's policy names who may use it, and only the account itself may do everything with it.",
  remedy: "Name the principals and actions of each Allow statement; leave kms:* to the account's root",
  covers: ["CKV_AWS_33", "AVD-AWS-0070"],
  types: ["aws:kms/key:Key", "aws:kms/keyPolicy:KeyPolicy"],
  *check({ props }) {
    if (props["policy"] === undefined) return;
    const statements = statementsOf(props["policy"]);
    if (statements === undefined) yield { path: "policy", problem: "is no policy document" };
    for (const { path, effect, principals, actions, inverted, condition } of statements ?? []) {
      if (effect !== "Allow") continue;
      const where = `policy.${path}`;
      if ((principals.includes("*") && !namesCaller(condition)) || inverted)
        yield { path: where, problem: "allows everybody" };
      const root = principals.every((name) => name.endsWith(":root"));
      if (!root && actions.some((action) => action === "*" || action === "kms:*"))
        yield { path: where, problem: "allows everything with the key" };
      const services = principals.some((name) => name.endsWith(".amazonaws.com"));
      if (services && !isMap(condition))
        yield { path: where, problem: "lets a service come for any account" };
    }
  },
};

export const exposureS3Condition: ResourcePolicy = {
  id: "exposure-s3-condition",
  concern: "exposure",
  severity: "critical",
  description:
    "Where a bucket's policy allows a service, a condition says on whose behalf; nobody may do everything.",
  remedy: "Add a condition on aws:SourceAccount, aws:PrincipalOrgID or an endpoint, and name the actions",
  covers: ["CKV_AWS_70"],
  types: ["aws:s3/bucketPolicy:BucketPolicy"],
  *check({ props }) {
    for (const { path, effect, principals, actions, condition } of statementsOf(props["policy"]) ?? []) {
      // Of everybody another policy tells.
      if (effect !== "Allow" || (principals.includes("*") && !namesCaller(condition))) continue;
      const where = `policy.${path}`;
      const unnamed = principals.filter((name) => name.endsWith(".amazonaws.com"));
      if (unnamed.length > 0 && !namesCaller(condition))
        yield { path: where, problem: `allows ${unnamed.join(", ")} on anybody's behalf` };
      if (actions.includes("*") || actions.includes("s3:*"))
        yield { path: where, problem: "allows everything with the bucket" };
    }
  },
};
