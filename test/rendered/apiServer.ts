/**
 * A real Kubernetes API without a cluster: etcd and kube-apiserver on loopback. Nothing runs on it; what it says of an object is
 * what a cluster of its version would say.
 */
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { Agent, request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { issueCertificates } from "../../components/local/authority.ts";
import type { KubernetesObject } from "../../monitoring/kubernetes/model.ts";
import type { Toolchain } from "../../tools/toolchain.ts";
import { certificateOf } from "./fixtures.ts";
import { freePorts, start, stop, until, type Server } from "./servers.ts";

/** What the API answers to an object. */
export interface Verdict {
  readonly accepted: boolean;
  /** Its own words where it refuses. */
  readonly message: string;
  /** `Warning` headers: Pod Security, deprecated versions, duplicate keys; without {@link meaningless} ones. */
  readonly warnings: readonly string[];
}

/** Said of every headless Service: the server takes its own default for what somebody asked for (Kubernetes 1.34). */
const meaningless = "spec.SessionAffinity is ignored for headless services";

const token = "of-a-test-on-loopback";

/** Starts both servers and waits until they are ready, about ten seconds. */
export async function startApiServer(tools: Toolchain): Promise<ApiServer> {
  const folder = await mkdtemp(join(tmpdir(), "vigil-api-"));
  const [client, peer, secure] = (await freePorts(3)) as [number, number, number];
  const ca = await issueCertificates(folder, "api", [certificateOf("api")], false);
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  await writeFile(join(folder, "accounts.key"), privateKey.export({ type: "pkcs8", format: "pem" }));
  await writeFile(join(folder, "accounts.pub"), publicKey.export({ type: "spki", format: "pem" }));
  await writeFile(join(folder, "tokens.csv"), `${token},admin,admin,system:masters\n`);
  const etcd = `http://127.0.0.1:${String(client)}`;
  const etcdPeer = `http://127.0.0.1:${String(peer)}`;
  const servers = [
    start("etcd", tools.path("etcd"), [
      `--data-dir=${join(folder, "etcd")}`,
      `--listen-client-urls=${etcd}`,
      `--advertise-client-urls=${etcd}`,
      `--listen-peer-urls=${etcdPeer}`,
      `--initial-advertise-peer-urls=${etcdPeer}`,
      `--initial-cluster=default=${etcdPeer}`,
      "--unsafe-no-fsync",
      "--log-level=error",
    ]),
    start("kube-apiserver", tools.path("kube-apiserver"), [
      `--etcd-servers=${etcd}`,
      "--bind-address=127.0.0.1",
      "--advertise-address=127.0.0.1",
      `--secure-port=${String(secure)}`,
      `--tls-cert-file=${join(folder, "api.crt")}`,
      `--tls-private-key-file=${join(folder, "api.key")}`,
      `--token-auth-file=${join(folder, "tokens.csv")}`,
      "--authorization-mode=AlwaysAllow",
      "--service-cluster-ip-range=10.96.0.0/16",
      "--service-account-issuer=https://kubernetes.default.svc",
      `--service-account-signing-key-file=${join(folder, "accounts.key")}`,
      `--service-account-key-file=${join(folder, "accounts.pub")}`,
      // Without its controller nobody makes the accounts of namespaces.
      "--disable-admission-plugins=ServiceAccount",
    ]),
  ];
  const api = new ApiServer(secure, ca, servers, folder);
  try {
    await until("the Kubernetes API is ready", 90, () => api.ready(), servers);
  } catch (error) {
    await api.stop();
    throw error;
  }
  return api;
}

export class ApiServer {
  readonly #port: number;
  readonly #agent: Agent;
  readonly #servers: readonly Server[];
  readonly #folder: string;
  readonly #resources = new Map<string, Promise<readonly Resource[]>>();

  constructor(port: number, ca: string, servers: readonly Server[], folder: string) {
    this.#port = port;
    this.#agent = new Agent({ ca, keepAlive: true, maxSockets: 4 });
    this.#servers = servers;
    this.#folder = folder;
  }

  async ready(): Promise<true | string> {
    try {
      const { status, body } = await this.#call("GET", "/readyz");
      return status === 200 ? true : `${String(status)} ${body}`;
    } catch (error) {
      return String(error);
    }
  }

  /** Server-side apply that keeps nothing; unknown and duplicate fields are refused. */
  dryRun(object: KubernetesObject): Promise<Verdict> {
    return this.#apply(object, "&dryRun=All");
  }

  /** Server-side apply for good. */
  apply(object: KubernetesObject): Promise<Verdict> {
    return this.#apply(object, "");
  }

  /** Puts definitions of custom resources in and waits until their kinds are served. @throws when one is refused */
  async define(definitions: readonly KubernetesObject[]): Promise<void> {
    for (const definition of definitions) {
      const { accepted, message } = await this.apply(definition);
      if (!accepted) throw new Error(`${definition.metadata.name}: ${message}`);
    }
    for (const { metadata } of definitions)
      await until(`${metadata.name} is served`, 30, async () => {
        const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${metadata.name}`;
        const { body } = await this.#call("GET", path);
        const { status } = JSON.parse(body) as {
          status?: { conditions?: { type: string; status: string; message: string }[] };
        };
        const established = status?.conditions?.find(({ type }) => type === "Established");
        return established?.status === "True" ? true : body.slice(-1_000);
      });
    this.#resources.clear();
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    await stop(this.#servers);
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #apply(object: KubernetesObject, query: string): Promise<Verdict> {
    const path = await this.#pathOf(object);
    if (path === undefined)
      return {
        accepted: false,
        message: `there is no kind ${object.kind} in ${object.apiVersion}`,
        warnings: [],
      };
    const { status, body, warnings } = await this.#call(
      "PATCH",
      `${path}?fieldManager=test&force=true&fieldValidation=Strict${query}`,
      JSON.stringify(object),
    );
    const accepted = status === 200 || status === 201;
    const message = accepted ? "" : ((JSON.parse(body) as { message?: string }).message ?? body);
    return { accepted, message, warnings };
  }

  async #pathOf({ apiVersion, kind, metadata }: KubernetesObject): Promise<string | undefined> {
    const base = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    let listed = this.#resources.get(base);
    if (listed === undefined) this.#resources.set(base, (listed = this.#list(base)));
    const resource = (await listed).find((one) => one.kind === kind && !one.name.includes("/"));
    if (resource === undefined) return undefined;
    const namespace = resource.namespaced ? `/namespaces/${metadata.namespace ?? "default"}` : "";
    return `${base}${namespace}/${resource.name}/${encodeURIComponent(metadata.name)}`;
  }

  async #list(base: string): Promise<readonly Resource[]> {
    const { status, body } = await this.#call("GET", base);
    return status === 200 ? (JSON.parse(body) as { resources: Resource[] }).resources : [];
  }

  async #call(
    method: string,
    path: string,
    content?: string,
  ): Promise<{ status: number; body: string; warnings: string[] }> {
    const sent = request(`https://127.0.0.1:${String(this.#port)}${path}`, {
      method,
      agent: this.#agent,
      headers: {
        authorization: `Bearer ${token}`,
        ...(content === undefined ? {} : { "content-type": "application/apply-patch+yaml" }),
      },
      timeout: 20_000,
    });
    sent.on("timeout", () => sent.destroy(new Error("time-out")));
    sent.end(content);
    const [answer] = (await once(sent, "response")) as [IncomingMessage];
    const warnings = (answer.headersDistinct["warning"] ?? [])
      .map(said)
      .filter((warning) => warning !== meaningless);
    return { status: answer.statusCode ?? 0, body: await text(answer), warnings };
  }
}

interface Resource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** The text of `299 - "text"`. */
function said(header: string): string {
  return (/^\d{3} \S+ "(.*)"$/.exec(header)?.[1] ?? header).replace(/\\(.)/g, "$1");
}
