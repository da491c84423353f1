/** The real oauth2-proxy with the rendered files, before it the real HAProxy with the rendered snippet, behind it servers. */
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, request, type Server as HttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { issueCertificates } from "../../components/local/authority.ts";
import { dnsNamesOf } from "../../monitoring/kubernetes/certificates.ts";
import { httpPort, serviceHost } from "../../monitoring/kubernetes/edgeRoutes.ts";
import { ingressSnippet } from "../../monitoring/kubernetes/ingressSnippet.ts";
import type { ClusterFacts, KubernetesObject, Part } from "../../monitoring/kubernetes/model.ts";
import { tlsMount } from "../../monitoring/kubernetes/names.ts";
import { oauth2Proxy } from "../../monitoring/kubernetes/oauth2Proxy.ts";
import {
  authorityMount,
  credentialsMount,
  programsMount,
} from "../../monitoring/kubernetes/oauth2ProxyConfig.ts";
import { workloadOf } from "../../monitoring/kubernetes/workloads.ts";
import { greenlangOnEks, oversightOnAks } from "../rendered/clusterFacts.ts";
import { freePorts, start, stop, until, type Server } from "../rendered/servers.ts";
import { startOidcProvider, type OidcProvider } from "./oidcProvider.ts";

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly location: string;
  readonly cookies: readonly string[];
  readonly headers: Readonly<Record<string, unknown>>;
}

export interface Call {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** `misdirected`: an ingress that expects another server's certificate; `inside`: oauth2-proxy itself; `own`: a Grafana that logs people in. @default "edge" */
  readonly door?: "edge" | "misdirected" | "inside" | "own";
}

export interface JwtEdgeStack {
  readonly people: OidcProvider;
  readonly programs: OidcProvider;
  readonly audience: string;
  call(path: string, options?: Call): Promise<Answer>;
  stop(): Promise<void>;
}

const audience = "vigil-test";
/** `sub` of the only program that comes in without an e-mail. */
export const listedProgram = "5f0C1a52-0000-4000-8000-batch";
const clientSecret = "secret-of-the-client";
/** Servers behind the edge; the last one's certificate is of another authority. */
const servers = ["thanos-query-frontend", "prometheus", "grafana", "alertmanager"] as const;

export async function startJwtEdge(tools: {
  readonly oauth2Proxy: string;
  readonly haproxy: string;
}): Promise<JwtEdgeStack> {
  const directory = await mkdtemp(join(tmpdir(), "jwt-edge-"));
  const ca = await certificates(directory);
  const own = await pemOf(directory, "localhost");
  const foreign = await pemOf(join(directory, "foreign"), "localhost");
  const client = { id: oversightOnAks.facts.oidc.clientId, secret: clientSecret };
  const [people, programs] = [await startOidcProvider(own, client), await startOidcProvider(own, client)];
  const upstreams = await Promise.all(
    servers.map((name) => upstream(name, name === "alertmanager" ? foreign : own)),
  );
  const ownGrafana = workloadOf(greenlangOnEks.system, "grafana");
  const itself = await upstream("grafana itself", await pemOf(directory, "grafana"));
  const itselfPort = (itself.address() as AddressInfo).port;
  const ports = await freePorts(5);
  const [proxyPort = 0, metricsPort = 0, edgePort = 0, misdirectedPort = 0, ownPort = 0] = ports;

  const { system } = oversightOnAks;
  const facts: ClusterFacts = {
    ...oversightOnAks.facts,
    oidc: {
      issuer: people.issuer,
      clientId: client.id,
      jwt: { issuer: programs.issuer, audience, subjects: [listedProgram] },
    },
    networkCidr: "127.0.0.0/8",
  };
  /** The rendered text with this machine's addresses and folders. */
  const here = (rendered: string): string => {
    const addresses = servers.map((name, index): [string, string] => {
      const workload = workloadOf(system, name);
      const port = (upstreams[index]?.address() as AddressInfo).port;
      return [
        `https://${serviceHost(workload)}:${String(httpPort(workload))}`,
        `https://localhost:${String(port)}`,
      ];
    });
    const places: [string, string][] = [
      [tlsMount, directory],
      [credentialsMount, directory],
      [authorityMount, join(directory, "authority")],
      [programsMount, directory],
      ["0.0.0.0:4180", `127.0.0.1:${String(proxyPort)}`],
      ["0.0.0.0:44180", `127.0.0.1:${String(metricsPort)}`],
    ];
    return [...addresses, ...places].reduce((result, [from, to]) => result.replaceAll(from, to), rendered);
  };

  const part = oauth2Proxy(system, facts);
  for (const file of ["oauth2_proxy.cfg", "oauth2_proxy.yml", "subjects"])
    await writeFile(join(directory, file), here(dataOf(part.objects, file)));
  const grafana = workloadOf(system, "grafana");
  const doors: Backend[] = [
    [edgePort, snippetOf(part), proxyPort],
    [misdirectedPort, ingressSnippet(system, grafana), proxyPort],
    [ownPort, ingressSnippet(greenlangOnEks.system, ownGrafana), itselfPort],
  ];
  await writeFile(join(directory, "haproxy.cfg"), haproxyConfiguration(doors, here, directory));

  const environment = part.release?.values["extraEnv"] as { name: string; value: string }[];
  const proxy = start("oauth2-proxy", "/usr/bin/env", [
    ...environment.map(({ name, value }) => `${name}=${here(value)}`),
    tools.oauth2Proxy,
    `--alpha-config=${join(directory, "oauth2_proxy.yml")}`,
    `--config=${join(directory, "oauth2_proxy.cfg")}`,
  ]);
  const haproxy = start("haproxy", tools.haproxy, ["-db", "-f", join(directory, "haproxy.cfg")]);
  const running: Server[] = [proxy, haproxy];

  const doorPorts = { edge: edgePort, misdirected: misdirectedPort, inside: proxyPort, own: ownPort };
  const inside = serviceHost(workloadOf(system, "oauth2-proxy"));
  const call = (path: string, options: Call = {}): Promise<Answer> => {
    const { door = "edge" } = options;
    const shown = door === "inside" ? inside : facts.hostname;
    return send({ port: doorPorts[door], host: facts.hostname, servername: shown, ca }, path, options);
  };
  const end = async (): Promise<void> => {
    await stop(running);
    await Promise.all([people.close(), programs.close()]);
    for (const server of [...upstreams, itself]) server.close().closeAllConnections();
    await rm(directory, { recursive: true });
  };
  try {
    await until(
      "the edge answers",
      20,
      async () => {
        const { status } = await call("/ping").catch(() => ({ status: 0 }));
        return status === 200 || `status ${String(status)}`;
      },
      running,
    );
  } catch (error) {
    await end();
    throw error;
  }
  return { people, programs, audience, call, stop: end };
}

async function certificates(directory: string): Promise<string> {
  const { system, facts } = oversightOnAks;
  const named = (name: string, ...dnsNames: string[]) => ({
    name,
    commonName: name,
    dnsNames,
    addresses: [],
    usage: ["server"] as const,
  });
  await issueCertificates(join(directory, "foreign"), "foreign", [named("localhost", "localhost")], false);
  const proxyNames = dnsNamesOf(workloadOf(system, "oauth2-proxy"));
  const requests = [
    named("tls", ...proxyNames),
    named("localhost", "localhost"),
    named("grafana", ...dnsNamesOf(workloadOf(system, "grafana"))),
    named("edge", facts.hostname),
  ];
  const ca = await issueCertificates(directory, "edge", requests, false);
  await mkdir(join(directory, "authority"));
  await writeFile(join(directory, "authority/ca.crt"), ca);
  await writeFile(join(directory, "client-secret"), clientSecret);
  await writeFile(join(directory, "cookie-secret"), "0123456789abcdef0123456789abcdef");
  return ca;
}

async function pemOf(directory: string, name: string): Promise<string> {
  const files = [`${name}.crt`, `${name}.key`].map((file) => readFile(join(directory, file), "utf8"));
  return (await Promise.all(files)).join("");
}

/** Says what it received. */
async function upstream(name: string, pem: string): Promise<HttpsServer> {
  const server = createServer({ cert: pem, key: pem }, ({ method, url, headers }, response) => {
    response.end(JSON.stringify({ name, method, url, headers }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

function dataOf(objects: readonly KubernetesObject[], file: string): string {
  for (const object of objects) {
    const found = (object["data"] as Record<string, string> | undefined)?.[file];
    if (object.kind === "ConfigMap" && found !== undefined) return found;
  }
  throw new Error(`no ConfigMap holds ${file}`);
}

/** What the Service of oauth2-proxy tells the ingress' controller. */
function snippetOf({ release }: Part): string {
  const service = release?.values["service"] as { annotations: Readonly<Record<string, string>> };
  return service.annotations["haproxy.org/backend-config-snippet"] ?? "";
}

type Backend = readonly [port: number, snippet: string, serverPort: number];

/** What the controller would write around the snippet: servers come after it. */
function haproxyConfiguration(
  doors: readonly Backend[],
  here: (text: string) => string,
  directory: string,
): string {
  const sections = doors.map(
    ([port, snippet, serverPort], index) => `
frontend front-${String(index)}
  bind 127.0.0.1:${String(port)} ssl crt ${directory}/edge.pem
  default_backend back-${String(index)}
backend back-${String(index)}
  option forwardfor
  default-server check
${here(snippet)}  server SRV_1 127.0.0.1:${String(serverPort)}
`,
  );
  const defaults = ["client", "server", "connect"].map((what) => `  timeout ${what} 10s\n`).join("");
  return `defaults\n  mode http\n${defaults}${sections.join("")}`;
}

interface Door {
  readonly port: number;
  readonly host: string;
  readonly servername: string;
  readonly ca: string;
}

async function send({ host, ...door }: Door, path: string, call: Call): Promise<Answer> {
  const { method = "GET", headers = {} } = call;
  const options = { host: "127.0.0.1", ...door, path, method, agent: false, headers: { host, ...headers } };
  const sent = request(options).end();
  const [answer] = await once(sent, "response");
  return {
    status: answer.statusCode,
    body: await text(answer),
    location: answer.headers.location ?? "",
    cookies: answer.headers["set-cookie"] ?? [],
    headers: answer.headers,
  };
}
