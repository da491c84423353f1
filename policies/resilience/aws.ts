/** AWS: one zone that fails is not missed, and what runs is still cared for. */
import { balancers, isForHttp } from "../facts/balancers.ts";
import type { ResourcePolicy } from "../policy.ts";
import { at, quoted } from "../resource.ts";
import { isTrue, requirementPolicy } from "../requirement.ts";

export const resilienceBalancerZones = requirementPolicy({
  id: "resilience-aws-balancer-zones",
  concern: "resilience",
  severity: "medium",
  description:
    "A load balancer for TCP sends to the targets of every zone, also when those of one have failed.",
  remedy: "Set enableCrossZoneLoadBalancing to true",
  covers: ["CKV_AWS_152"],
  requires: balancers.map((type) => ({
    type,
    path: "enableCrossZoneLoadBalancing",
    ...isTrue,
    // One for HTTP always does.
    unless: ({ props }) => isForHttp(props["loadBalancerType"]),
  })),
});

export const resilienceTargetHealth: ResourcePolicy = {
  id: "resilience-aws-target-health",
  concern: "resilience",
  severity: "medium",
  description: "A load balancer for HTTP asks a path of its targets that says whether they are ready.",
  remedy: "Set healthCheck.path, such as /-/ready",
  covers: ["CKV_AWS_261"],
  types: ["aws:lb/targetGroup:TargetGroup", "aws:alb/targetGroup:TargetGroup"],
  *check({ props }) {
    const protocol = props["protocol"];
    if ((protocol === "HTTP" || protocol === "HTTPS") && !at(props, "healthCheck", "path"))
      yield { path: "healthCheck.path", problem: "is not set" };
  },
};

export const resilienceLaunchConfiguration: ResourcePolicy = {
  id: "resilience-aws-launch-configuration",
  concern: "resilience",
  severity: "medium",
  description: "Machines start from launch templates: AWS takes no new launch configuration.",
  remedy: "Write a LaunchTemplate instead",
  covers: ["CKV_AWS_389"],
  types: ["aws:ec2/launchConfiguration:LaunchConfiguration"],
  *check() {
    // https://docs.aws.amazon.com/autoscaling/ec2/userguide/launch-configurations.html
    yield { path: "", problem: "is a launch configuration, which AWS makes for no new account" };
  },
};

/** `1.32`. */
const minorVersion = /^1\.(\d+)$/;

export const resilienceEksVersion: ResourcePolicy = {
  id: "resilience-eks-version",
  concern: "resilience",
  severity: "medium",
  description: "A cluster runs a version of Kubernetes that is still mended.",
  remedy: "Set version to one that EKS supports, a minor version a step",
  covers: ["CKV_AWS_339"],
  settings: {
    minimum: {
      type: "string",
      pattern: minorVersion.source,
      default: "1.32",
      description: "The oldest version that may run.",
    },
  },
  types: ["aws:eks/cluster:Cluster"],
  *check({ props }, { minimum }) {
    const version = props["version"];
    // Without one EKS takes its newest.
    if (version !== undefined && minor(version) < minor(minimum))
      yield { path: "version", problem: `${quoted(version)}, expected ${String(minimum)} or newer` };
  },
};

function minor(version: unknown): number {
  const [, count] = minorVersion.exec(String(version)) ?? [];
  return count === undefined ? -1 : Number(count);
}

export const resilienceEksProtection = requirementPolicy({
  id: "resilience-eks-protection",
  concern: "resilience",
  severity: "high",
  description: "A cluster is not deleted by mistake.",
  remedy: "Set deletionProtection to true",
  covers: [],
  requires: [{ type: "aws:eks/cluster:Cluster", path: "deletionProtection", ...isTrue }],
});
