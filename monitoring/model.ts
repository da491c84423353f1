/**
 * The one vocabulary: what a monitoring system watches and promises, as plain data.
 *
 * A {@link System} names no platform's resources and no address of the stack itself; renderers combine it with a
 * {@link Layout} (where the stack's services are) and return files.
 */
import type { Duration, Size } from "./units.ts";

export type { Duration, Size } from "./units.ts";

/** Where a stack can be deployed. */
export type Platform = "local" | "windows-azure" | "windows-aws" | "windows-existing" | "aks" | "eks";

/** How grave: `critical` wakes somebody, `warning` waits for the morning, `info` is only shown. */
export type Severity = "info" | "warning" | "critical";

/** The parts of a monitoring stack, by the names that their projects use. */
export type Component =
  | "prometheus"
  | "thanos-sidecar"
  | "thanos-query"
  | "thanos-query-frontend"
  | "thanos-store"
  | "thanos-compactor"
  | "thanos-ruler"
  | "thanos-receive"
  | "alertmanager"
  | "pushgateway"
  | "grafana"
  | "haproxy"
  | "kube-state-metrics"
  | "node-exporter"
  | "windows-exporter"
  | "blackbox-exporter"
  | "redis-exporter"
  | "postgres-exporter"
  | "oauth2-proxy"
  | "redis"
  | "demo";

export type Labels = Readonly<Record<string, string>>;

/** What a stack is told from outside before its system is complete. */
export interface SystemParameters {
  /** `production`, `staging`, `dev` …: goes into labels, bucket names and routes. */
  readonly environment: string;
  /** The cloud's region, or `local`. */
  readonly region: string;
  /** The trade system's two published forms differ in the addresses of the processes that it watches. */
  readonly layout: "cluster" | "desktop";
}

/** One monitored system: what is watched, what is promised, what it may use. */
export interface System {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly platforms: readonly Platform[];
  /** Kubernetes namespace, and the prefix of names elsewhere. */
  readonly namespace: string;
  readonly scrape: { readonly interval: Duration; readonly timeout: Duration; readonly evaluation: Duration };
  readonly externalLabels: Labels;
  /** The label by which the members of a pair differ; dropped before alerts leave and when series are deduplicated. */
  readonly replicaLabel: string;
  readonly jobs: readonly ScrapeJob[];
  readonly recording: readonly RecordingGroup[];
  readonly alerts: readonly AlertGroup[];
  /** What is promised as a share of good events; rules and alerts are derived of them. @default none */
  readonly objectives?: readonly Objective[];
  readonly notifications: Notifications;
  readonly retention: Retention;
  readonly longTerm: LongTerm;
  readonly components: readonly Sizing[];
  readonly dashboards: readonly Dashboard[];
  readonly access: Access;
  /** Service names and ports that clients of the system already use. */
  readonly endpoints: readonly WellKnownEndpoint[];
  /** Secrets that the stack must be given, by name; `generated` ones are made when absent, `optional` ones switch something on. */
  readonly secrets: readonly SecretDeclaration[];
  /** Values of `service` whose outage has an alert of the system's own, so that TargetDown leaves them out. @default none */
  readonly ownOutages?: readonly string[];
  /** Address under which docs/runbooks is published, without a slash at the end. @default none: alerts name the page's path */
  readonly runbookBase?: string;
}

/** A set of targets that are scraped alike. */
export interface ScrapeJob {
  readonly name: string;
  /** What the job watches, in one sentence, for documentation and errors. */
  readonly about: string;
  /** @default the system's interval */
  readonly interval?: Duration;
  /** @default the smaller of the interval and 10 s */
  readonly timeout?: Duration;
  /** @default "/metrics" */
  readonly path?: string;
  /** @default "http" */
  readonly scheme?: "http" | "https";
  /** Keep the target's own labels where they clash (federation, PushGateway). @default false */
  readonly honorLabels?: boolean;
  readonly params?: Readonly<Record<string, readonly string[]>>;
  readonly discovery: Discovery;
  /** The exporter that is asked about each target (multi-target pattern). Without it the target is scraped itself. */
  readonly through?: Exporter;
  /** For a job whose targets are exporters that the stack itself runs: what those are pointed at. */
  readonly exporterOf?: {
    readonly component: Exporter["component"];
    /** `redis://host:port`, `rediss://host:port`; `host:port` of a PostgreSQL server. */
    readonly address: string;
  };
  readonly credentials?: JobCredentials;
  readonly relabel?: readonly Relabel[];
  readonly metricRelabel?: readonly Relabel[];
  /** Load of one target: series that it exposes. Times targets / interval this is the job's samples per second. */
  readonly seriesPerTarget: number;
  /** Guards against a target that goes wild. @default derived: 10 × seriesPerTarget samples, 30 labels, 16 MiB */
  readonly limits?: { readonly samples: number; readonly labels: number; readonly body: Size };
}

/** An exporter that stands between Prometheus and what it watches. */
export interface Exporter {
  readonly component: "redis-exporter" | "blackbox-exporter" | "postgres-exporter";
  /** Path that takes the `target` parameter: `/scrape` (redis), `/probe` (blackbox). */
  readonly path: string;
  /** Blackbox module. */
  readonly module?: string;
  /** Prefix put before each address, such as `redis://`. */
  readonly addressPrefix?: string;
}

/** How a target wants to be spoken to. `stack` is the stack's own scrape user and certificate authority. */
export type JobCredentials =
  | { readonly kind: "stack" }
  | {
      readonly kind: "serviceAccount";
      /** Name that the certificate must hold. @default what the target is dialled by */
      readonly serverName?: string;
    }
  | {
      readonly kind: "basic";
      readonly username: string;
      readonly passwordSecret: string;
      /** Secret with the authority of its certificate, PEM. @default the public ones, also where it is not given */
      readonly authoritySecret?: string;
    };

export type Discovery =
  | { readonly kind: "static"; readonly targets: readonly Target[] }
  /** Every service of the stack's layout with one of these components: addresses come from the layout. */
  | { readonly kind: "stack"; readonly components: readonly Component[] }
  | { readonly kind: "hosts"; readonly component: "node-exporter" | "windows-exporter" }
  | {
      readonly kind: "kubernetes";
      readonly role: "pod" | "node" | "endpoints" | "endpointslice" | "service" | "ingress";
      readonly namespaces?: readonly string[];
      readonly selector?: Labels;
      /** Expected number of targets, for capacity. */
      readonly expected: number;
    }
  | {
      readonly kind: "azure";
      readonly resourceGroup: string;
      readonly port: number;
      readonly refresh: Duration;
      readonly expected: number;
    }
  /** Prometheus Operator objects; rendered as ServiceMonitor / PodMonitor, or by Kubernetes discovery without the operator. */
  | {
      readonly kind: "monitor";
      readonly object: "ServiceMonitor" | "PodMonitor";
      readonly namespaces: readonly string[];
      readonly selector: Labels;
      readonly port: string;
      readonly expected: number;
    }
  /**
   * Pods of a cluster that are no component of a stack: its edge or an operator, by the name in the cluster's tables.
   * A stack on hosts has none.
   */
  | { readonly kind: "workload"; readonly name: string; readonly expected: number }
  | { readonly kind: "federate"; readonly from: readonly Target[]; readonly match: readonly string[] }
  | { readonly kind: "pushgateway" };

export interface Target {
  /** `host:port`. */
  readonly address: string;
  readonly labels: Labels;
}

/** A relabelling step, as Prometheus has it. */
export interface Relabel {
  readonly action?:
    | "replace"
    | "keep"
    | "drop"
    | "labelmap"
    | "labeldrop"
    | "labelkeep"
    | "hashmod"
    | "lowercase"
    | "uppercase";
  readonly sourceLabels?: readonly string[];
  readonly separator?: string;
  readonly regex?: string;
  readonly targetLabel?: string;
  readonly replacement?: string;
  readonly modulus?: number;
}

export interface RecordingGroup {
  readonly name: string;
  readonly interval: Duration;
  /** Where it is evaluated: over local data by Prometheus, or over long-term data by Thanos Ruler. @default "prometheus" */
  readonly evaluator?: "prometheus" | "thanos-ruler";
  readonly rules: readonly RecordingRule[];
}

export interface RecordingRule {
  /** `level:metric:operations`. */
  readonly record: string;
  readonly expression: string;
  readonly labels?: Labels;
  /** What the number means, with its unit. */
  readonly about: string;
}

export interface AlertGroup {
  readonly name: string;
  readonly interval: Duration;
  /** Where it is evaluated: over local data by Prometheus, or over long-term data by Thanos Ruler. @default "prometheus" */
  readonly evaluator?: "prometheus" | "thanos-ruler";
  readonly alerts: readonly Alert[];
}

export interface Alert {
  readonly name: string;
  readonly expression: string;
  readonly for: Duration;
  readonly keepFiringFor?: Duration;
  readonly severity: Severity;
  readonly labels?: Labels;
  readonly summary: string;
  /** May use `{{ $labels.x }}` and `{{ $value }}`. */
  readonly description: string;
  readonly runbook: Runbook;
  /** Uid of the dashboard that shows what the alert is about. */
  readonly dashboard: string;
  /** Promise: seconds from the fault to the first page; timings of the route are checked against it. */
  readonly pageWithin?: Duration;
}

/** What a person who is woken needs, one source for docs/runbooks and the alert's link. */
export interface Runbook {
  readonly meaning: string;
  readonly impact: string;
  /** What to look at first. */
  readonly firstLook: readonly Look[];
  readonly mend: readonly string[];
}

/** A query with what it shows, which is checked; or a command, a page or a log, in words. */
export type Look = string | { readonly promql: string; readonly shows: string };

/** A service level objective: this share of events shall be good over the window. */
export interface Objective {
  /** `signal-latency`: label `slo` of its series, and `SignalLatency…` of its alerts. */
  readonly name: string;
  /** What is promised to whom, in one sentence. */
  readonly about: string;
  /** Percent of events that shall be good: above 0 and below 100, `99.9`. */
  readonly target: number;
  /** Time over which the budget of bad events is counted. @default "30d" */
  readonly window?: Duration;
  readonly indicator: Indicator;
  /** Labels of its alerts, such as the one by which routes tell the stack itself from what it watches. */
  readonly labels?: Labels;
  /** What it means for people, and what a person who is woken looks at and does. */
  readonly runbook: Pick<Runbook, "impact" | "firstLook" | "mend">;
}

/** How bad events are told from all. */
export type Indicator =
  /** Two counters, as selectors without a window. */
  | { readonly kind: "counters"; readonly errors: string; readonly events: string }
  /** Events of a classic histogram that took longer are bad. The histogram must have a bucket at exactly this bound. */
  | {
      readonly kind: "latency";
      /** Without `_bucket`. */
      readonly histogram: string;
      /** Matchers, such as `service="backend"`. @default none */
      readonly matchers?: string;
      /** In the histogram's own unit. */
      readonly within: number;
    }
  /** Two expressions without labels, of a rate over 5 minutes or of a number of things at a moment: only their ratio counts. */
  | { readonly kind: "ratio"; readonly errors: string; readonly events: string };

export interface Notifications {
  readonly root: Route;
  readonly receivers: readonly Receiver[];
  readonly inhibitions: readonly Inhibition[];
  /** `--cluster.peer-timeout`. */
  readonly peerTimeout: Duration;
  /** `--data.retention`; must be longer than every repeat interval. @default "120h" */
  readonly dataRetention: Duration;
  /** Weekly summary by e-mail; Alertmanager cannot summarise, so a scheduled job queries and mails. */
  readonly weeklySummary?: {
    readonly to: readonly string[];
    readonly from: string;
    readonly schedule: string;
    /** `host:port` of the mail server: TLS from the first byte on 465, STARTTLS on every other port, never without. */
    readonly smarthost: string;
    readonly username: string;
    readonly passwordSecret: string;
    /** What the system itself promises, as figures of the week; `[7d]` windows. Those of objectives are added. @default none */
    readonly figures?: readonly SummaryFigure[];
  };
}

/** One line of the weekly summary. */
export interface SummaryFigure {
  readonly title: string;
  /** PromQL of one number, or of one for each series. */
  readonly expression: string;
  readonly unit: "percent" | "short" | "bytes" | "seconds";
}

export interface Route {
  readonly receiver: string;
  /** Matchers in Alertmanager's syntax: `severity="critical"`. Empty only at the root. */
  readonly matchers: readonly string[];
  readonly groupBy?: readonly string[];
  readonly groupWait?: Duration;
  readonly groupInterval?: Duration;
  readonly repeatInterval?: Duration;
  readonly continue?: boolean;
  readonly routes?: readonly Route[];
}

/** Where a notification goes. URLs and keys are named secrets, never values. */
export type Receiver =
  | {
      readonly name: string;
      readonly kind: "webhook";
      readonly urlSecret: string;
      /** Whether the end of an alert is told too. @default true */
      readonly sendResolved?: boolean;
    }
  | { readonly name: string; readonly kind: "slack"; readonly urlSecret: string; readonly channel: string }
  | { readonly name: string; readonly kind: "pagerduty"; readonly keySecret: string }
  | {
      readonly name: string;
      readonly kind: "email";
      readonly to: readonly string[];
      readonly from: string;
      readonly smarthost: string;
      readonly username: string;
      readonly passwordSecret: string;
    }
  | { readonly name: string; readonly kind: "none" };

export interface Inhibition {
  readonly source: readonly string[];
  readonly target: readonly string[];
  readonly equal: readonly string[];
}

export interface Retention {
  /** On Prometheus' own disk: whichever comes first. */
  readonly local: { readonly time: Duration; readonly size: Size; readonly volume: Size };
  /** In object storage, kept by the compactor. Absent: no long-term storage. */
  readonly objects?: { readonly raw: Duration; readonly fiveMinutes: Duration; readonly oneHour: Duration };
}

/** How samples reach object storage and global queries. */
export interface LongTerm {
  readonly mode: "sidecar" | "receive";
  readonly bucket: { readonly kind: "filesystem" | "azure-blob" | "s3"; readonly name: string };
  /** Age at which objects change tier; the provider's class names are chosen per cloud. */
  readonly tiers: readonly { readonly name: "hot" | "warm" | "cool" | "cold"; readonly from: Duration }[];
  readonly remoteWrite?: RemoteWrite;
  readonly receive?: {
    readonly replicas: number;
    readonly replicationFactor: number;
    readonly retention: Duration;
    readonly volume: Size;
  };
  readonly store: {
    readonly indexCache: Size;
    readonly chunkCache: Size;
    readonly shards: number;
    readonly volume: Size;
  };
  readonly compactor: { readonly volume: Size };
}

export interface RemoteWrite {
  /** Absent: the stack's own Thanos Receive. */
  readonly url?: string;
  readonly queue: {
    readonly capacity: number;
    readonly minShards: number;
    readonly maxShards: number;
    readonly maxSamplesPerSend: number;
    readonly batchSendDeadline: Duration;
    readonly minBackoff: Duration;
    readonly maxBackoff: Duration;
  };
}

/** Replicas and resources of one component. */
export interface Sizing {
  readonly component: Component;
  readonly replicas: number;
  readonly maxReplicas?: number;
  readonly requests?: { readonly cpu: number; readonly memory: Size };
  readonly limits?: { readonly cpu: number; readonly memory: Size };
  readonly volume?: Size;
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly about: string;
  readonly panels: readonly Panel[];
  /** What a reader may choose; `$name` in the panels' expressions, in a matcher with `=~`. @default none */
  readonly variables?: readonly Variable[];
  /** Time from its left edge to now when it is opened. @default "15m" */
  readonly from?: Duration;
  /** @default "5s" */
  readonly refresh?: Duration;
}

/** A choice among the values of a label, several or all at once. */
export interface Variable {
  readonly name: string;
  readonly label: string;
  /** Series whose labels are read, a selector. */
  readonly series: string;
  readonly values: string;
}

export interface Panel {
  readonly title: string;
  /** `$__rate_interval` is a window of at least four samples of what it reads, and `$name` a variable of the dashboard. */
  readonly expression: string;
  /** Grafana's unit id: `short`, `s`, `ms`, `percent`, `percentunit`, `bytes`, `ops` … */
  readonly unit: string;
  readonly kind: "timeseries" | "stat" | "gauge" | "table";
  /** `{{label}}` is the value of a label. @default all labels */
  readonly legend?: string;
  readonly about: string;
  /** More series of the same unit. @default none */
  readonly more?: readonly { readonly expression: string; readonly legend: string }[];
  /**
   * Values at which the colour turns: green below the first, then amber, then red. Where the second is the lower one, low
   * is bad: red up to the second, then amber, green from the first on.
   */
  readonly thresholds?: readonly [warning: number, critical: number];
  /** Heading of the row that begins here. */
  readonly row?: string;
  /** Columns of 24. @default two equal panels in a row */
  readonly width?: 4 | 6 | 8 | 12 | 16 | 24;
  /** Rows of 30 pixels. @default 8 */
  readonly height?: number;
  /** Words in the place of numbers. @default none */
  readonly words?: Readonly<
    Record<number, { readonly text: string; readonly state: "good" | "bad" | "neutral" }>
  >;
  /** Of a table: headings of its labels from left to right, and of the value, last, unless it is left out. @default all labels */
  readonly columns?: { readonly labels: Labels; readonly value?: string };
  /** Ends of the axis or the gauge. @default those of the data */
  readonly min?: number;
  readonly max?: number;
  /** Lines lie on each other. @default false */
  readonly stacked?: boolean;
  /** One moment is asked instead of a range: for windows of many days. @default false */
  readonly instant?: boolean;
  /** Of another dashboard that says more. */
  readonly opens?: string;
}

/** How people and programs come in. */
export interface Access {
  readonly hostname: string;
  readonly people: "basic" | "oauth2-proxy" | "grafana-oauth";
  readonly emailDomain?: string;
  /** Issuer and audience of JWT bearer tokens that programs outside may use. */
  readonly jwt?: { readonly issuer: string; readonly audience: string };
  readonly grafana: {
    readonly bind: string;
    readonly port: number;
    readonly maxConnections: number;
    readonly logLevel: "debug" | "info" | "warn" | "error";
    readonly datasources: readonly ("prometheus" | "redis" | "clickhouse")[];
    readonly clickhouseDatabase?: string;
    readonly saml: boolean;
  };
}

export interface WellKnownEndpoint {
  readonly host: string;
  readonly port: number;
  readonly component: Component;
  readonly path?: string;
}

export interface SecretDeclaration {
  readonly name: string;
  readonly about: string;
  /** Made at random when not given. Otherwise the stack's configuration must give it, unless it is optional. */
  readonly generated: boolean;
  /** What it belongs to is left out when it is not given. @default false */
  readonly optional?: boolean;
}
