/** Azure: UDP, whose senders nobody can be sure of, is not for everybody. */
import type { ResourcePolicy } from "../policy.ts";
import { at, listAt } from "../resource.ts";
import { isEverybody } from "./networks.ts";

const single = "azure-native:network:SecurityRule";

export const exposureAzureDatagrams: ResourcePolicy = {
  id: "exposure-azure-udp",
  concern: "exposure",
  severity: "high",
  description:
    "No rule lets UDP in from everywhere, on whatever port: small questions with large answers hit others.",
  remedy: "Name the networks that may send, or set protocol to Tcp",
  covers: ["CKV_AZURE_77"],
  types: ["azure-native:network:NetworkSecurityGroup", single],
  *check({ type, props }) {
    for (const [index, rule] of (type === single ? [props] : listAt(props, "securityRules")).entries()) {
      const sources = [at(rule, "sourceAddressPrefix"), ...listAt(rule, "sourceAddressPrefixes")];
      const isOpen = sources.some((source) => typeof source === "string" && isEverybody(source));
      if (at(rule, "direction") === "Inbound" && at(rule, "access") === "Allow" && isOpen)
        if (/^udp$/i.test(String(at(rule, "protocol"))))
          yield {
            path: type === single ? "" : `securityRules[${String(index)}]`,
            problem: "lets everybody send UDP",
          };
    }
  },
};
