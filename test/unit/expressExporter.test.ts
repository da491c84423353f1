import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect, type AddressInfo } from "node:net";
import type { Server } from "node:http";
import express, { type Express, type Response, Router } from "express";
import { parseAllDocuments } from "yaml";
import { createApp, createMetricsApp } from "../../examples/express-exporter/src/app.ts";
import { measureRequests, mount } from "../../examples/express-exporter/src/httpMetrics.ts";
import { createMetrics, measureQuery, metricName } from "../../examples/express-exporter/src/metrics.ts";
import { metricNames } from "../../monitoring/promql.ts";
import { oversightRecording } from "../../systems/oversight/recording.ts";

describe("The Express exporter that teams copy", () => {
  const servers: Server[] = [];

  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.close();
      server.closeAllConnections();
    }
  });

  /** Serves on loopback until the test ends. */
  async function serve(app: Express): Promise<string> {
    const server = app.listen(0, "127.0.0.1");
    await once(server, "listening");
    servers.push(server);
    server.unref();
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** The service and what it tells. */
  async function started() {
    const metrics = createMetrics();
    const [service, told] = await Promise.all([serve(createApp(metrics)), serve(createMetricsApp(metrics))]);
    return { service, told, samples: async () => samplesOf(await (await fetch(`${told}/metrics`)).text()) };
  }

  const order = (service: string, body: unknown) =>
    fetch(`${service}/orders`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });

  it("tells the duration of requests by method, route and status code, in the stated buckets", async () => {
    const { service, samples } = await started();
    await order(service, { item: "tea", price: 3 });
    const buckets = (await samples()).filter(({ name }) => name === "http_request_duration_seconds_bucket");
    assert.deepEqual(
      buckets.map(({ labels }) => labels["le"]),
      ["0.1", "0.3", "0.5", "0.7", "1", "3", "5", "7", "10", "+Inf"],
    );
    const { le: _le, ...labels } = buckets[0]?.labels ?? {};
    assert.deepEqual(labels, { method: "POST", route: "/orders", status_code: "201" });
  });

  it("tells the duration of queries by operation and table, in the stated buckets", async () => {
    const { service, samples } = await started();
    await order(service, { item: "tea", price: 3 });
    const buckets = (await samples()).filter(({ name }) => name === "db_query_duration_seconds_bucket");
    assert.deepEqual(
      buckets.map(({ labels }) => labels["le"]),
      ["0.001", "0.005", "0.01", "0.05", "0.1", "0.5", "1", "+Inf"],
    );
    const { le: _le, ...labels } = buckets[0]?.labels ?? {};
    assert.deepEqual(labels, { operation: "insert", table: "orders" });
  });

  it("measures a query that fails, and lets the error through", async () => {
    const metrics = createMetrics();
    const failing = measureQuery(metrics, { operation: "delete", table: "orders" }, () =>
      Promise.reject(new Error("deadlock")),
    );
    await assert.rejects(failing, /deadlock/);
    const samples = samplesOf(await metrics.registry.metrics());
    assert.equal(valueOf(samples, "db_query_duration_seconds_count", { operation: "delete" }), 1);
  });

  it("counts what the cache had and what it had not, by its name", async () => {
    const { service, samples } = await started();
    await order(service, { item: "tea", price: 3 });
    for (let look = 0; look < 3; look++) await fetch(`${service}/orders/1`);
    const told = await samples();
    assert.equal(valueOf(told, "cache_misses_total", { cache_name: "orders" }), 1);
    assert.equal(valueOf(told, "cache_hits_total", { cache_name: "orders" }), 2);
  });

  it("finds an order that was asked for before there was one", async () => {
    const { service } = await started();
    assert.equal((await fetch(`${service}/orders/1`)).status, 404);
    await order(service, { item: "tea", price: 3 });
    assert.equal((await fetch(`${service}/orders/1`)).status, 200);
  });

  it("tells figures of the business by their names, transactions and revenue", async () => {
    const { service, samples } = await started();
    await order(service, { item: "tea", price: 3 });
    await order(service, { item: "cake", price: 4.5 });
    const told = await samples();
    assert.equal(valueOf(told, "business_metric", { metric_name: "orders_open" }), 2);
    assert.equal(valueOf(told, "business_transactions_total", {}), 2);
    assert.equal(valueOf(told, "business_revenue_total", {}), 7.5);
  });

  it("tells how the process does", async () => {
    const { samples } = await started();
    const names = new Set((await samples()).map(({ name }) => name));
    for (const name of [
      "process_cpu_seconds_total",
      "process_resident_memory_bytes",
      "nodejs_eventloop_lag_seconds",
      "nodejs_heap_size_used_bytes",
    ])
      assert.ok(names.has(name), name);
  });

  describe("for the route of a request", () => {
    it("tells the pattern and not the address", async () => {
      const { service, samples } = await started();
      await Promise.all([1, 2, 3].map((id) => fetch(`${service}/orders/${id}?page=${id}`)));
      assert.deepEqual(routesOf(await samples()), { "GET /orders/:id 404": 3 });
    });

    it("tells the whole pattern of a router that is mounted under a parameter", async () => {
      const { service, samples } = await started();
      await Promise.all([4_711, 4_712].map((id) => fetch(`${service}/orders/${id}/invoices/pdf`)));
      assert.deepEqual(routesOf(await samples()), { "GET /orders/:id/invoices/:kind 200": 2 });
    });

    it("has one series for every address that nobody knows", async () => {
      const { service, samples } = await started();
      await Promise.all(Array.from({ length: 200 }, (_, at) => fetch(`${service}/wp-admin/${at}.php`)));
      assert.deepEqual(routesOf(await samples()), { "GET unmatched 404": 200 });
    });

    it("has one series for addresses that a mounted router does not know either", async () => {
      const { service, samples } = await started();
      await Promise.all([1, 2].map((id) => fetch(`${service}/orders/${id}/invoices/a/b`)));
      assert.deepEqual(routesOf(await samples()), { "GET unmatched 404": 2 });
    });

    it("never tells the address of a router that is mounted by use alone", async () => {
      const metrics = createMetrics();
      const app = express();
      const users = Router();
      users.get("/name", (_request, response) => void response.send("Ada"));
      app.use(measureRequests(metrics));
      app.use("/users/:id", users);
      const service = await serve(app);
      await Promise.all([1, 2].map((id) => fetch(`${service}/users/${id}/name`)));
      assert.deepEqual(routesOf(samplesOf(await metrics.registry.metrics())), { "GET */name 200": 2 });
    });

    it("forgets a mounted router that had no answer", async () => {
      const metrics = createMetrics();
      const app = express();
      app.use(measureRequests(metrics));
      mount(app, "/a/:b", Router());
      app.get("/a/:b", (_request, response) => void response.send("after"));
      await fetch(`${await serve(app)}/a/1`);
      assert.deepEqual(routesOf(samplesOf(await metrics.registry.metrics())), { "GET /a/:b 200": 1 });
    });

    it("tells of failures under their status, also of those that throw", async () => {
      const metrics = createMetrics();
      const app = express();
      // Keeps Express from writing the stack to this test's output.
      app.set("env", "test");
      app.use(measureRequests(metrics));
      app.get("/fails", () => {
        throw new Error("on purpose");
      });
      const mounted = Router();
      mounted.get("/fails", () => Promise.reject(new Error("on purpose")));
      mount(app, "/a/:b", mounted);
      const service = await serve(app);
      for (const path of ["/fails", "/a/1/fails", "/a/2/fails"])
        assert.equal((await fetch(`${service}${path}`)).status, 500);
      assert.deepEqual(routesOf(samplesOf(await metrics.registry.metrics())), {
        "GET /fails 500": 1,
        "GET /a/:b/fails 500": 2,
      });
    });

    it("tells 499 when the client went away before the answer", async () => {
      const metrics = createMetrics();
      const app = express();
      app.use(measureRequests(metrics));
      const asked = new Promise<Response>((reached) => {
        app.get("/slow", (_request, response) => {
          reached(response);
        });
      });
      const { port } = new URL(await serve(app));
      const socket = connect(Number(port), "127.0.0.1");
      socket.write("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
      const response = await asked;
      socket.destroy();
      await once(response, "close");
      const routes = routesOf(samplesOf(await metrics.registry.metrics()));
      assert.deepEqual(routes, { "GET /slow 499": 1 });
    });
  });

  it("keeps its metrics from the port that clients use", async () => {
    const { service, told } = await started();
    assert.equal((await fetch(`${service}/metrics`)).status, 404);
    const { status, headers } = await fetch(`${told}/metrics`);
    assert.equal(status, 200);
    assert.match(headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
  });

  it("names metrics namespace_subsystem_name_unit, and refuses other names", () => {
    const parts = { namespace: "shop", subsystem: "invoice", name: "render", unit: "seconds" } as const;
    assert.equal(metricName(parts), "shop_invoice_render_seconds");
    for (const name of ["Render", "ren-der", "render_", "_render", "ren__der", ""])
      assert.throws(() => metricName({ ...parts, name }), /name is ".*", expected snake_case/, name);
  });

  it("feeds what oversight records of applications", async () => {
    const { service, samples } = await started();
    await order(service, { item: "tea", price: 3 });
    const told = new Set((await samples()).map(({ name }) => name));
    const read = oversightRecording
      .filter(({ name }) => !name.includes("infrastructure"))
      .flatMap(({ rules }) => rules.flatMap(({ expression }) => metricNames(expression)))
      .filter((name) => !name.includes(":") && name !== "http_requests_total");
    assert.ok(read.length >= 4, read.join());
    for (const name of read) assert.ok(told.has(name), name);
  });

  describe("on Kubernetes", () => {
    it("is annotated with the port and the path at which it tells", async () => {
      const { template } = (await manifest("service.yaml", "Deployment")).spec;
      const [container] = template.spec.containers;
      const port = container.ports.find(({ name }: Json) => name === "metrics").containerPort;
      assert.deepEqual(template.metadata.annotations, {
        "prometheus.io/scrape": "true",
        "prometheus.io/path": "/metrics",
        "prometheus.io/port": String(port),
      });
      const server = await readFile(new URL("src/server.ts", example), "utf8");
      for (const { containerPort } of container.ports) assert.ok(server.includes(`?? ${containerPort}`));
    });

    it("may run in a restricted namespace, as the user of its image", async () => {
      const { spec } = (await manifest("service.yaml", "Deployment")).spec.template;
      const [container] = spec.containers;
      assert.equal(spec.securityContext.runAsNonRoot, true);
      assert.equal(spec.securityContext.seccompProfile.type, "RuntimeDefault");
      assert.deepEqual(container.securityContext, {
        allowPrivilegeEscalation: false,
        capabilities: { drop: ["ALL"] },
        readOnlyRootFilesystem: true,
      });
      const dockerfile = await readFile(new URL("Dockerfile", example), "utf8");
      assert.match(dockerfile, new RegExp(`^USER ${spec.securityContext.runAsUser}:`, "m"));
      assert.doesNotMatch(dockerfile, /:latest|FROM \S+$(?<!:\S+)/m);
    });

    it("is selected by its Service, its policies and its monitor, by ports that it has", async () => {
      const { template } = (await manifest("service.yaml", "Deployment")).spec;
      const labels = template.metadata.labels;
      const service = await manifest("service.yaml", "Service");
      const policy = await manifest("service.yaml", "NetworkPolicy");
      const budget = await manifest("service.yaml", "PodDisruptionBudget");
      const monitor = await manifest("podMonitor.yaml", "PodMonitor");
      assert.deepEqual(service.spec.selector, labels);
      for (const selected of [policy.spec.podSelector, budget.spec.selector, monitor.spec.selector])
        assert.deepEqual(selected.matchLabels, labels);
      const ports = template.spec.containers[0].ports.map(({ name }: Json) => name);
      assert.ok(ports.includes(service.spec.ports[0].targetPort));
      assert.equal(monitor.spec.podMetricsEndpoints[0].port, "metrics");
      for (const { ports: admitted } of policy.spec.ingress)
        for (const { port } of admitted) assert.ok(ports.includes(port), port);
    });
  });
});

/** Whatever YAML can hold. */
type Json = ReturnType<typeof JSON.parse>;

const example = new URL("../../examples/express-exporter/", import.meta.url);

async function manifest(file: string, kind: string): Promise<Json> {
  const text = await readFile(new URL(`kubernetes/${file}`, example), "utf8");
  const documents: Json[] = parseAllDocuments(text).map((one): Json => one.toJS());
  return documents.find((one) => one.kind === kind) ?? assert.fail(`no ${kind} in ${file}`);
}

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The samples of Prometheus' text format. */
function samplesOf(text: string): Sample[] {
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [, name = "", inner = "", value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? assert.fail(line);
      const labels = [...inner.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label = "", of = ""]) => [
        label,
        of,
      ]);
      return { name, labels: Object.fromEntries(labels), value: Number(value) };
    });
}

function valueOf(samples: readonly Sample[], name: string, labels: Sample["labels"]): number | undefined {
  return samples.find(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  )?.value;
}

/** How many requests there were by method, route and status. */
function routesOf(samples: readonly Sample[]): Record<string, number> {
  return Object.fromEntries(
    samples
      .filter(({ name }) => name === "http_request_duration_seconds_count")
      .map(({ labels, value }) => [
        `${labels["method"] ?? ""} ${labels["route"] ?? ""} ${labels["status_code"] ?? ""}`,
        value,
      ]),
  );
}
