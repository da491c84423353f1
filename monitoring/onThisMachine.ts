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

/** The system as one machine runs it: stand-ins speak TLS, this host is watched, and what cannot be reached is left out. */
export function onThisMachine(system: System, options: OnThisMachineOptions): System {
  const { demo, added, without = [] } = options;
  const jobs = demo ? system.jobs : system.jobs.filter((job) => isReachable(job, added));
  return {
    ...system,
    jobs: jobs.filter(({ through }) => through === undefined || !without.includes(through.component)),
    components: system.components.filter(({ component }) => !without.includes(component)),
    notifications: {
      ...system.notifications,
      receivers: system.notifications.receivers.map((receiver) => reachable(receiver, options.given)),
    },
    secrets: system.secrets.map((secret) =>
      silentReceivers(system, options.given).some((receiver) => secretOf(receiver) === secret.name)
        ? { ...secret, generated: true }
        : secret,
    ),
  };
}

/** Receivers that have no address yet, so that their notifications go nowhere. */
export function silentReceivers(system: System, given: readonly string[]): Receiver[] {
  return system.notifications.receivers.filter((receiver) => {
    const secret = secretOf(receiver);
    return secret !== undefined && !given.includes(secret);
  });
}

/** Without the demo the exporter of the system's Redis instances has nothing that it could be given a password for. */
function isReachable({ discovery, through }: ScrapeJob, added: readonly string[] = []): boolean {
  if (discovery.kind !== "static" || through !== undefined) return true;
  return discovery.targets.some(({ address }) => added.includes(address));
}

function reachable(receiver: Receiver, given: readonly string[]): Receiver {
  const secret = secretOf(receiver);
  return secret === undefined || given.includes(secret) ? receiver : { name: receiver.name, kind: "none" };
}

function secretOf(receiver: Receiver): string | undefined {
  switch (receiver.kind) {
    case "webhook":
    case "slack":
      return receiver.urlSecret;
    case "pagerduty":
      return receiver.keySecret;
    case "email":
      return receiver.passwordSecret;
    case "none":
      return undefined;
  }
}
