/** AWS: what a load balancer passes on. */
import { balancers, isForHttp } from "../facts/balancers.ts";
import { isTrue, requirementPolicy } from "../requirement.ts";

export const exposureBalancerRequests = requirementPolicy({
  id: "exposure-aws-balancer-requests",
  concern: "exposure",
  severity: "medium",
  description: "A load balancer for HTTP passes on no request that two readers could read in two ways.",
  remedy:
    'Set dropInvalidHeaderFields to true, and desyncMitigationMode to "defensive", "strictest" or nothing',
  covers: ["CKV_AWS_131", "CKV_AWS_328", "AVD-AWS-0052"],
  requires: balancers.flatMap((type) => [
    {
      type,
      path: "dropInvalidHeaderFields",
      ...isTrue,
      unless: ({ props }) => !isForHttp(props["loadBalancerType"]),
    },
    {
      type,
      path: "desyncMitigationMode",
      accepts: (value) => value !== "monitor",
      expected: '"defensive" or "strictest"',
    },
  ]),
});
