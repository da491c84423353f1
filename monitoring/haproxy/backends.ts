/** The pools of servers behind the edge, and which of them the home page shows. */
import { alertsKnownAfter } from "../alertDelivery.ts";
import type { HaproxyOptions } from "../haproxy.ts";
import type { Instance, Layout } from "../hosts.ts";
import type { Component, System } from "../model.ts";

/** A pool of servers, also the unit of health that the home page and `/health` show. */
export interface Pool {
  /** `prometheus`: HAProxy's log names `be_prometheus/prometheus-1`. */
  readonly name: string;
  readonly backend: string;
  readonly servers: readonly Instance[];
}

/**
 * Pools in the order in which a request passes them; without those that the layout has no server for.
 * @param member which HAProxy asks: what runs on its own machine comes first there. @default 1
 */
export function pools(layout: Layout, member = 1): readonly Pool[] {
  const own = members(layout, "haproxy").find((instance) => instance.member === member);
  return poolKinds
    .map(({ name, components }) => ({
      name,
      backend: `be_${name.replaceAll("-", "_")}`,
      servers: components.flatMap((component) =>
        members(layout, component).toSorted(
          (a, b) => Number(b.machine === own?.machine) - Number(a.machine === own?.machine),
        ),
      ),
    }))
    .filter((pool) => pool.servers.length > 0);
}

/** One `backend` section a pool. */
export function renderBackends(
  system: System,
  layout: Layout,
  options: Pick<HaproxyOptions, "member" | "forwardedPorts">,
): readonly string[] {
  return pools(layout, options.member).map((pool) => {
    const kind = kindOf(pool.name);
    const servers = pool.servers.map((server, position) =>
      serverLine(pool, kind, server, position, reachedAt(server, options.forwardedPorts)),
    );
    const lines = kind.startsEmpty === true ? onlyWhenComplete(servers, alertsKnownAfter(system)) : servers;
    return [`backend ${pool.backend}`, ...spares, ...kind.rules, ...health(kind), ...lines]
      .map((line, position) => (position === 0 ? line : `  ${line}`))
      .join("\n");
  });
}

/**
 * The first server that is up serves, so that the next is its spare; a repeated request goes to another. Servers marked
 * `backup` would do the first only: repeats go to the same server until a check has found out.
 */
const spares = ["balance first"];

interface PoolKind {
  readonly name: string;
  /** The first instance of the first component serves; all others are its spares. */
  readonly components: readonly Component[];
  readonly healthPath: string;
  /** The scrape user exists in the stack's own services only. @default false */
  readonly healthWithoutCredentials?: boolean;
  readonly rules: readonly string[];
  /** Concurrent requests a server; more wait in the queue. */
  readonly maxConnections?: number;
  /** A server that has just started is ready, but what it should answer is still to come. @default false */
  readonly startsEmpty?: boolean;
  /** Nobody is sent there: checked every 2 s, for the home page. @default false */
  readonly watched?: boolean;
}

const queryEndpoints = "^/api/v1/(query|query_range|query_exemplars|series|labels|format_query|parse_query)$";

/**
 * Reads: repeatable, so pooled connections may be shared freely. One that a killed server left is repeated elsewhere.
 * Buffered first: a body that was seen whole can be sent again.
 */
const reads = [
  "http-reuse always",
  "option http-buffer-request",
  `http-request disable-l7-retry unless { method GET HEAD } || { method POST } { path -m reg '${queryEndpoints}' }`,
];

/** Writes: at most once. Each gets a fresh connection, so that a dead one shows before the request is sent. */
const writes = ["option http-server-close", "http-request disable-l7-retry unless { method GET HEAD }"];

const poolKinds: readonly PoolKind[] = [
  {
    name: "query",
    components: ["thanos-query-frontend", "thanos-query"],
    healthPath: "/-/ready",
    rules: reads,
    maxConnections: 128,
  },
  {
    name: "thanos-query",
    components: ["thanos-query"],
    healthPath: "/-/ready",
    rules: reads,
    maxConnections: 128,
  },
  // Round-robin over the pair would make graphs jump: each has its own samples.
  {
    name: "prometheus",
    components: ["prometheus"],
    healthPath: "/-/ready",
    rules: reads,
    maxConnections: 128,
  },
  {
    name: "alertmanager",
    components: ["alertmanager"],
    healthPath: "/-/ready",
    startsEmpty: true,
    rules: writes,
  },
  { name: "pushgateway", components: ["pushgateway"], healthPath: "/-/ready", rules: writes },
  {
    name: "grafana",
    components: ["grafana"],
    healthPath: "/api/health",
    healthWithoutCredentials: true,
    rules: writes,
    maxConnections: 32,
  },
  ...(["thanos-sidecar", "thanos-store", "thanos-ruler", "thanos-receive", "thanos-compactor"] as const).map(
    (component) => ({
      name: component,
      components: [component],
      healthPath: "/-/ready",
      rules: [],
      watched: true,
    }),
  ),
];

function kindOf(name: string): PoolKind {
  const kind = poolKinds.find((candidate) => candidate.name === name);
  if (kind === undefined) throw new Error(`haproxy pool "${name}" is not one of the edge's pools`);
  return kind;
}

function health(kind: PoolKind): readonly string[] {
  // As those who will ask: a service compares a password by bcrypt once and remembers it, so that a server which has just
  // become ready is not met by twenty such comparisons at a time, which take seconds on a busy machine.
  const user = kind.watched === true ? "scrape" : "human";
  const credentials =
    kind.healthWithoutCredentials === true ? "" : ` hdr Authorization "Basic {{basic:${user}}}"`;
  return [
    "option httpchk",
    `http-check send meth GET uri ${kind.healthPath} ver HTTP/1.1 hdr Host edge-check${credentials}`,
    "http-check expect status 200",
  ];
}

/** `address:port` at which HAProxy reaches a server. See {@link HaproxyOptions.forwardedPorts}. */
export function reachedAt(server: Instance, forwardedPorts: number | undefined): string {
  const { address } = server;
  const port = httpPort(server);
  if (forwardedPorts === undefined || address === "127.0.0.1") return `${address}:${String(port)}`;
  return `127.0.0.1:${String(port + forwardedPorts)}`;
}

function serverLine(pool: Pool, kind: PoolKind, server: Instance, position: number, reached: string): string {
  // Names, not addresses: HAProxy compares a certificate's DNS names only.
  const line = [
    `server ${server.name} ${reached}`,
    `sni str(${server.name}) verifyhost ${server.name} check check-sni ${server.name}`,
  ];
  if (kind.watched === true) {
    line.push("inter 2s downinter 2s");
  } else if (position < pool.servers.length - 1) {
    // The first refused connection takes it out, until a check finds it ready: the requests after it need no second try.
    // The last one stays: there is nobody to go to.
    line.push("observe layer4 error-limit 1 on-error mark-down");
  }
  if (kind.maxConnections !== undefined) line.push(`maxconn ${String(kind.maxConnections)}`);
  return line.join(" ");
}

/**
 * The first server takes requests back from its spare when its answers are complete. Until then it is also the last
 * resort, so that it serves at once while the others are down.
 */
function onlyWhenComplete(servers: readonly string[], seconds: number): readonly string[] {
  const [first, ...others] = servers;
  if (first === undefined || others.length === 0) return servers;
  const lastResort = first.replace(/^server (\S+)/, "server $1-incomplete");
  const checks = Math.ceil(seconds / shortestSecondsBetweenChecks) + 1;
  return [`${first} rise ${String(checks)}`, ...others, `${lastResort} backup`];
}

/** A server that is on its way up is asked every `fastinter`, less the 5 % by which `spread-checks` may shorten it. */
const shortestSecondsBetweenChecks = 0.095;

function httpPort(server: Instance): number {
  const port = server.ports["http"];
  if (port !== undefined) return port;
  throw new Error(`layout.instances: ${server.name} has no port "http", expected by the edge: add the port`);
}

function members(layout: Layout, component: Component): readonly Instance[] {
  return layout.instances
    .filter((instance) => instance.component === component)
    .toSorted((a, b) => a.member - b.member);
}
