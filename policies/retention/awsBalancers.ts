/** AWS: what a load balancer writes down. */
import { balancers, isForHttp } from "../facts/balancers.ts";
import { isSet, isTrue, requirementPolicy } from "../requirement.ts";

export const retentionBalancerLog = requirementPolicy({
  id: "retention-aws-balancer-log",
  concern: "retention",
  severity: "medium",
  description: "A load balancer for HTTP writes down who asked for what.",
  remedy: "Set accessLogs.enabled to true, and accessLogs.bucket",
  covers: [],
  requires: balancers.flatMap((type) => [
    {
      type,
      path: "accessLogs.enabled",
      ...isTrue,
      unless: ({ props }) => !isForHttp(props["loadBalancerType"]),
    },
    {
      type,
      path: "accessLogs.bucket",
      ...isSet("the name of a bucket"),
      unless: ({ props }) => !isForHttp(props["loadBalancerType"]),
    },
  ]),
});
