import { withSelfMonitoring } from "./alerts/selfMonitoring.ts";
import { deadMansSwitchSecret, withDeadMansSwitch } from "./deadMansSwitch.ts";
import { secretsOfReceiver } from "./extend.ts";
import { selectors } from "./promql.ts";
import type { Component, Receiver, ScrapeJob, System } from "./model.ts";

export interface OnThisMachineOptions {
  /** Addresses of the targets that the stack's configuration added: they are there, with or without a demo. @default none */
  readonly added?: readonly string[];
  /** Stand-ins take the place of what the system watches. */
  readonly demo: boolean;
  /** Components whose program cannot be had here; what is watched through them is left out. @default none */
  readonly without?: readonly Component[];
  /** Names of the secrets that have a value; a receiver without its address has nowhere to send to. */
  readonly given: readonly string[];
}

/** All parts live by one clock, so that it makes no difference whether anybody sets it. */
const betweenMachines = ["HostClockNotSynchronised"];

/** The system as one machine runs it: what cannot be reached or read is left out, and so is a receiver without an address. */
export function onThisMachine(system: System, options: OnThisMachineOptions): System {
  const { demo, added, without = [] } = options;
  const jobs = system.jobs.filter(
    (job) =>
      (demo || isReachable(job, added)) &&
      !isOfWindows(job) &&
      (job.through === undefined || !without.includes(job.through.component)),
  );
  const lost = lostServices(system.jobs, jobs);
  const components = system.components.filter(({ component }) => !without.includes(component));
  const { alerts } = withSelfMonitoring({ ...system, jobs, components });
  const notifications = options.given.includes(deadMansSwitchSecret)
    ? withDeadMansSwitch(system.notifications)
    : system.notifications;
  return {
    ...system,
    jobs,
    alerts: alerts.map((group) => ({
      ...group,
      alerts: group.alerts.filter(
        ({ name, expression }) => !selectsAny(expression, lost) && !betweenMachines.includes(name),
      ),
    })),
    components,
    notifications: {
      ...notifications,
      receivers: notifications.receivers.map((receiver) => reachable(receiver, options.given)),
    },
    secrets: system.secrets
      .filter(({ name, optional }) => optional !== true || options.given.includes(name))
      .map((secret) =>
        silentReceivers(system, options.given).some((receiver) =>
          secretsOfReceiver(receiver).includes(secret.name),
        )
          ? { ...secret, generated: true }
          : secret,
      ),
  };
}

/** Receivers that have no address yet, so that their notifications go nowhere. */
export function silentReceivers(system: System, given: readonly string[]): Receiver[] {
  return system.notifications.receivers.filter((receiver) => {
    const secrets = secretsOfReceiver(receiver);
    return secrets.some((secret) => !given.includes(secret));
  });
}

/** Values of the label `service` that nothing is scraped for any more: an alert on their absence would never end. */
function lostServices(before: readonly ScrapeJob[], after: readonly ScrapeJob[]): ReadonlySet<string> {
  const kept = new Set(after.flatMap(servicesOf));
  return new Set(before.flatMap(servicesOf).filter((service) => !kept.has(service)));
}

function servicesOf({ discovery }: ScrapeJob): string[] {
  return discovery.kind === "static"
    ? discovery.targets.flatMap(({ labels }) => labels["service"] ?? [])
    : [];
}

function selectsAny(expression: string, services: ReadonlySet<string>): boolean {
  return selectors(expression).some(({ matchers }) =>
    matchers.some(
      ({ label, operator, value }) => label === "service" && operator === "=" && services.has(value),
    ),
  );
}

/** A stack of one machine has no Windows host: the job would have no target, and its panels no data. */
function isOfWindows({ discovery }: ScrapeJob): boolean {
  return discovery.kind === "hosts" && discovery.component === "windows-exporter";
}

/** Without the demo nothing answers under the names that the system knows, only what the stack added. */
function isReachable({ discovery }: ScrapeJob, added: readonly string[] = []): boolean {
  if (discovery.kind !== "static") return true;
  return discovery.targets.some(({ address }) => added.includes(address));
}

function reachable(receiver: Receiver, given: readonly string[]): Receiver {
  const complete = secretsOfReceiver(receiver).every((secret) => given.includes(secret));
  return complete ? receiver : { name: receiver.name, kind: "none" };
}
