/** A real HAProxy with the rendered configuration, before small HTTPS services, on free ports of loopback. */
import { fork, spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { Agent, request } from "node:https";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { issueCertificates } from "../../components/local/authority.ts";
import { renderHaproxy } from "../../monitoring/haproxy.ts";
import { renderHomePage } from "../../monitoring/homePage.ts";
import type { EdgeName, Instance, Layout } from "../../monitoring/hosts.ts";
import { edgeLayout, edgeSystem } from "../rendered/edgeLayout.ts";
import type { Arrival } from "./edgeUpstream.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

export interface Call {
  readonly method?: string;
  readonly user?: "human" | "scrape" | "stranger" | "nobody";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Use a connection of its own. */
  readonly fresh?: boolean;
}

export interface EdgeStack {
  readonly layout: Layout;
  readonly queryPort: number;
  readonly arrivals: Arrival[];
  /** What HAProxy printed so far. */
  log(): string;
  call(target: EdgeName | number, path: string, options?: Call): Promise<Answer>;
  kill(name: string): Promise<void>;
  start(name: string): Promise<void>;
  /** Waits until everything that these services received is in `arrivals`. */
  settled(...names: readonly string[]): Promise<void>;
  /** Reloads HAProxy by SIGUSR2, as a change of configuration or certificates does. */
  reload(): void;
  /** Waits until HAProxy says that a server is up or down. @throws after 10 s. */
  until(name: string, up: boolean): Promise<void>;
  stop(): Promise<void>;
}

const passwords = { human: "admin:h", scrape: "scrape:s", stranger: "admin:guess", nobody: "" } as const;

/** Starts everything. `alertmanager-1` is signed by a stranger and `alertmanager-2` is named like another. */
export async function startEdgeStack(haproxy: string): Promise<EdgeStack> {
  const directory = await mkdtemp(join(tmpdir(), "edge-"));
  const ports = await freePorts(30);
  const layout = edgeLayout(() => take(ports));
  const queryPort = take(ports);
  const authority = await certificates(directory, layout);
  const configuration = await writeConfiguration(directory, layout, queryPort);

  const arrivals: Arrival[] = [];
  const upstreams = new Map<string, ChildProcess>();
  const start = async (name: string): Promise<void> => {
    const instance = instanceNamed(layout, name);
    const upstream = await startUpstream(instance, join(directory, certificateOf(name)), arrivals);
    upstreams.set(name, upstream);
  };
  const kill = async (name: string): Promise<void> => {
    const upstream = upstreams.get(name);
    if (upstream?.exitCode !== null || upstream.signalCode !== null) return;
    upstream.kill("SIGKILL");
    await once(upstream, "exit");
  };
  await Promise.all(
    layout.instances.filter(({ component }) => component !== "haproxy").map(({ name }) => start(name)),
  );

  const edge = spawn(haproxy, ["-W", "-f", configuration], { stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  for (const stream of [edge.stdout, edge.stderr])
    stream.setEncoding("utf8").on("data", (chunk: string) => (log += chunk));
  const agent = new Agent({ keepAlive: true, ca: authority });
  const call = (target: EdgeName | number, path: string, options: Call = {}): Promise<Answer> => {
    const port = typeof target === "number" ? target : (layout.edge[target] ?? 0);
    return send(port, path, options, authority, options.fresh === true ? undefined : agent);
  };
  const until = (name: string, up: boolean): Promise<void> =>
    eventually(`${name} is ${up ? "up" : "down"}`, async () => {
      const { body } = await call("home", "/health", { user: "human" });
      return body.includes(`"${name}":${String(up)}`);
    });
  let marks = 0;
  const settled = async (...names: readonly string[]): Promise<void> => {
    const mark = `/mark/${String(++marks)}`;
    for (const name of names) await call(instanceNamed(layout, name).ports["http"] ?? 0, mark);
    await eventually(`${names.join(", ")} told all`, () =>
      Promise.resolve(arrivals.filter(({ url }) => url === mark).length === names.length),
    );
  };
  const stop = async (): Promise<void> => {
    agent.destroy();
    if (edge.exitCode === null) {
      edge.kill("SIGTERM");
      await once(edge, "exit");
    }
    await Promise.all([...upstreams.keys()].map(kill));
    await rm(directory, { recursive: true });
  };
  const stack: EdgeStack = {
    layout,
    queryPort,
    arrivals,
    log: () => log,
    call,
    kill,
    start,
    settled,
    reload: () => edge.kill("SIGUSR2"),
    until,
    stop,
  };
  try {
    await until("prometheus-1", true);
  } catch (error) {
    await stop();
    throw new Error(`haproxy did not come up; it printed: ${log}`, { cause: error });
  }
  return stack;
}

/** Waits until the condition holds. @throws after 10 s. */
export async function eventually(what: string, condition: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000;
  while (Date.now() < end) {
    if (await condition().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`not so within 10 s: ${what}`);
}

async function certificates(directory: string, layout: Layout): Promise<string> {
  const server = (name: string, ...dnsNames: string[]) => ({
    name,
    commonName: name,
    dnsNames,
    addresses: ["127.0.0.1"],
    usage: ["server"] as const,
  });
  const names = layout.instances.map(({ name }) => name);
  await issueCertificates(
    join(directory, "foreign"),
    "foreign",
    [server("foreign", "alertmanager-1")],
    false,
  );
  const own = names.map((name) => server(name, name));
  const requests = [...own, server("edge", "localhost"), server("misnamed", "alertmanager-3")];
  return issueCertificates(directory, "test", requests, false);
}

function certificateOf(name: string): string {
  if (name === "alertmanager-1") return "foreign/foreign.pem";
  return name === "alertmanager-2" ? "misnamed.pem" : `${name}.pem`;
}

async function writeConfiguration(directory: string, layout: Layout, queryPort: number): Promise<string> {
  const homePageFile = join(directory, "home.html");
  const path = join(directory, "haproxy.cfg");
  await writeFile(homePageFile, renderHomePage(edgeSystem, layout, { grafana: true }));
  const text = renderHaproxy(edgeSystem, layout, {
    certificateFile: join(directory, "edge.pem"),
    certificateAuthorityFile: join(directory, "ca.crt"),
    homePageFile,
    statsSocket: join(directory, "edge.sock"),
    queryListener: { address: "127.0.0.1", port: queryPort },
    maxConnections: 500,
  });
  await writeFile(path, fillIn(text));
  return path;
}

function fillIn(text: string): string {
  const credentials: Record<string, string> = { ...passwords, reload: "reload:r" };
  return text
    .replaceAll(/\{\{basic:(\w+)\}\}/g, (_, name: string) => base64(credentials[name] ?? ""))
    .replaceAll(/\{\{sha256:(\w+)\}\}/g, (_, name: string) =>
      createHash("sha256")
        .update(`Basic ${base64(credentials[name] ?? "")}`)
        .digest("hex"),
    );
}

async function startUpstream(instance: Instance, pem: string, arrivals: Arrival[]): Promise<ChildProcess> {
  const program = fileURLToPath(new URL("edgeUpstream.ts", import.meta.url));
  const port = String(instance.ports["http"]);
  const upstream = fork(program, [
    instance.name,
    port,
    pem,
    `Basic ${base64(passwords.scrape)}`,
    `Basic ${base64(passwords.human)}`,
  ]);
  await once(upstream, "message");
  upstream.on("message", (arrival) => arrivals.push(arrival as Arrival));
  return upstream;
}

function send(
  port: number,
  path: string,
  options: Call,
  ca: string,
  agent: Agent | undefined,
): Promise<Answer> {
  const { method = "GET", user = "human", headers = {}, body = "" } = options;
  const authorization = user === "nobody" ? {} : { authorization: `Basic ${base64(passwords[user])}` };
  const length = method === "GET" ? {} : { "content-length": String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    request(
      {
        host: "127.0.0.1",
        port,
        path,
        method,
        ca,
        agent: agent ?? false,
        headers: { ...authorization, ...length, ...headers },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        response.on("error", reject);
        response.on("end", () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
        });
      },
    )
      .on("error", reject)
      .end(body);
  });
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      return server;
    }),
  );
  return servers.map((server) => {
    const address = server.address();
    server.close();
    return typeof address === "object" && address !== null ? address.port : 0;
  });
}

function take(ports: number[]): number {
  const port = ports.pop();
  if (port === undefined) throw new Error("edge test has too few free ports: ask for more");
  return port;
}

function instanceNamed(layout: Layout, name: string): Instance {
  const instance = layout.instances.find((candidate) => candidate.name === name);
  if (instance === undefined) throw new Error(`edge test has no service "${name}"`);
  return instance;
}

function base64(value: string): string {
  return Buffer.from(value).toString("base64");
}
