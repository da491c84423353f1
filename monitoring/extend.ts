/** What one stack changes in its system: overrides and additions, applied without touching the original. */
import { withSelfMonitoring } from "./alerts/selfMonitoring.ts";
import type {
  Alert,
  AlertGroup,
  Inhibition,
  Labels,
  LongTerm,
  Receiver,
  RecordingGroup,
  RecordingRule,
  RemoteWrite,
  Retention,
  Route,
  ScrapeJob,
  SecretDeclaration,
  Sizing,
  System,
  Target,
} from "./model.ts";

/** A rule and the group that it joins; a group that the system lacks is made. */
export interface AddedTo<Rule> {
  readonly group: string;
  readonly rule: Rule;
  /** For a new group of alerts. @default "prometheus" */
  readonly evaluator?: NonNullable<AlertGroup["evaluator"]>;
}

export interface Changes {
  readonly externalLabels: Labels;
  readonly retention: {
    readonly local: Partial<Retention["local"]>;
    readonly objects?: Partial<NonNullable<Retention["objects"]>>;
  };
  /** Absent: as the system says. */
  readonly longTerm?: LongTerm["mode"];
  readonly bucket?: string;
  readonly sizing: Readonly<Record<string, Partial<Omit<Sizing, "component">>>>;
  readonly jobs: readonly ScrapeJob[];
  /** More targets for the system's own jobs, by job; a federation's are those of the stack in place of the system's. */
  readonly targets: Readonly<Record<string, readonly Target[]>>;
  readonly recording: readonly AddedTo<RecordingRule>[];
  readonly alerts: readonly AddedTo<Alert>[];
  readonly receivers: readonly Receiver[];
  /** Under the root, before the system's own, since the first route that matches takes the alert. */
  readonly routes: readonly Route[];
  readonly inhibitions: readonly Inhibition[];
  /** Absent: as the system says. */
  readonly runbookBase?: string;
}

/**
 * The system with the stack's changes. A change that fits nothing (targets of an unknown job) is left out here and
 * reported by `checkChanges`.
 */
export function extendSystem(system: System, changes: Changes): System {
  const { notifications } = system;
  const sized: System = {
    ...system,
    externalLabels: { ...system.externalLabels, ...changes.externalLabels },
    retention: extendRetention(system.retention, changes.retention),
    longTerm: extendLongTerm(system, changes),
    components: extendSizing(system, changes),
    ...(changes.runbookBase !== undefined && { runbookBase: changes.runbookBase }),
    jobs: [
      ...system.jobs.map((job) => withTargets(job, changes.targets[job.name])),
      ...writerJob(system, changes.longTerm),
      ...changes.jobs,
    ],
  };
  // What watches the stack itself follows from what the stack is made of.
  const watched = withSelfMonitoring(sized);
  return {
    ...watched,
    recording: extendRecording(system, changes.recording),
    alerts: extendAlerts(watched, changes.alerts),
    notifications: {
      ...notifications,
      root: {
        ...notifications.root,
        routes: [...changes.routes, ...(notifications.root.routes ?? [])],
      },
      receivers: [...notifications.receivers, ...changes.receivers],
      inhibitions: [...changes.inhibitions, ...watched.notifications.inhibitions],
    },
    secrets: extendSecrets(system.secrets, changes),
  };
}

function extendRetention(retention: Retention, { local, objects }: Changes["retention"]): Retention {
  return {
    local: { ...retention.local, ...local },
    ...(retention.objects && { objects: { ...retention.objects, ...objects } }),
  };
}

/** What a system that writes nothing away gets when a stack asks for Receive: the queue of traps.md's safe figures. */
const defaultRemoteWrite: RemoteWrite = {
  queue: {
    capacity: 10_000,
    minShards: 1,
    maxShards: 50,
    maxSamplesPerSend: 5_000,
    batchSendDeadline: "5s",
    minBackoff: "30ms",
    maxBackoff: "5s",
  },
};

/** Replicas and replication factor where a system says nothing: three lose one without losing a write. */
const receivers = 3;

function extendLongTerm(system: System, changes: Changes): LongTerm {
  const { remoteWrite, receive, ...common } = withVolumes(system.longTerm, changes.sizing);
  const mode = changes.longTerm ?? common.mode;
  const bucket = { ...common.bucket, ...(changes.bucket !== undefined && { name: changes.bucket }) };
  if (mode === "receive")
    return {
      ...common,
      mode,
      bucket,
      remoteWrite: remoteWrite ?? defaultRemoteWrite,
      receive: extendReceive(system, changes),
    };
  // A stack that turns to sidecars writes nowhere, unless the remote write has an address of its own.
  const kept = changes.longTerm === undefined;
  return {
    ...common,
    mode,
    bucket,
    ...(remoteWrite && (kept || remoteWrite.url !== undefined) && { remoteWrite }),
    ...(receive && kept && { receive }),
  };
}

function extendReceive(
  { longTerm, retention }: System,
  { sizing }: Changes,
): NonNullable<LongTerm["receive"]> {
  const { receive } = longTerm;
  const sized = sizing["thanos-receive"];
  const replicas = sized?.replicas ?? receive?.replicas ?? receivers;
  return {
    replicas,
    replicationFactor: Math.min(receive?.replicationFactor ?? receivers, replicas),
    retention: receive?.retention ?? "7d",
    volume: sized?.volume ?? receive?.volume ?? retention.local.volume,
  };
}

/** The model states these volumes beside the component's sizing; one override changes both. */
function withVolumes(longTerm: LongTerm, sizing: Changes["sizing"]): LongTerm {
  const store = sizing["thanos-store"]?.volume;
  const compactor = sizing["thanos-compactor"]?.volume;
  return {
    ...longTerm,
    store: { ...longTerm.store, ...(store && { volume: store }) },
    compactor: { ...longTerm.compactor, ...(compactor && { volume: compactor }) },
  };
}

function extendSizing(system: System, { sizing, longTerm }: Changes): Sizing[] {
  const components = [...system.components];
  const missing =
    longTerm === "receive" ? "thanos-receive" : longTerm === "sidecar" ? "thanos-sidecar" : undefined;
  if (missing !== undefined && !components.some(({ component }) => component === missing))
    components.push({ component: missing, replicas: replicasOfWriter(missing, system) });
  return components.map((each) => ({ ...each, ...sizing[each.component] }));
}

/** A sidecar for each Prometheus; receivers for a replication factor of three. */
function replicasOfWriter(component: "thanos-receive" | "thanos-sidecar", { components }: System): number {
  const pair = components.find((each) => each.component === "prometheus")?.replicas ?? 2;
  return component === "thanos-sidecar" ? pair : receivers;
}

/** How the component by which samples now reach the bucket is watched: as the stack's other parts are. */
function writerJob({ jobs }: System, mode: Changes["longTerm"]): ScrapeJob[] {
  if (mode === undefined) return [];
  const writer = mode === "receive" ? "thanos-receive" : "thanos-sidecar";
  const like = jobs.find(({ discovery, through }) => discovery.kind === "stack" && through === undefined);
  if (like === undefined || jobs.some(({ name }) => name === writer)) return [];
  return [
    {
      ...like,
      name: writer,
      about: `The stack itself: ${mode === "receive" ? "remote write" : "the uploads of blocks"}.`,
      discovery: { kind: "stack", components: [writer] },
      seriesPerTarget: 1_000,
    },
  ];
}

function withTargets(job: ScrapeJob, added: readonly Target[] = []): ScrapeJob {
  const { discovery } = job;
  if (added.length === 0) return job;
  // Which other regions there are, and under what names, is the stack's to say: the system's are only the names of theirs.
  if (discovery.kind === "federate") return { ...job, discovery: { ...discovery, from: added } };
  if (discovery.kind !== "static") return job;
  return { ...job, discovery: { ...discovery, targets: [...discovery.targets, ...added] } };
}

function extendRecording(system: System, added: readonly AddedTo<RecordingRule>[]): RecordingGroup[] {
  return added.reduce<RecordingGroup[]>(
    (groups, { group: name, rule }) => {
      const known = groups.some((group) => group.name === name);
      if (!known) return [...groups, { name, interval: system.scrape.evaluation, rules: [rule] }];
      return groups.map((group) =>
        group.name === name ? { ...group, rules: [...group.rules, rule] } : group,
      );
    },
    [...system.recording],
  );
}

function extendAlerts(system: System, added: readonly AddedTo<Alert>[]): AlertGroup[] {
  return added.reduce<AlertGroup[]>(
    (groups, { group: name, rule, evaluator }) => {
      const known = groups.some((group) => group.name === name);
      const { evaluation: interval } = system.scrape;
      if (!known) return [...groups, { name, interval, ...(evaluator && { evaluator }), alerts: [rule] }];
      return groups.map((group) =>
        group.name === name ? { ...group, alerts: [...group.alerts, rule] } : group,
      );
    },
    [...system.alerts],
  );
}

/** Every secret that an addition refers to is one that the stack must be given. */
function extendSecrets(secrets: readonly SecretDeclaration[], changes: Changes): SecretDeclaration[] {
  const declared = new Map(secrets.map((secret) => [secret.name, secret]));
  for (const [name, about] of [
    ...changes.receivers.flatMap((receiver) =>
      secretsOfReceiver(receiver).map((secret) => [secret, `receiver ${receiver.name}`] as const),
    ),
    ...changes.jobs.flatMap(({ name, credentials }) =>
      credentials?.kind === "basic" ? [[credentials.passwordSecret, `scrape job ${name}`] as const] : [],
    ),
  ])
    if (!declared.has(name)) declared.set(name, { name, about, generated: false });
  return [...declared.values()];
}

/** Addresses of all targets that a stack adds, in jobs of its own and in those of its system. */
export function addedTargets({ jobs, targets }: Pick<Changes, "jobs" | "targets">): string[] {
  return [
    ...jobs.flatMap(({ discovery }) => (discovery.kind === "static" ? discovery.targets : [])),
    ...Object.values(targets).flat(),
  ].map(({ address }) => address);
}

/** The names of the secrets that a receiver needs. */
export function secretsOfReceiver(receiver: Receiver): string[] {
  switch (receiver.kind) {
    case "webhook":
    case "slack":
      return [receiver.urlSecret];
    case "pagerduty":
      return [receiver.keySecret];
    case "email":
      return [receiver.passwordSecret];
    case "none":
      return [];
  }
}
