/** AWS: what a load balancer takes and passes on is not in the clear, and a session is written down encrypted. */
import type { ResourcePolicy } from "../policy.ts";
import { at, isMap, listAt, quoted } from "../resource.ts";
import { parsedJson } from "../text.ts";

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html */
const strong = /^ELBSecurityPolicy-(?:TLS13-1-[23]-|FS-1-2-|TLS-1-2-)/;

export const encryptionListener: ResourcePolicy = {
  id: "encryption-aws-listener",
  concern: "encryption",
  severity: "high",
  description: "A listener takes TLS 1.2 or newer, passes TCP on as it is, or sends HTTP to HTTPS.",
  remedy:
    'Set protocol to "HTTPS" or "TLS" with an sslPolicy such as "ELBSecurityPolicy-TLS13-1-2-2021-06", or redirect to HTTPS',
  covers: ["CKV_AWS_2", "CKV_AWS_103", "CKV2_AWS_20", "CKV2_AWS_74", "AVD-AWS-0047", "AVD-AWS-0054"],
  types: ["aws:lb/listener:Listener", "aws:alb/listener:Listener"],
  *check({ props }) {
    const protocol = props["protocol"];
    if (["TCP", "UDP", "TCP_UDP"].includes(String(protocol))) return;
    if (protocol === "HTTPS" || protocol === "TLS") {
      const ciphers = props["sslPolicy"];
      if (!strong.test(String(ciphers)))
        yield { path: "sslPolicy", problem: `${quoted(ciphers)}, expected a policy of TLS 1.2 or 1.3` };
      return;
    }
    const actions = listAt(props, "defaultActions");
    const isSentOn =
      actions.length > 0 &&
      actions.every(
        (action) => at(action, "type") === "redirect" && at(action, "redirect", "protocol") === "HTTPS",
      );
    if (!isSentOn) yield { path: "protocol", problem: `${quoted(protocol)}: it answers in the clear` };
  },
};

export const encryptionTargets: ResourcePolicy = {
  id: "encryption-aws-targets",
  concern: "encryption",
  severity: "medium",
  description: "A load balancer speaks TLS to what is behind it, or passes on what is.",
  remedy: 'Set protocol of the target group to "HTTPS", "TLS" or "TCP"',
  covers: ["CKV_AWS_378"],
  types: ["aws:lb/targetGroup:TargetGroup", "aws:alb/targetGroup:TargetGroup"],
  *check({ props }) {
    if (props["protocol"] === "HTTP") yield { path: "protocol", problem: 'is "HTTP"' };
  },
};

export const encryptionSessions: ResourcePolicy = {
  id: "encryption-aws-sessions",
  concern: "encryption",
  severity: "medium",
  description:
    "What people do in Session Manager is encrypted with a key of the account's own, and written down.",
  remedy:
    "Set inputs.kmsKeyId of the document, and s3BucketName with s3EncryptionEnabled or cloudWatchLogGroupName with cloudWatchEncryptionEnabled",
  covers: ["CKV_AWS_112", "CKV_AWS_113"],
  types: ["aws:ssm/document:Document"],
  *check({ props }) {
    if (props["documentType"] !== "Session") return;
    const inputs = inputsOf(props["content"]);
    // What YAML says is not read: it cannot be passed unseen.
    if (inputs === undefined) yield { path: "content", problem: "is no JSON with inputs" };
    else {
      if (!at(inputs, "kmsKeyId")) yield { path: "content inputs.kmsKeyId", problem: "is not set" };
      const isWritten =
        (Boolean(at(inputs, "s3BucketName")) && at(inputs, "s3EncryptionEnabled") === true) ||
        (Boolean(at(inputs, "cloudWatchLogGroupName")) && at(inputs, "cloudWatchEncryptionEnabled") === true);
      if (!isWritten) yield { path: "content inputs", problem: "name no encrypted log" };
    }
  },
};

function inputsOf(content: unknown): unknown {
  const inputs = at(typeof content === "string" ? parsedJson(content) : content, "inputs");
  return isMap(inputs) ? inputs : undefined;
}
