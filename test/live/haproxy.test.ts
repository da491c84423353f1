import assert from "node:assert/strict";
import { once } from "node:events";
import { get } from "node:http";
import { connect } from "node:tls";
import { ensureTools } from "../../tools/toolchain.ts";
import { failures, runLoad } from "./edgeLoad.ts";
import { startEdgeStack, type EdgeStack } from "./edgeStack.ts";

const readers = [
  "prometheus-1",
  "prometheus-2",
  "thanos-query-frontend-1",
  "thanos-query-1",
  "thanos-query-2",
];

describe("the edge", function () {
  this.timeout(40_000);
  let edge: EdgeStack;

  before(async () => {
    const tools = await ensureTools(["haproxy"]);
    edge = await startEdgeStack(tools.path("haproxy"));
  });
  after(() => edge.stop());

  describe("when it is asked by somebody", () => {
    it("answers the home page to the human with a policy that allows its own script only", async () => {
      const { status, headers, body } = await edge.call("home", "/");
      assert.equal(status, 200);
      assert.match(body, /<h1>Trade Distribution System<\/h1>/);
      assert.match(String(headers["content-security-policy"]), /default-src 'none'.*script-src 'sha256-/);
      assert.match(String(headers["strict-transport-security"]), /max-age=31536000/);
    });

    for (const user of ["nobody", "stranger", "scrape"] as const) {
      it(`refuses the home page and the health of services to ${user}`, async () => {
        for (const path of ["/", "/health"]) {
          const { status, headers } = await edge.call("home", path, { user });
          assert.equal(status, 401);
          assert.match(String(headers["www-authenticate"]), /^Basic realm=/);
        }
      });
    }

    it("gives its own metrics to the scrape user and to nobody else unknown", async () => {
      const port = edge.layout.instances.find(({ component }) => component === "haproxy")?.ports["http"] ?? 0;
      const metrics = await edge.call(port, "/metrics", { user: "scrape" });
      assert.match(metrics.body, /haproxy_server_status\{proxy="be_prometheus",server="prometheus-1"/);
      assert.equal((await edge.call(port, "/metrics", { user: "nobody" })).status, 401);
    });

    it("tells which servers are up as JSON", async () => {
      const { body } = await edge.call("home", "/health");
      const { pools } = JSON.parse(body) as { pools: { name: string; total: number; servers: object }[] };
      assert.deepEqual(
        pools.find(({ name }) => name === "prometheus"),
        { name: "prometheus", usable: 2, total: 2, servers: { "prometheus-1": true, "prometheus-2": true } },
      );
    });

    it("passes the credentials on to the service", async () => {
      await edge.call("prometheus", "/api/v1/query?query=mine");
      await edge.settled("prometheus-1");
      const arrival = edge.arrivals.find(({ url }) => url.endsWith("query=mine"));
      assert.equal(arrival?.authorization, "Basic YWRtaW46aA==");
    });

    it("does not speak plain HTTP or TLS 1.1", async () => {
      const port = edge.layout.edge.query ?? 0;
      const plain = get({ host: "127.0.0.1", port });
      await assert.rejects(once(plain, "response"), /socket hang up|ECONNRESET/);
      const old = connect({
        host: "127.0.0.1",
        port,
        maxVersion: "TLSv1.1",
        minVersion: "TLSv1",
        ciphers: "ALL:@SECLEVEL=0",
        rejectUnauthorized: false,
      });
      await assert.rejects(once(old, "secureConnect"), /alert protocol version|ECONNRESET/);
    });

    it("slows down who guesses passwords, and not the scrape from the same address", async () => {
      const guesses: number[] = [];
      for (let guess = 0; guess < 40; guess++)
        guesses.push((await edge.call("prometheus", "/api/v1/labels", { user: "stranger" })).status);
      assert.deepEqual(new Set(guesses.slice(35)), new Set([429]));
      assert.equal((await edge.call("prometheus", "/api/v1/labels", { user: "scrape" })).status, 200);
    });
  });

  describe("when a path would stop, reload, wipe or profile a server", () => {
    const paths = [
      "/-/quit",
      "/-/reload",
      "/-/reload/",
      "/-/QUIT",
      "//-/quit",
      "/-//quit",
      "/./-/quit",
      "/x/../-/quit",
      "/%2d/quit",
      "/-%2fquit",
      "/%2e/-/quit",
      "/%2F-/quit",
      "/prefix/-/quit",
      "/-/qui%74?x=1",
      "/-\\quit",
      "/-/quit%00",
      "/-/quit%zz",
      "/api/v1/admin/tsdb/snapshot",
      "/api/v1/%61dmin/tsdb/delete_series",
      "/api/v1/admin/wipe",
      "/debug/pprof/heap",
      "/%64ebug/pprof/",
      "/debug/vars",
    ];
    for (const name of ["query", "prometheus", "alertmanager", "pushgateway"] as const) {
      it(`denies it before ${name} sees it`, async () => {
        const before = edge.arrivals.length;
        for (const path of paths)
          for (const method of ["GET", "POST", "PUT"]) {
            const { status } = await edge.call(name, path, { method });
            assert.ok([400, 403].includes(status), `${method} ${path}: ${String(status)}`);
          }
        await edge.settled(...readers, "pushgateway-1");
        const arrived = edge.arrivals.slice(before).map(({ url }) => url);
        assert.deepEqual(
          arrived.filter((url) => !url.startsWith("/mark/")),
          [],
        );
      });
    }

    it("lets through what only looks alike", async () => {
      for (const path of [
        "/-/healthy",
        "/api/v1/label/debug/values",
        "/api/v1/administration",
        "/api/v1/query?query=a//b",
      ])
        assert.equal((await edge.call("prometheus", path)).status, 200, path);
    });

    it("lets the human delete what was pushed, and nobody else", async () => {
      const path = "/metrics/job/nightly";
      assert.equal((await edge.call("pushgateway", path, { method: "DELETE", user: "scrape" })).status, 403);
      assert.equal(
        (await edge.call("pushgateway", path, { method: "PUT", user: "scrape", body: "a 1\n" })).status,
        200,
      );
      assert.equal((await edge.call("pushgateway", path, { method: "DELETE" })).status, 200);
    });

    it("refuses a write that another site's page sends", async () => {
      const headers = { "sec-fetch-site": "cross-site" };
      assert.equal((await edge.call("query", "/api/v1/query", { method: "POST", headers })).status, 403);
    });

    it("refuses a body that is too long for a query", async () => {
      const body = "x".repeat(2 ** 20 + 1);
      assert.equal((await edge.call("query", "/api/v1/query", { method: "POST", body })).status, 413);
    });
  });

  describe("when a server drops a request without an answer", () => {
    const runs = async (url: string) => {
      await edge.settled(...readers, "pushgateway-1");
      return edge.arrivals.filter((arrival) => arrival.url === url).length;
    };

    // The first server drops it, its spare drops it, and then it is answered.
    it("repeats a GET", async () => {
      assert.equal((await edge.call("query", "/api/v1/anything?drop=1")).status, 200);
      assert.equal(await runs("/api/v1/anything?drop=1"), 3);
    });

    it("repeats a POST to a query endpoint, body included", async () => {
      const body = `query=${"x".repeat(8_000)}`;
      const { status } = await edge.call("prometheus", "/api/v1/query_range?drop=1", {
        method: "POST",
        body,
      });
      assert.equal(status, 200);
      assert.equal(await runs("/api/v1/query_range?drop=1"), 3);
    });

    for (const [name, path] of [
      ["prometheus", "/api/v1/write?drop=1"],
      ["query", "/api/v1/rules?drop=1"],
      ["pushgateway", "/metrics/job/once?drop=1"],
    ] as const) {
      it(`runs a POST to ${path} of ${name} once`, async () => {
        assert.equal((await edge.call(name, path, { method: "POST", body: "x", fresh: true })).status, 502);
        assert.equal(await runs(path), 1);
      });
    }
  });

  describe("when a server is not who it says", () => {
    it("sends nothing to one that a foreign authority signed, nor to one with another's name", async () => {
      const { status } = await edge.call("alertmanager", "/api/v2/status");
      assert.equal(status, 503);
      assert.match(edge.log(), /Server be_alertmanager\/alertmanager-1 is DOWN/);
      assert.match(edge.log(), /Server be_alertmanager\/alertmanager-2 is DOWN/);
      assert.deepEqual(
        edge.arrivals.filter(({ name }) => name.startsWith("alertmanager")),
        [],
      );
    });
  });

  describe("before the queries", () => {
    it("adds the scrape user's credentials to the readiness probe", async () => {
      assert.equal((await edge.call(edge.queryPort, "/-/ready", { user: "nobody" })).status, 200);
    });

    it("adds them to nothing else", async () => {
      for (const path of ["/api/v1/query?query=bare", "/-/ready/", "//-/ready", "/-/ready/../healthy"]) {
        await edge.call(edge.queryPort, path, { user: "nobody" });
        await edge.settled("thanos-query-1");
        const arrival = edge.arrivals.find(({ url }) => url === path);
        assert.ok(arrival !== undefined, path);
        assert.equal(arrival.authorization, undefined, path);
      }
    });
  });

  describe("under 20 requests a second", () => {
    it("is reloaded without a failed request", async () => {
      const load = runLoad(edge, "prometheus", 60);
      await load.reached(20);
      edge.reload();
      assert.deepEqual(failures(await load.answers), []);
      assert.match(edge.log(), /Loading success/);
    });

    it("fails over from Prometheus 1 to 2 and back under load without a failed request", async () => {
      const load = runLoad(edge, "prometheus", 220);
      await load.reached(40);
      await edge.kill("prometheus-1");
      await load.reached(100);
      await edge.start("prometheus-1");
      await edge.until("prometheus-1", true);
      await load.reached(150);
      await edge.kill("prometheus-2");
      await load.reached(180);
      await edge.start("prometheus-2");
      await edge.until("prometheus-2", true);
      await edge.kill("prometheus-1");
      const answers = await load.answers;
      assert.deepEqual(failures(answers), []);
      assert.deepEqual(new Set(answers.map(({ body }) => body)), new Set(["prometheus-1", "prometheus-2"]));
      assert.equal(answers.at(-1)?.body, "prometheus-2");
      for (const name of ["prometheus-1", "prometheus-2"])
        assert.match(edge.log(), new RegExp(`Server be_prometheus/${name} is DOWN`));
      assert.match(edge.log(), /Server be_prometheus\/prometheus-1 is UP/);
    });

    it("goes past a killed query-frontend, and past a killed query", async () => {
      const load = runLoad(edge, "query", 220);
      await load.reached(40);
      await edge.kill("thanos-query-frontend-1");
      await load.reached(100);
      await edge.kill("thanos-query-1");
      const answers = await load.answers;
      assert.deepEqual(failures(answers), []);
      const order = answers
        .map(({ body }) => body)
        .filter((body, position, all) => body !== all[position - 1]);
      assert.deepEqual(order, ["thanos-query-frontend-1", "thanos-query-1", "thanos-query-2"]);
      assert.match(edge.log(), /Server be_query\/thanos-query-frontend-1 is DOWN/);
      assert.match(edge.log(), /Server be_thanos_query\/thanos-query-1 is DOWN/);
    });
  });
});
