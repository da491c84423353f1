/** Ports and keys of clouds: a rule names ports even for those whom it knows, and a key's policy names who may use it. */
import { statementsOf } from "../facts/policyDocuments.ts";
import type { ResourcePolicy } from "../policy.ts";
import { at, isMap, listAt, quoted } from "../resource.ts";

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

/** Who may come to whom is one network: its members among themselves. */
export const exposureAzurePorts: ResourcePolicy = {
  id: "exposure-azure-ports",
  concern: "exposure",
  severity: "medium",
  description: "A rule that lets others in names its ports; all of them are for members of the same network.",
  remedy: "Set destinationPortRange or destinationPortRanges to the ports that are asked for",
  covers: [],
  types: ["azure-native:network:NetworkSecurityGroup", "azure-native:network:SecurityRule"],
  *check({ type, props }) {
    const single = type.endsWith(":SecurityRule");
    for (const [index, rule] of (single ? [props] : listAt(props, "securityRules")).entries()) {
      if (at(rule, "direction") !== "Inbound" || at(rule, "access") !== "Allow") continue;
      const source = at(rule, "sourceAddressPrefix");
      if (source === "AzureLoadBalancer") continue;
      const [from, to] = ["source", "destination"].map((side) =>
        listAt(rule, `${side}AddressPrefixes`).join(),
      );
      if (from !== "" && from === to) continue;
      if (source !== undefined && source !== "*" && source === at(rule, "destinationAddressPrefix")) continue;
      const ports = [at(rule, "destinationPortRange"), ...listAt(rule, "destinationPortRanges")];
      const named = ports.filter((port) => port !== undefined && port !== "");
      if (named.length === 0 || named.includes("*"))
        yield {
          path: `${single ? "" : `securityRules[${String(index)}].`}destinationPortRange`,
          problem: `${quoted(named[0])}, expected the ports that are asked for`,
        };
    }
  },
};

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
    for (const { path, effect, principals, actions, inverted, condition } of statementsOf(props["policy"]) ??
      []) {
      if (effect !== "Allow") continue;
      const where = `policy.${path}`;
      if (principals.includes("*") || inverted) yield { path: where, problem: "allows everybody" };
      const root = principals.every((name) => name.endsWith(":root"));
      if (!root && actions.some((action) => action === "*" || action === "kms:*"))
        yield { path: where, problem: "allows everything with the key" };
      const services = principals.some((name) => name.endsWith(".amazonaws.com"));
      if (services && !isMap(condition))
        yield { path: where, problem: "lets a service come for any account" };
    }
  },
};

/** Conditions that say whose request it is; the others say how it comes. */
const naming =
  /^(?:aws:(?:Source(?:Account|Arn|OrgID|VpcE?)|Principal(?:OrgID|OrgPaths|Account|Arn)|ResourceAccount|VpcSourceIp|SourceIp|userid)|s3:DataAccessPointAccount)/i;

export const exposureS3Condition: ResourcePolicy = {
  id: "exposure-s3-condition",
  concern: "exposure",
  severity: "critical",
  description: "Where a bucket's policy allows everybody or a service, a condition says on whose behalf.",
  remedy: "Add a condition on aws:SourceAccount, aws:PrincipalOrgID or an endpoint, or name the principals",
  covers: ["CKV_AWS_70"],
  types: ["aws:s3/bucketPolicy:BucketPolicy"],
  *check({ props }) {
    for (const { path, effect, principals, actions, condition } of statementsOf(props["policy"]) ?? []) {
      if (effect !== "Allow") continue;
      const where = `policy.${path}`;
      const keys = isMap(condition)
        ? Object.values(condition).flatMap((test) => (isMap(test) ? Object.keys(test) : []))
        : [];
      const unnamed = principals.filter((name) => name === "*" || name.endsWith(".amazonaws.com"));
      if (unnamed.length > 0 && !keys.some((key) => naming.test(key)))
        yield { path: where, problem: `allows ${unnamed.join(", ")} on anybody's behalf` };
      if (actions.includes("*") || actions.includes("s3:*"))
        yield { path: where, problem: "allows everything with the bucket" };
    }
  },
};
