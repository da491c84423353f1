import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { TLSSocket } from "node:tls";
import { issueCertificates } from "../../components/local/authority.ts";
import {
  parseConfig,
  redisNames,
  roles,
  type DemoConfig,
  type RedisName,
  type Role,
} from "../../demo/config.ts";
import { ensureTools } from "../../tools/toolchain.ts";

const authorization = `Basic ${Buffer.from("scrape:correct horse").toString("base64")}`;
const redisPassword = "battery staple";
const certificateRequest = {
  name: "demo",
  commonName: "demo",
  dnsNames: ["localhost"],
  addresses: ["127.0.0.1"],
  usage: ["server" as const],
};

describe("The demo of the trade system", function () {
  this.timeout(15_000);
  let directory: string;
  let redisServer: string;
  let ca: string;
  let config: DemoConfig;
  let demo: ChildProcess;
  let log = "";
  const redis = new Map<RedisName, ChildProcess>();

  before(async function () {
    this.timeout(60_000);
    const toolchain = await ensureTools(["redis"]);
    if (toolchain.missing.length > 0) this.skip();
    redisServer = toolchain.path("redis-server");
    directory = await mkdtemp(join(tmpdir(), "vigil-demo-"));
    ca = await issueCertificates(directory, "test", [certificateRequest], false);
    config = await configuration(directory);
    await Promise.all(redisNames.map(startRedis));
    const path = join(directory, "demo.json");
    await writeFile(path, JSON.stringify(config));
    demo = spawn(process.execPath, ["demo/main.ts", "--config", path], { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [demo.stdout, demo.stderr]) stream?.on("data", (part) => (log += String(part)));
    await until(
      "the demo answers",
      5,
      async () => (await value("backend", "redis_tss_signals_received_total")) > 0,
    );
  });

  after(async () => {
    await Promise.all([demo, ...redis.values()].map(end));
    await rm(directory, { recursive: true, force: true });
  });

  const exposed: Record<Role, readonly string[]> = {
    backend: [
      "redis_tss_signals_received_total",
      "redis_tss_signals_failed_total",
      "redis_tss_connection_errors_total",
      "redis_tss_pending_signals",
      "redis_tss_signal_processing_latency_bucket",
      "redis_tss_stream_signals_total",
      "process_resident_memory_bytes",
    ],
    "trade-engine": ["trade_state_updates_per_sec", "redis_tss_signal_processing_latency"],
    "instance-manager": ["instance_cpu_usage", "instance_memory_usage"],
    clickhouse: ["clickhouse_slippage_average", "clickhouse_sync_latency_seconds_bucket"],
    duckdb: ["duckdb_rows_inserted_total", "duckdb_query_duration_seconds_bucket"],
  };
  for (const role of roles) {
    it(`exposes the metrics of ${role}`, async () => {
      await until("every metric has a value", 5, async () => {
        const { body } = await get(role, "/metrics");
        return exposed[role].every((name) => new RegExp(`^${name}[ {]`, "m").test(body));
      });
    });
  }

  it("refuses who has no or other credentials", async () => {
    for (const header of [undefined, "Basic c2NyYXBlOndyb25n", `${authorization} `.slice(0, -2)]) {
      for (const path of ["/metrics", "/healthz", "/fault"]) {
        assert.equal(
          (await ask("backend", "GET", path, header)).status,
          401,
          `${path} with ${String(header)}`,
        );
      }
    }
    assert.equal((await get("backend", "/healthz")).status, 200);
  });

  it("does not speak plain HTTP", async () => {
    await assert.rejects(fetch(`http://127.0.0.1:${String(portOf("backend"))}/healthz`));
  });

  it("names each stream by the Redis instance that carries it", async () => {
    const { body } = await get("backend", "/metrics");
    const streams = [...body.matchAll(/^redis_tss_stream_signals_total\{stream="([^"]+)"/gm)].map(
      (match) => match[1],
    );
    assert.deepEqual(streams.sort(), ["redis-result-stream", "redis-signal-stream"]);
  });

  it("stands still while redis-signal-stream is stopped, counts errors, and goes on by itself", async () => {
    await stopRedis("redis-signal-stream");
    await until("signals stand still", 3, async () => {
      const before = await signalCounters();
      await delay(300); // six signals at 20 a second
      return before.join() === (await signalCounters()).join();
    });
    const errors = await value(
      "backend",
      "redis_tss_connection_errors_total",
      'redis_instance="redis-signal-stream"',
    );
    await until("errors rise", 3, async () => (await connectionErrors("redis-signal-stream")) > errors);
    assert.equal(await connectionErrors("redis-trade-state"), 0);
    const results = await streamSignals("redis-result-stream");
    await until("open trades report", 3, async () => (await streamSignals("redis-result-stream")) > results);

    const [received = 0] = await signalCounters();
    await startRedis("redis-signal-stream");
    await until("signals flow again", 5, async () => ((await signalCounters())[0] ?? 0) > received + 10);
  });

  it("fails trades and keeps the streams moving while redis-trade-state is stopped", async () => {
    const failed = await value("backend", "redis_tss_signals_failed_total");
    await stopRedis("redis-trade-state");
    await until(
      "trades fail",
      3,
      async () => (await value("backend", "redis_tss_signals_failed_total")) > failed,
    );
    await until(
      "no updates",
      3,
      async () => (await value("trade-engine", "trade_state_updates_per_sec")) === 0,
    );
    const results = await streamSignals("redis-result-stream");
    await until("results move", 3, async () => (await streamSignals("redis-result-stream")) > results);
    await startRedis("redis-trade-state");
    await until("updates", 5, async () => (await value("trade-engine", "trade_state_updates_per_sec")) > 5);
  });

  it("makes ClickHouse slow when told to, and only by who is authorised", async () => {
    const fault = JSON.stringify({ syncLatencySeconds: 0.5 });
    assert.equal((await ask("clickhouse", "POST", "/fault", undefined, fault)).status, 401);
    assert.equal((await ask("clickhouse", "POST", "/fault", authorization, fault)).status, 200);
    await until("a sync takes over 0.5 s", 3, async () => {
      const { body } = await get("clickhouse", "/metrics");
      const within = /_seconds_bucket\{le="0.5"\} (\d+)/.exec(body)?.[1];
      return Number(within) < (await value("clickhouse", "clickhouse_sync_latency_seconds_count"));
    });
    const wrong = await ask("clickhouse", "POST", "/fault", authorization, '{"syncLatencySeconds":"long"}');
    assert.equal(wrong.status, 400);
    assert.match(wrong.body, /^syncLatencySeconds: .*\n$/);
  });

  it("takes over a renewed certificate without a restart", async () => {
    const before = (await get("backend", "/healthz")).fingerprint;
    await issueCertificates(directory, "test", [certificateRequest], true);
    await until(
      "another certificate",
      5,
      async () => (await get("backend", "/healthz")).fingerprint !== before,
    );
    assert.equal(demo.exitCode, null);
  });

  it("names the key that is wrong in its configuration", () => {
    assert.throws(
      () => parseConfig({ ...config, redis: config.redis.slice(1) }, "demo.json"),
      /^Error: demo.json: redis: must name each of redis-trade-state, /,
    );
  });

  it("ends within a second of SIGTERM and has not flooded its log", async () => {
    const since = performance.now();
    await end(demo);
    assert.equal(demo.exitCode, 0, log);
    assert.ok(performance.now() - since < 1_000);
    assert.ok(log.split("\n").length < 12, log);
    assert.doesNotMatch(log, new RegExp(redisPassword));
  });

  async function startRedis(name: RedisName): Promise<void> {
    const endpoint = config.redis.find((one) => one.name === name);
    assert.ok(endpoint);
    const server = spawn(redisServer, ["-"], { stdio: ["pipe", "pipe", "ignore"] });
    redis.set(name, server);
    const ready = new Promise<void>((resolve, reject) => {
      server.stdout.on("data", (part) => {
        if (String(part).includes("Ready to accept connections")) resolve();
      });
      server.once("exit", () => {
        reject(new Error(`${name} ended`));
      });
    });
    server.stdin.end(
      `bind 127.0.0.1\nport ${String(endpoint.port)}\nrequirepass "${redisPassword}"\nsave ""\ndir ${directory}\n`,
    );
    await ready;
  }

  async function stopRedis(name: RedisName): Promise<void> {
    const server = redis.get(name);
    assert.ok(server);
    await end(server);
  }

  async function signalCounters(): Promise<number[]> {
    return Promise.all([
      value("backend", "redis_tss_signals_received_total"),
      streamSignals("redis-signal-stream"),
    ]);
  }

  function streamSignals(name: RedisName): Promise<number> {
    return value("backend", "redis_tss_stream_signals_total", `stream="${name}"`);
  }

  function connectionErrors(name: RedisName): Promise<number> {
    return value("backend", "redis_tss_connection_errors_total", `redis_instance="${name}"`);
  }

  async function value(role: Role, metric: string, label = ""): Promise<number> {
    const { body } = await get(role, "/metrics");
    const line = body.split("\n").find((one) => one.startsWith(metric) && one.includes(label));
    return Number(line?.split(" ").at(-1));
  }

  function get(role: Role, path: string): ReturnType<typeof ask> {
    return ask(role, "GET", path, authorization);
  }

  async function ask(
    role: Role,
    method: string,
    path: string,
    credentials: string | undefined,
    content = "",
  ): Promise<{ status: number; body: string; fingerprint: string }> {
    const headers = {
      ...(credentials === undefined ? {} : { authorization: credentials }),
      "content-length": Buffer.byteLength(content),
    };
    const sent = request({ host: "127.0.0.1", port: portOf(role), method, path, headers, ca, agent: false });
    sent.end(content);
    const [response] = (await once(sent, "response")) as [IncomingMessage];
    assert.ok(response.socket instanceof TLSSocket);
    const fingerprint = response.socket.getPeerCertificate().fingerprint256;
    return { status: response.statusCode ?? 0, body: await text(response), fingerprint };
  }

  function portOf(role: Role): number {
    return config.roles.find((one) => one.role === role)?.port ?? 0;
  }
});

async function configuration(directory: string): Promise<DemoConfig> {
  const passwordFile = join(directory, "redis.password");
  const authorizationDigestsFile = join(directory, "digests");
  await writeFile(passwordFile, redisPassword, { mode: 0o600 });
  const digest = createHash("sha256").update(authorization).digest("hex");
  await writeFile(authorizationDigestsFile, `${digest}\n`, { mode: 0o600 });
  const ports = await freePorts(redisNames.length + roles.length);
  const next = (): number => ports.pop() ?? 0;
  return {
    address: "127.0.0.1",
    certificateFile: join(directory, "demo.crt"),
    keyFile: join(directory, "demo.key"),
    authorizationDigestsFile,
    redis: redisNames.map((name) => ({ name, address: "127.0.0.1", port: next(), passwordFile })),
    roles: roles.map((role) => ({ role, port: next() })),
    signalsPerSecond: 20,
  };
}

/** Ports that are free now, all held until all are known, so that none comes twice. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}

async function until(what: string, seconds: number, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + seconds * 1_000;
  let reason = "it did not hold";
  while (performance.now() < deadline) {
    try {
      if (await holds()) return;
    } catch (error) {
      reason = String(error);
    }
    await delay(50);
  }
  throw new Error(`not within ${String(seconds)} s: ${what}: ${reason}`);
}

async function end(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}
