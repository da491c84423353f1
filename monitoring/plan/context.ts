/** What the builders of services share: the system, the layout, and names of files, certificates and listeners. */
import type { ClickHouseAccess, GrafanaPlugin } from "../dashboards/provisioning.ts";
import type { RenderedDashboard } from "../dashboards/render.ts";
import { hostPaths, type HostPaths } from "../hostPaths.ts";
import type {
  CertificateRequest,
  Directories,
  HealthCheck,
  Instance,
  Layout,
  PlanFile,
  Port,
  Reload,
  Service,
} from "../hosts.ts";
import type { Component, Duration, System } from "../model.ts";
import type { ObjectStoreOptions } from "../objstore.ts";
import { addressOf, instancesOf } from "../targets.ts";
import type { ClientTls, GrpcListener, HttpClientOptions, HttpListener } from "../thanos/common.ts";
import { renderWebConfig, type WebUser } from "../webConfig.ts";

export interface PlanOptions {
  /** Length of the blocks that are uploaded. @default "2h"; shorter only to see an upload soon */
  readonly blockDuration?: Duration;
  /** Absent: no Grafana. */
  readonly grafana?: {
    /** Absolute path of the folder that it is unpacked in. */
    readonly home: string;
    /** Plugins that are installed beside it; data sources that need another one are left out. @default none */
    readonly plugins?: readonly GrafanaPlugin[];
    /** Where ClickHouse answers Grafana. @default no such data source */
    readonly clickhouse?: Omit<ClickHouseAccess, "passwordFile">;
    /** Rendered before: their library takes a tenth of a second to load, which only a stack with Grafana should pay. */
    readonly dashboards: readonly RenderedDashboard[];
  };
  /** Where the bucket is. @default a directory among the stack's data; `none`: nothing is uploaded */
  readonly objectStore?: ObjectStoreOptions | "none";
  /** Whether the Redis instances that the system names ask for the secret `redis-password`. @default false */
  readonly watchedRedisWantsPassword?: boolean;
  /** See `HaproxyOptions.forwardedPorts`. @default none */
  readonly forwardedPorts?: number;
  /** Absolute path of the demo's program; absent: no demo. */
  readonly demoProgram?: string;
}

export interface PlanContext {
  readonly system: System;
  readonly layout: Layout;
  readonly paths: HostPaths;
  readonly options: PlanOptions;
  /** Joins the parts of a path. */
  readonly join: (...parts: string[]) => string;
  /** Absolute path of a file of a service. */
  readonly file: (service: string, name: string) => string;
  readonly data: (service: string) => string;
  readonly secretFile: (name: string) => string;
  readonly certificate: (name: string) => {
    readonly certificateFile: string;
    readonly keyFile: string;
    readonly pemFile: string;
  };
  readonly certificateAuthorityFile: string;
  /** For callers that must show a certificate. */
  readonly client: ClientTls;
  /** For callers that must show a password: the scrape user. */
  readonly httpClient: HttpClientOptions;
  /** Everybody who may speak to a component's HTTP listener. */
  readonly users: readonly WebUser[];
  /** Files of the filesystem bucket. */
  readonly bucketDirectory: string;
  readonly instances: (component: Component) => Instance[];
  /** The same context with the paths of the place where an instance lives. */
  readonly at: (instance: Instance) => PlanContext;
}

export function planContext(
  system: System,
  layout: Layout,
  options: PlanOptions,
  directories: Directories = layout.directories,
): PlanContext {
  const paths = hostPaths(directories);
  const join = (...parts: string[]): string => parts.join(directories.separator);
  const certificate = (name: string) => ({
    certificateFile: join(paths.certificates, `${name}.crt`),
    keyFile: join(paths.certificates, `${name}.key`),
    pemFile: join(paths.certificates, `${name}.pem`),
  });
  const certificateAuthorityFile = join(paths.certificates, "ca.crt");
  const { certificateFile, keyFile } = certificate("client");
  const { users } = layout;
  return {
    system,
    layout,
    paths,
    options,
    file: (service, name) => join(paths.services, service, name),
    data: (service) => join(paths.data, service),
    secretFile: (name) => join(paths.secrets, name),
    certificate,
    certificateAuthorityFile,
    client: { certificateAuthorityFile, certificateFile, keyFile },
    httpClient: {
      certificateAuthorityFile,
      username: users.scrape,
      passwordFile: join(paths.secrets, "scrape"),
    },
    users: [
      { username: users.human, secret: "human" },
      { username: users.scrape, secret: "scrape" },
      { username: users.reload, secret: "reload" },
    ],
    bucketDirectory: join(paths.data, "bucket"),
    instances: (component) => instancesOf(layout, [component]),
    join,
    at: (instance) => planContext(system, layout, options, instance.directories ?? layout.directories),
  };
}

/** What most services have in common; `more` says the rest. */
export function service(
  context: PlanContext,
  instance: Instance,
  more: Pick<Service, "executable" | "arguments"> & Partial<Service>,
): Service {
  return {
    name: instance.name,
    component: instance.component,
    member: instance.member,
    workingDirectory: context.paths.root,
    directories: [context.data(instance.name)],
    files: [],
    ports: tcpPorts(instance.ports, instance.address),
    health: more.health ?? ready(instance),
    reload: { kind: "none" },
    onCertificates: "watched",
    stopTimeout: "30s",
    after: [],
    // A Prometheus is only as good as the sidecar that reads it: the two members of one side never go with the other's.
    rolling: instance.component === "thanos-sidecar" ? "prometheus" : instance.component,
    settle: settleTimes[instance.component] ?? "0s",
    ...more,
  };
}

/**
 * A query asks its stores every 5 s whether they are there, and a sidecar its Prometheus every second; HAProxy checks every
 * half second; Alertmanagers find each other by gossip.
 */
const settleTimes: Readonly<Partial<Record<Component, Duration>>> = {
  prometheus: "10s",
  "thanos-sidecar": "10s",
  "thanos-store": "10s",
  "thanos-ruler": "10s",
  "thanos-receive": "10s",
  "thanos-query": "3s",
  alertmanager: "3s",
};

/** The file with TLS and users of an HTTP listener; every component reads it again at each handshake. */
export function webConfigFile(context: PlanContext, instance: Instance): PlanFile {
  const { certificateFile, keyFile } = context.certificate(instance.name);
  return {
    path: context.file(instance.name, "web.yml"),
    content: renderWebConfig({ certificateFile, keyFile, users: context.users }),
    onChange: "watched",
  };
}

export function httpListener(context: PlanContext, instance: Instance): HttpListener {
  return { listen: addressOf(instance, "http"), webConfigFile: context.file(instance.name, "web.yml") };
}

export function grpcListener(context: PlanContext, instance: Instance): GrpcListener {
  const { certificateFile, keyFile } = context.certificate(instance.name);
  return {
    listen: addressOf(instance, "grpc"),
    certificateFile,
    keyFile,
    clientCaFile: context.certificateAuthorityFile,
  };
}

/** Address at which people reach a user interface. */
export function edgeUrl({ layout }: PlanContext, name: keyof Layout["edge"]): string {
  const port = layout.edge[name] ?? layout.edge.home;
  if (port === undefined)
    throw new Error(`layout.edge: no port for "${name}" and none for "home"; give it one`);
  return `https://${layout.edgeHost}:${String(port)}`;
}

/** Where alerts lead: Grafana's dashboards, or the home page, which says where they would be. */
export function dashboardBase(context: PlanContext): string {
  const { grafana } = context.layout.edge;
  return grafana === undefined ? `${edgeUrl(context, "home")}/#` : `${edgeUrl(context, "grafana")}/d`;
}

/** Ready as the component itself says, asked with the scrape user's password. */
export function ready(instance: Instance, path = "/-/ready"): HealthCheck {
  return { kind: "http", url: `https://${addressOf(instance, "http")}${path}`, basic: "scrape", status: 200 };
}

export function reloadOverHttp(instance: Instance): Reload {
  return { kind: "http", url: `https://${addressOf(instance, "http")}/-/reload`, basic: "reload" };
}

/** A server certificate for an instance, by its address and name; also a client's where it calls others. */
export function certificateFor(instance: Instance): CertificateRequest {
  return {
    name: instance.name,
    commonName: instance.name,
    dnsNames: [instance.name, "localhost"],
    addresses: [instance.address],
    usage: ["server", "client"],
  };
}

/** All TCP: gossip would use UDP as well, but goes over TCP alone when it is encrypted, as it is here. */
export function tcpPorts(ports: Readonly<Record<string, number>>, address: string): Port[] {
  return Object.entries(ports).map(([name, number]) => ({ name, number, address, protocol: "tcp" }));
}
