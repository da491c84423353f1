/** Azure: UDP, whose senders nobody can be sure of, is not for everybody. */
import { securityGroupType, securityRules, securityRuleType } from "../facts/securityRules.ts";
import type { ResourcePolicy } from "../policy.ts";
import { everyOne } from "../resource.ts";
import { isEverybody } from "../facts/networks.ts";

export const exposureAzureDatagrams: ResourcePolicy = {
  id: "exposure-azure-udp",
  concern: "exposure",
  severity: "high",
  description:
    "No rule lets UDP in from everywhere, on whatever port: small questions with large answers hit others.",
  remedy: "Name the networks that may send, or set protocol to Tcp",
  covers: ["CKV_AZURE_77"],
  types: [securityGroupType, securityRuleType],
  *check(resource) {
    yield* everyOne(securityRules(resource), function* (rule) {
      if (rule.isInbound && rule.allows && rule.sources.some(isEverybody) && /^udp$/i.test(rule.protocol))
        yield { path: rule.path, problem: "lets everybody send UDP" };
    });
  },
};
