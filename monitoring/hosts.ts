/**
 * The services of machines, independent of what runs them: local processes, Windows services and Compose containers are
 * three adapters of the same {@link ServicePlan}.
 */
import type { Component, Duration, Labels } from "./model.ts";

/** Names of executables that the toolchain or an installer provides. */
export type Executable =
  | "prometheus"
  | "thanos"
  | "alertmanager"
  | "pushgateway"
  | "node_exporter"
  | "windows_exporter"
  | "blackbox_exporter"
  | "redis_exporter"
  | "redis-server"
  | "haproxy"
  | "grafana"
  | "node";

/** One service of one machine. */
export interface Service {
  /** Unique in the plan: `prometheus-1`, `thanos-query-2`. */
  readonly name: string;
  readonly component: Component;
  /** Which member of its component: 1, 2, … */
  readonly member: number;
  readonly executable: Executable;
  /** Complete arguments; paths are absolute. Never a secret. */
  readonly arguments: readonly string[];
  readonly environment?: Labels;
  readonly workingDirectory: string;
  /** Directories that must exist (0700) before the start. Data in them outlives the service. */
  readonly directories: readonly string[];
  readonly files: readonly PlanFile[];
  readonly ports: readonly Port[];
  readonly health: HealthCheck;
  readonly reload: Reload;
  /** What renewed certificate files ask for: `watched` ones are re-read by the process itself. */
  readonly onCertificates: "reload" | "restart" | "watched";
  /** Requests (POST, JSON) that complete a service which has just become healthy. Sent at every start. */
  readonly setup?: readonly SetupRequest[];
  /** Time between the polite stop and the kill. */
  readonly stopTimeout: Duration;
  /** Services earlier in the plan that must be healthy before this one starts. */
  readonly after: readonly string[];
  /** Members of one rolling group are changed one at a time, the next only when the one before is ready. */
  readonly rolling: string;
  /**
   * Time after a restart until those who use the service have noticed that it is ready; another member of its rolling group
   * is not restarted before. @default "0s"
   */
  readonly settle?: Duration;
}

/** Something that a service can only be told over its API. */
export interface SetupRequest {
  readonly url: string;
  /** Secret of the user that asks. */
  readonly basic: string;
  /** JSON, with placeholders as in {@link PlanFile.content}. */
  readonly body: string;
  /** Status codes that mean done: also the one for "exists already". */
  readonly accept: readonly number[];
}

/** A file that a service reads. */
export interface PlanFile {
  /** Absolute path. */
  readonly path: string;
  /**
   * Text, in which `{{secret:NAME}}` stands for a secret's value, `{{bcrypt:NAME}}` for its bcrypt hash,
   * `{{basic:NAME}}` for base64 of `user:password` and `{{sha256:NAME}}` for the hex SHA-256 of `Basic <that base64>`;
   * the adapter fills them in on the machine, so that no plan, preview or state holds them.
   */
  readonly content: string;
  /** What a change of the content asks for: `watched` files are re-read by the process itself. */
  readonly onChange: "reload" | "restart" | "watched";
}

export interface Port {
  readonly name: string;
  readonly number: number;
  readonly protocol: "tcp" | "udp";
  /** Address that it is bound to. */
  readonly address: string;
}

/** Healthy when the answer is as wanted within the time-out. */
export type HealthCheck =
  | {
      readonly kind: "http";
      readonly url: string;
      /** Secret whose user and password are sent (see {@link PlanFile.content}); absent: none. */
      readonly basic?: string;
      /** Present the stack's client certificate. */
      readonly clientCertificate?: boolean;
      readonly status: number;
    }
  | {
      readonly kind: "redis";
      readonly address: string;
      readonly port: number;
      readonly passwordSecret: string;
    }
  | { readonly kind: "tcp"; readonly address: string; readonly port: number };

export type Reload =
  | { readonly kind: "http"; readonly url: string; readonly basic: string }
  | { readonly kind: "signal"; readonly signal: "SIGHUP" | "SIGUSR2" }
  | { readonly kind: "none" };

/** All services of one machine or of one PC that stands for several. */
export interface ServicePlan {
  readonly stack: string;
  readonly services: readonly Service[];
  readonly certificates: readonly CertificateRequest[];
  readonly secrets: readonly PlanSecret[];
}

/** A certificate signed by the stack's authority, as PEM files that a service names in its arguments or files. */
export interface CertificateRequest {
  /** Used as file name: `<tls>/NAME.crt`, `<tls>/NAME.key`, and `<tls>/NAME.pem` (both, for HAProxy). */
  readonly name: string;
  readonly commonName: string;
  readonly dnsNames: readonly string[];
  readonly addresses: readonly string[];
  readonly usage: readonly ("server" | "client")[];
}

/** A secret of the machine: from configuration, or made at random when absent. */
export interface PlanSecret {
  readonly name: string;
  /** For basic authentication. */
  readonly username?: string;
  readonly about: string;
  readonly generated: boolean;
}

/** Where on a machine the stack lives. Paths are joined with the separator of the machine's system. */
export interface Directories {
  readonly root: string;
  /** `"/"` or `"\\"`. */
  readonly separator: "/" | "\\";
  /** The service whose own the certificates and secrets are, so that no other account reads them. @default shared */
  readonly owner?: string;
}

/** Address of every service instance of a stack, from which targets, endpoints, peers, checks and firewall rules are derived. */
export interface Layout {
  readonly directories: Directories;
  readonly instances: readonly Instance[];
  /** Public names of the edge by user interface. */
  readonly edge: Readonly<Partial<Record<EdgeName, number>>>;
  readonly edgeAddress: string;
  /** Where the HAProxy of each machine binds them, by machine. @default `edgeAddress` */
  readonly edgeAddresses?: Readonly<Record<string, readonly string[]>>;
  readonly edgeHost: string;
  /** Certificates and credentials of this stack: `sha256` etc. are never here, only names. */
  readonly users: { readonly human: string; readonly scrape: string; readonly reload: string };
}

/** User interfaces behind the edge, in the order in which people meet them. */
export const edgeNames = ["home", "query", "prometheus", "alertmanager", "pushgateway", "grafana"] as const;
export type EdgeName = (typeof edgeNames)[number];

export interface Instance {
  readonly name: string;
  readonly component: Component;
  readonly member: number;
  /** The name under which the system's jobs know what this instance takes the place of, such as `redis-trade-state`. */
  readonly standsFor?: string;
  readonly address: string;
  /** By purpose: `http`, `grpc`, `cluster`, `remote-write`, `redis`. */
  readonly ports: Readonly<Record<string, number>>;
  /** Machine that it runs on. */
  readonly machine: string;
  /** Where it lives on its machine. @default the layout's */
  readonly directories?: Directories;
}
