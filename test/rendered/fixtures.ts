/** A small but complete system and its layout: each kind of job, receiver and rule once. */
import type { CertificateRequest, Instance, Layout } from "../../monitoring/hosts.ts";
import type { Alert, Component, Severity, System } from "../../monitoring/model.ts";
import { hostJobs } from "./exampleJobs.ts";

export { cloudJobs, hostJobs } from "./exampleJobs.ts";

/** Members of each component in {@link exampleLayout}, with the purposes of their ports. */
const members: readonly [Component, count: number, ports: readonly string[]][] = [
  ["prometheus", 2, ["http"]],
  ["thanos-sidecar", 2, ["http", "grpc"]],
  ["thanos-query", 2, ["http", "grpc"]],
  ["thanos-query-frontend", 1, ["http"]],
  ["thanos-store", 1, ["http", "grpc"]],
  ["thanos-compactor", 1, ["http"]],
  ["thanos-ruler", 2, ["http", "grpc"]],
  ["thanos-receive", 1, ["http", "grpc", "remote-write"]],
  ["alertmanager", 2, ["http", "cluster"]],
  ["pushgateway", 1, ["http"]],
  ["node-exporter", 1, ["http"]],
  ["redis-exporter", 2, ["http"]],
  ["blackbox-exporter", 1, ["http"]],
];

/** A layout on loopback. `port` gives each listener its number. @default 20000, 20001, … */
export function exampleLayout(port: () => number = counter(20_000)): Layout {
  const instances = members.flatMap(([component, count, ports]) =>
    Array.from({ length: count }, (_, index) => instance(component, index + 1, ports, port)),
  );
  const redis: Instance = {
    ...instance("redis", 1, ["redis"], port),
    standsFor: "redis-orders",
  };
  const demo: Instance = { ...instance("demo", 1, ["http"], port), standsFor: "backend" };
  return {
    directories: { root: "/srv/vigil", separator: "/" },
    instances: [...instances, redis, demo],
    edge: {},
    edgeAddress: "127.0.0.1",
    edgeHost: "localhost",
    users: { human: "admin", scrape: "scrape", reload: "reload" },
  };
}

/** A layout in which every component of the system has its replicas, whatever the platform. */
export function layoutOf(system: System): Layout {
  const port = counter(20_000);
  const ports = ["http", "grpc", "cluster", "remote-write"];
  return {
    ...exampleLayout(),
    instances: system.components.flatMap(({ component, replicas }) =>
      Array.from({ length: replicas }, (_, index) => instance(component, index + 1, ports, port)),
    ),
  };
}

/** The instance of a layout by component and member. */
export function member(layout: Layout, component: Component, number = 1): Instance {
  const found = layout.instances.find((one) => one.component === component && one.member === number);
  if (found === undefined) throw new Error(`no ${component} ${number} in the layout`);
  return found;
}

/** A certificate that any service on loopback can show, as server and as client. */
export function certificateOf(name: string): CertificateRequest {
  return {
    name,
    commonName: name,
    dnsNames: ["localhost"],
    addresses: ["127.0.0.1"],
    usage: ["server", "client"],
  };
}

/** A system of hosts only: what `promtool check config` can check completely. */
export function exampleSystem(overrides: Partial<System> = {}): System {
  return {
    name: "example",
    title: "Example",
    description: "Everything once.",
    platforms: ["local"],
    namespace: "example",
    scrape: { interval: "1s", timeout: "1s", evaluation: "1s" },
    externalLabels: { env: "test", source: "example" },
    replicaLabel: "replica",
    jobs: hostJobs,
    recording: [
      {
        name: "orders",
        interval: "5s",
        rules: [
          {
            record: "job:orders:rate1m",
            expression: "sum by (job) (rate(orders_total[1m]))",
            about: "Orders.",
          },
        ],
      },
    ],
    alerts: [
      {
        name: "orders-alerts",
        interval: "1s",
        alerts: [alert("OrdersDown", "critical"), alert("OrdersSlow", "warning")],
      },
      { name: "slo", interval: "1m", evaluator: "thanos-ruler", alerts: [alert("OrdersBudget", "info")] },
    ],
    notifications: {
      root: {
        receiver: "chat",
        matchers: [],
        groupBy: ["alertname"],
        groupWait: "1s",
        groupInterval: "5s",
        repeatInterval: "4h",
        routes: [
          { receiver: "pager", matchers: ['severity="critical"'] },
          { receiver: "mail", matchers: ['severity="warning"'] },
          { receiver: "hook", matchers: ['severity="info"', 'alertname!="Watchdog"'] },
          { receiver: "nobody", matchers: ['alertname="Watchdog"'] },
        ],
      },
      receivers: [
        { name: "chat", kind: "slack", urlSecret: "slack-url", channel: "#orders" },
        { name: "pager", kind: "pagerduty", keySecret: "pagerduty-key" },
        { name: "hook", kind: "webhook", urlSecret: "webhook-url" },
        {
          name: "mail",
          kind: "email",
          to: ["one@example.com", "two@example.com"],
          from: "vigil@example.com",
          smarthost: "mail.example.com:587",
          username: "vigil",
          passwordSecret: "mail-password",
        },
        { name: "nobody", kind: "none" },
      ],
      inhibitions: [
        { source: ['alertname="OrdersDown"'], target: ['alertname="OrdersSlow"'], equal: ["instance"] },
      ],
      peerTimeout: "2s",
      dataRetention: "120h",
    },
    retention: {
      local: { time: "30d", size: "50GiB", volume: "64GiB" },
      objects: { raw: "30d", fiveMinutes: "120d", oneHour: "730d" },
    },
    longTerm: {
      mode: "sidecar",
      bucket: { kind: "filesystem", name: "example-metrics" },
      tiers: [{ name: "hot", from: "0d" }],
      remoteWrite: {
        queue: {
          capacity: 10_000,
          minShards: 1,
          maxShards: 50,
          maxSamplesPerSend: 5_000,
          batchSendDeadline: "5s",
          minBackoff: "30ms",
          maxBackoff: "5s",
        },
      },
      receive: { replicas: 1, replicationFactor: 1, retention: "7d", volume: "100GiB" },
      store: { indexCache: "64MiB", chunkCache: "128MiB", shards: 1, volume: "10GiB" },
      compactor: { volume: "10GiB" },
    },
    components: [{ component: "prometheus", replicas: 2, limits: { cpu: 2, memory: "2GiB" } }],
    dashboards: [],
    access: {
      hostname: "monitoring.example.com",
      people: "basic",
      grafana: {
        bind: "127.0.0.1",
        port: 3_000,
        maxConnections: 32,
        logLevel: "info",
        datasources: ["prometheus"],
        saml: false,
      },
    },
    endpoints: [],
    secrets: [],
    ...overrides,
  };
}

function alert(name: string, severity: Severity): Alert {
  return {
    name,
    expression: 'up{service="orders"} == 0',
    for: "5s",
    keepFiringFor: "5s",
    severity,
    summary: "{{ $labels.instance }} does not answer",
    description: "{{ $labels.instance }} has been down; the value is {{ $value }}.",
    dashboard: "stack-overview",
    runbook: { meaning: "It is down.", impact: "No orders.", firstLook: ["up"], mend: ["Start it."] },
  };
}

function instance(
  component: Component,
  number: number,
  ports: readonly string[],
  port: () => number,
): Instance {
  return {
    name: `${component}-${number}`,
    component,
    member: number,
    address: "127.0.0.1",
    ports: Object.fromEntries(ports.map((purpose) => [purpose, port()])),
    machine: `host-${number}`,
  };
}

function counter(first: number): () => number {
  let next = first;
  return () => next++;
}
