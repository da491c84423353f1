/** Who may not come in, and what may not be seen: every port of every deployed service, and everything that it leaves behind. */
import assert from "node:assert/strict";
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { issueCertificates } from "../../components/local/authority.ts";
import { basicHeader } from "../../components/local/secrets.ts";
import type { StackClient } from "../../drills/stackClient.ts";
import type { Port, Service } from "../../monitoring/hosts.ts";
import { eventually, LiveStack } from "./liveStack.ts";
import {
  alertFrom,
  certificateOf,
  converse,
  listeningSockets,
  plainHttpStatus,
  processText,
  processTree,
} from "./openDoors.ts";

describe("A stack of this machine", function () {
  this.timeout(30_000);
  let stack: LiveStack;
  let client: StackClient;
  const webhook = "https://127.0.0.1:9/hook-Zq3vW8";
  const outputs: string[] = [];

  before(async function () {
    this.timeout(120_000);
    stack = await LiveStack.up({}, { "webhook-url": webhook });
    client = await stack.client();
  });

  after(async function () {
    this.timeout(60_000);
    await stack.down();
  });

  it("listens on loopback, on the ports that it declares and on no other", () => {
    const declared = doors().map(({ port }) => `${port.address}:${String(port.number)}`);
    const open = listeningSockets(pids());
    assert.deepEqual(
      open.filter((socket) => !socket.startsWith("127.")),
      [],
    );
    assert.deepEqual([...new Set(open)].sort(), declared.sort());
  });

  it("answers 401 on every port with passwords when none is given, or a wrong one", async () => {
    const wrong = { authorization: `Basic ${Buffer.from("operator:wrong").toString("base64")}` };
    for (const { service, port } of doors("password"))
      for (const path of ["/", "/metrics", "/-/ready", "/api/v1/query?query=up", "/api/v2/alerts"]) {
        if (isProbe(port, path)) continue;
        const url = `${urlOf(port)}${path}`;
        assert.equal((await client.request(url, { as: false })).status, 401, `${service.name} ${url}`);
        if (path !== "/") continue;
        const answer = await client.request(url, { as: false, headers: wrong });
        assert.equal(answer.status, 401, `${service.name} ${url} with a wrong password`);
      }
  });

  it("admits the right password on the same ports", async () => {
    for (const { service, port } of doors("password"))
      for (const as of ["human", "scrape"]) {
        const { status } = await client.request(`${urlOf(port)}/metrics`, { as });
        // The home page is for people.
        const wanted = port.name === "home" && as === "scrape" ? [401] : [200, 404];
        assert.ok(wanted.includes(status), `${service.name} ${port.name} as ${as}: ${String(status)}`);
      }
  });

  it("sends everybody away who shows no certificate of the stack where passwords are not known", async () => {
    const paths = client.inventory.paths;
    const foreign = join(stack.folder, "foreign");
    const request = { name: "client", commonName: "client", dnsNames: ["client"], addresses: [] };
    await issueCertificates(foreign, "another", [{ ...request, usage: ["client"] }], false);
    const shown = async (folder: string) => ({
      cert: await readFile(join(folder, "client.crt")),
      key: await readFile(join(folder, "client.key")),
    });
    const doorsWithCertificates = doors("certificate");
    assert.ok(doorsWithCertificates.length >= 7);
    for (const { service, port } of doorsWithCertificates) {
      const what = `${service.name} ${port.name}`;
      const trust = { ca: client.certificateAuthority, servername: service.name };
      assert.match(await alertFrom(port.address, port.number, trust), /ALERT/, what);
      const stranger = { ...trust, ...(await shown(foreign)) };
      assert.match(await alertFrom(port.address, port.number, stranger), /ALERT/, `${what}, a stranger`);
      const friend = { ...trust, ...(await shown(paths.certificates)) };
      assert.doesNotMatch(await alertFrom(port.address, port.number, friend), /ALERT/, `${what}, a friend`);
    }
  });

  it("asks for Redis' password", async () => {
    const instances = doors("redis");
    assert.equal(instances.length, 4);
    for (const { port } of instances) {
      assert.match(await converse(port.address, port.number, "PING\r\n"), /^-NOAUTH/);
      assert.match(await converse(port.address, port.number, "AUTH wrong\r\n"), /^-WRONGPASS/);
    }
  });

  it("refuses plain HTTP everywhere, whoever asks", async () => {
    const header = await headerOf("human");
    for (const { service, port } of doors()) {
      const status = await plainHttpStatus(port.address, port.number, header);
      assert.ok(status === undefined || status === 400, `${service.name} ${port.name}: ${String(status)}`);
    }
  });

  it("shows on every TLS port a certificate of its own authority in its own name", async () => {
    for (const { service, port } of [...doors("password"), ...doors("certificate")]) {
      // One process stands for several of the watched system, by their names.
      const servername = service.component === "demo" ? port.name : service.name;
      const options = { ca: client.certificateAuthority, servername };
      const { subject } = await certificateOf(port.address, port.number, options);
      assert.equal(subject.CN, service.name);
      // Nobody else's: a public authority does not vouch for it.
      await assert.rejects(certificateOf(port.address, port.number, { servername }), {
        code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      });
    }
  });

  it("has different users for people, scrapes and reloads, each with its own rights", async () => {
    const users = client.inventory.secrets.filter(({ username }) => username !== undefined);
    assert.deepEqual(users.map(({ name }) => name).sort(), ["human", "reload", "scrape"]);
    assert.equal(new Set(users.map(({ username }) => username)).size, 3);
    assert.equal(new Set(users.map(({ name }) => secretValue(name))).size, 3);
    const status = async (url: string, as: string, method = "GET"): Promise<number> =>
      (await client.request(url, { as, method })).status;
    const metrics = urlOf(portOf("haproxy", "http"));
    assert.equal(await status(`${metrics}/metrics`, "scrape"), 200);
    assert.equal(await status(`${metrics}/metrics`, "reload"), 401);
    const home = client.endpoint("home");
    assert.equal(await status(`${home}/`, "human"), 200);
    assert.equal(await status(`${home}/`, "reload"), 401);
    const pushed = `${client.endpoint("pushgateway")}/metrics/job/none`;
    assert.equal(await status(pushed, "scrape", "DELETE"), 403);
    assert.equal(await status(pushed, "human", "DELETE"), 202);
  });

  it("lets nobody quit, reload or administer a server through the edge", async () => {
    const before = await running();
    const edges = Object.entries(client.inventory.endpoints).filter(([name]) => name !== "home");
    const paths = [
      "/-/quit",
      "/-/reload",
      "/api/v1/admin/tsdb/snapshot",
      "/api/v1/admin/wipe",
      "/debug/pprof/heap",
      "/%2d/quit",
      "/-/%71uit",
      "//-/quit",
      "/x/../-/reload",
    ];
    for (const [, url] of edges)
      for (const path of paths)
        for (const as of ["human", "reload"])
          for (const method of ["POST", "PUT"]) {
            const { status } = await client.request(url + path, { as, method });
            assert.equal(status, 403, `${method} ${url}${path} as ${as}`);
          }
    assert.deepEqual(await running(), before);
  });

  it("takes a new password without a restart, and refuses the old one", async () => {
    const before = await running();
    const old = await headerOf("human");
    const fresh = "correct-horse-7vK2";
    await stack.setSecret("human", fresh);
    const preview = await stack.preview();
    assert.equal(preview.code, 0, preview.stdout + preview.stderr);
    const result = await stack.apply();
    outputs.push(preview.stdout, preview.stderr, result.stdout, result.stderr);
    assert.equal(secretValue("human"), fresh);
    client = await stack.client();
    for (const { service, port } of doors("password")) {
      const url = `${urlOf(port)}/metrics`;
      await eventually(`${service.name} ${port.name} takes the new password`, 5, async () =>
        [200, 404].includes((await client.request(url)).status),
      );
      const { status } = await client.request(url, { as: false, headers: { authorization: old } });
      assert.equal(status, 401, `${service.name} ${port.name} still takes the old password`);
    }
    assert.deepEqual(await running(), before);
  });

  it("shows no password in arguments, environments, logs, state, previews or the supervisor's files", async () => {
    const secrets = secretNames().map((name) => [name, secretValue(name)] as const);
    assert.ok(secrets.some(([, value]) => value === webhook));
    const headers = await Promise.all(
      ["human", "scrape", "reload"].map(async (name) => [name, (await headerOf(name)).slice(6)] as const),
    );
    const { logs, supervisor, services } = client.inventory.paths;
    const declared = client.inventory.services.map(({ name }) => join(services, name, "service.json"));
    const places = [
      ...pids().flatMap((pid) =>
        (["cmdline", "environ"] as const).map((what) => [
          `${what} of ${String(pid)}`,
          processText(pid, what),
        ]),
      ),
      ...[...filesUnder(logs), ...filesUnder(supervisor), ...declared, ...stateFiles()].map((path) => [
        path,
        readFileSync(path, "utf8"),
      ]),
      ...outputs.map((text) => ["the engine's output", text]),
      ["the exported state", await stack.state()],
    ];
    assert.ok(places.length > 100);
    for (const [place = "", text = ""] of places) {
      for (const [name, value] of [...secrets, ...headers])
        assert.ok(!text.includes(value), `${name} is readable in ${place}`);
      if (place.startsWith("environ")) assert.doesNotMatch(text, /PASSPHRASE|PULUMI_CONFIG/, place);
    }
  });

  it("leaves every file and folder to its owner alone", () => {
    const entries = everythingUnder(stack.root);
    assert.ok(entries.length > 200);
    const open = entries
      .map((path) => ({ path, stat: lstatSync(path, { throwIfNoEntry: false }) }))
      .filter(({ stat }) => stat !== undefined && (stat.mode & 0o077) !== 0)
      .map(({ path, stat }) => `${path} ${(stat?.mode ?? 0).toString(8)}`);
    assert.deepEqual(open, []);
  });

  /** Every declared port, so that a new service is asked too. */
  function doors(kind?: Door["kind"]): Door[] {
    return client.inventory.services
      .flatMap((service) => service.ports.map((port) => ({ service, port, kind: kindOf(service, port) })))
      .filter((door) => kind === undefined || door.kind === kind);
  }

  function portOf(name: string, purpose: string): Port {
    const door = doors().find(({ service, port }) => service.name === name && port.name === purpose);
    assert.ok(door, `${name} has a port ${purpose}`);
    return door.port;
  }

  function pids(): number[] {
    const { supervisor } = client.inventory.paths;
    return processTree(Number(readFileSync(join(supervisor, "pm2.pid"), "utf8")));
  }

  async function running(): Promise<Record<string, number | undefined>> {
    const processes = [...(await client.processes()).values()];
    return Object.fromEntries(processes.map(({ name, pid }) => [name, pid]).sort());
  }

  function secretNames(): string[] {
    return readdirSync(client.inventory.paths.secrets).filter((name) => !name.endsWith(".bcrypt"));
  }

  function secretValue(name: string): string {
    return readFileSync(join(client.inventory.paths.secrets, name), "utf8");
  }

  async function headerOf(name: string): Promise<string> {
    const secret = client.inventory.secrets.find((candidate) => candidate.name === name);
    assert.ok(secret);
    return basicHeader(client.inventory.paths.secrets, secret);
  }

  /** What the engine wrote: state, its backups and history, and the stack's configuration. */
  function stateFiles(): string[] {
    return [join(stack.folder, "Pulumi.test.yaml"), ...filesUnder(join(stack.folder, ".pulumi"))];
  }
});

interface Door {
  readonly service: Service;
  readonly port: Port;
  readonly kind: "password" | "certificate" | "redis";
}

/** A port is one with passwords unless it is known to be another: a new service must refuse like the others. */
function kindOf(service: Service, port: Port): Door["kind"] {
  if (port.name === "redis") return "redis";
  const mutual = ["grpc", "cluster", "remote-write"].includes(port.name) || service.name === "redis-exporter";
  return mutual ? "certificate" : "password";
}

/** Query-frontend's readiness probe carries no credentials, so the listener before the queries adds them. */
function isProbe(port: Port, path: string): boolean {
  return port.name === "internal-query" && path === "/-/ready";
}

function urlOf(port: Port): string {
  return `https://${port.address}:${String(port.number)}`;
}

function everythingUnder(root: string): string[] {
  return [
    root,
    ...readdirSync(root, { recursive: true, encoding: "utf8" }).map((entry) => join(root, entry)),
  ];
}

function filesUnder(root: string): string[] {
  return everythingUnder(root).filter((path) => lstatSync(path).isFile());
}
