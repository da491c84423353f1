/**
 * One `targets.yml` for every job that Prometheus finds by file: it is re-read on change, so that a new target is live
 * without a reload. Each group says by {@link jobLabel} whose it is, and each job keeps its own.
 */
import type { Component, Discovery, Labels, ScrapeJob, System, Target } from "./model.ts";
import type { Instance, Layout } from "./hosts.ts";
import { toYaml } from "./yaml.ts";

/** Label of a target group that names its job. It starts with two underscores, so that Prometheus drops it after relabelling. */
export const jobLabel = "__vigil_job__";

/** A set of addresses with the same labels, as file discovery reads it. */
export interface TargetGroup {
  readonly targets: readonly string[];
  readonly labels: Labels;
}

/** Whether the job's targets are in `targets.yml`; the others are discovered from a cloud's or Kubernetes' API. */
export function isListed(job: ScrapeJob): boolean {
  return ["static", "stack", "hosts", "workload", "federate", "pushgateway"].includes(job.discovery.kind);
}

/** Text of `targets.yml`: all groups of all listed jobs, in the order of the jobs. */
export function renderTargets(system: System, layout: Layout): string {
  const groups = system.jobs.flatMap((job) =>
    targetGroups(job, layout).map((group) => ({
      targets: group.targets,
      labels: { ...group.labels, [jobLabel]: job.name },
    })),
  );
  return toYaml(groups);
}

/** The groups of one job, without {@link jobLabel}. Empty for jobs that are discovered otherwise. */
export function targetGroups(job: ScrapeJob, layout: Layout): TargetGroup[] {
  const discovery: Discovery = job.discovery;
  switch (discovery.kind) {
    case "static":
      return discovery.targets.map((target) => declaredTarget(target, layout));
    case "federate":
      return discovery.from.map((target) => declaredTarget(target, layout));
    case "stack":
      return instancesOf(layout, discovery.components).flatMap(stackTarget);
    case "pushgateway":
      return instancesOf(layout, ["pushgateway"]).flatMap(stackTarget);
    case "hosts":
      return instancesOf(layout, [discovery.component]).flatMap((instance) =>
        stackTarget(instance).map((group) => ({
          targets: group.targets,
          labels: { ...group.labels, instance: instance.machine, service: "host" },
        })),
      );
    case "workload":
    case "kubernetes":
    case "azure":
    case "monitor":
      return [];
  }
}

/** Whether targets of the job are run by the stack itself, as stand-ins for what the system names. */
export function isStoodIn(job: ScrapeJob, layout: Layout): boolean {
  return (
    job.discovery.kind === "static" &&
    job.discovery.targets.some((target) => standIn(target, layout) !== undefined)
  );
}

/** `host:port` of an instance's port. @throws when the layout gives it none. */
export function addressOf(instance: Instance, port: string): string {
  const number = instance.ports[port];
  if (number === undefined)
    throw new Error(
      `layout: ${instance.name} has no port "${port}", only ${Object.keys(instance.ports).sort().join(", ")}; add it to the layout`,
    );
  return `${instance.address.includes(":") ? `[${instance.address}]` : instance.address}:${number.toString()}`;
}

/** The layout's instances of these components, in its order. */
export function instancesOf(layout: Layout, components: readonly Component[]): Instance[] {
  return layout.instances.filter((instance) => components.includes(instance.component));
}

/**
 * A target that the system names. Where the stack itself runs what is named (by the host, or by the label `instance`),
 * the address is the stack's and `instance` keeps the name, so that alerts read the same on every platform.
 */
function declaredTarget(target: Target, layout: Layout): TargetGroup {
  const own = standIn(target, layout);
  if (own === undefined) return { targets: [target.address], labels: target.labels };
  return {
    targets: [addressOf(own, own.component === "redis" ? "redis" : "http")],
    labels: { ...target.labels, instance: declaredName(target) },
  };
}

/** The instance of the layout that is, or takes the place of, a target that the system names. */
function standIn(target: Target, layout: Layout): Instance | undefined {
  const names = [declaredName(target), hostOf(target)];
  return (
    layout.instances.find(
      (instance) => instance.standsFor !== undefined && names.includes(instance.standsFor),
    ) ?? layout.instances.find((instance) => names.includes(instance.name))
  );
}

function declaredName(target: Target): string {
  return target.labels["instance"] ?? hostOf(target);
}

function hostOf(target: Target): string {
  return target.address.replace(/:\d+$/, "");
}

function stackTarget(instance: Instance): TargetGroup[] {
  const port = instance.ports["metrics"] === undefined ? "http" : "metrics";
  if (instance.ports[port] === undefined) return [];
  return [
    {
      targets: [addressOf(instance, port)],
      // By `host` a machine that is down takes the alerts of all that is on it along.
      labels: { instance: instance.name, service: instance.component, host: instance.machine },
    },
  ];
}
