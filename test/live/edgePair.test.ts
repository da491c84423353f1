import assert from "node:assert/strict";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { text } from "node:stream/consumers";
import type { EdgeName, Layout, Service, ServicePlan } from "../../monitoring/hosts.ts";
import type { Component } from "../../monitoring/model.ts";
import { machineLayout } from "../../monitoring/machineLayout.ts";
import type { Machine, MachineStep } from "../../monitoring/machines.ts";
import { planServices } from "../../monitoring/plan.ts";
import { systems } from "../../systems/index.ts";
import { ensureTools } from "../../tools/toolchain.ts";
import { failures, runLoad } from "./edgeLoad.ts";
import { eventually, type Answer, type Call } from "./edgeStack.ts";
import { LinuxMachines } from "./linuxMachines.ts";

/** Addresses of this run alone, so that every service has the port that it has on a real machine. */
const network = `127.${String(64 + (process.pid % 128))}.${String(1 + (Math.floor(process.pid / 128) % 250))}`;
const machines = (
  [
    ["node-1", "node", 11],
    ["node-2", "node", 12],
    ["edge-1", "edge", 21],
    ["edge-2", "edge", 22],
  ] as const
).map(([name, role, number]): Machine => ({
  name,
  role,
  system: "linux",
  address: `${network}.${String(number)}`,
}));
const kept: readonly Component[] = [
  "prometheus",
  "thanos-sidecar",
  "thanos-query",
  "thanos-query-frontend",
  "haproxy",
];

const trade = systems.trade({ environment: "production", region: "local", layout: "cluster" });
/** What the trade system runs is not here, and no exporter: the stack watches itself alone. */
const system = {
  ...trade,
  jobs: trade.jobs.filter(({ discovery, through }) => discovery.kind === "stack" && through === undefined),
};

describe("a pair of edges before a pair of Prometheus, each on its machine", function () {
  this.timeout(60_000);
  let stack: LinuxMachines;
  let layout: Layout;
  let plan: ServicePlan;
  let authority: string;
  let human: string;

  before(async function () {
    this.timeout(120_000);
    const tools = await ensureTools(["haproxy", "prometheus", "thanos"]);
    stack = new LinuxMachines(machines, {
      haproxy: tools.path("haproxy"),
      prometheus: tools.path("prometheus"),
      thanos: tools.path("thanos"),
    });
    layout = layoutWith(...kept);
    plan = planServices(system, layout, { objectStore: "none" });
    authority = await stack.issue(plan);
    human = readFileSync(join(stack.folder, "secrets", "human"), "utf8");
    await stack.runAll(plan, stack.steps(plan, layout));
    for (const edge of ["edge-1", "edge-2"] as const)
      await eventually(`the sidecars answer through ${edge}`, async () => {
        const { body } = await ask(edge, "query", "/api/v1/query?query=count(up)");
        return /"value":\[[^\]]*"[1-9]/.test(body);
      });
  });

  after(() => {
    stack.end(layout);
  });

  function layoutWith(...components: readonly Component[]): Layout {
    const whole = machineLayout(system, {
      machines,
      edgeHost: `${network}.21`,
      human: "operator",
      grafana: false,
    });
    const instances = whole.instances.filter(({ component }) => components.includes(component));
    return stack.placed({ ...whole, instances });
  }

  function ask(edge: string, target: EdgeName | number, path: string, options: Call = {}): Promise<Answer> {
    const host = machines.find(({ name }) => name === edge)?.address ?? "";
    const port = typeof target === "number" ? target : (layout.edge[target] ?? 0);
    return send(host, port, path, options);
  }

  const agent = new Agent({ keepAlive: true });
  async function send(host: string, port: number, path: string, options: Call): Promise<Answer> {
    const { method = "GET", user = "human", body = "" } = options;
    const auth = user === "human" ? `operator:${human}` : "operator:guess";
    const sent = request({
      host,
      port,
      path,
      method,
      ca: authority,
      agent: options.fresh === true ? false : agent,
      ...(user === "nobody" ? {} : { auth }),
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        ...(body === "" ? {} : { "content-length": String(Buffer.byteLength(body)) }),
      },
    }).end(body);
    let answer: IncomingMessage;
    try {
      [answer] = (await once(sent, "response")) as [IncomingMessage];
    } catch (error) {
      // A server that goes may close an idle connection just when a request is sent on it; clients repeat it on a new one
      // (RFC 9112, 9.3.1; Node's request.reusedSocket).
      if (sent.reusedSocket && (error as NodeJS.ErrnoException).code === "ECONNRESET")
        return send(host, port, path, { ...options, fresh: true });
      throw error;
    }
    return { status: answer.statusCode ?? 0, headers: answer.headers, body: await text(answer) };
  }

  const through = (edge: string) => ({
    call: (target: EdgeName | number, path: string, options?: Call) => ask(edge, target, path, options),
  });
  const stepOf = (name: string, of: ServicePlan = plan, patience?: number): MachineStep => {
    const found = stack
      .steps(of, layout, patience === undefined ? {} : { patience })
      .find((step) => step.name === name);
    assert.ok(found !== undefined, `no step ${name}`);
    return found;
  };
  const changed = (name: string, change: (service: Service) => Service): ServicePlan => ({
    ...plan,
    services: plan.services.map((service) => (service.name === name ? change(service) : service)),
  });

  describe("when its machines are set up", () => {
    it("keeps every file to the service's account and every secret out of the scripts", () => {
      const root = stack.root("edge-1", "haproxy-1");
      const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) =>
        entry.isFile(),
      );
      assert.ok(files.length >= 4);
      for (const { parentPath, name } of files)
        assert.equal(statSync(join(parentPath, name)).mode & 0o777, 0o600, join(parentPath, name));
      const key = readFileSync(join(stack.folder, "tls", "haproxy-1.key"), "utf8").split("\n")[1] ?? "";
      for (const { install, remove } of stack.steps(plan, layout))
        for (const secret of [human, key]) assert.ok(!`${install}${remove}`.includes(secret));
    });

    it("changes nothing the second time", async () => {
      for (const machine of machines) stack.calls(machine.name);
      const steps = stack.steps(plan, layout).filter(({ machine }) => machine.startsWith("edge"));
      await stack.runAll(plan, steps);
      assert.deepEqual([stack.calls("edge-1"), stack.calls("edge-2")], [[], []]);
    });
  });

  describe("when somebody comes in", () => {
    for (const edge of ["edge-1", "edge-2"])
      it(`refuses who shows no password or a wrong one at ${edge}`, async () => {
        for (const target of ["home", "query", "prometheus"] as const)
          for (const user of ["nobody", "stranger"] as const)
            assert.equal(
              (await ask(edge, target, "/api/v1/labels", { user })).status,
              401,
              `${target} ${user}`,
            );
      });

    it("refuses who goes past the edges, too", async () => {
      assert.equal((await send(`${network}.11`, 9090, "/api/v1/labels", { user: "nobody" })).status, 401);
      assert.equal((await send(`${network}.21`, 10904, "/api/v1/labels", { user: "nobody" })).status, 401);
    });
  });

  describe("under 50 requests a second", () => {
    // What the test before has stopped is there again, as each edge sees it.
    beforeEach(async () => {
      for (const edge of ["edge-1", "edge-2"] as const)
        await eventually(`every server is up at ${edge}`, async () => {
          const { status, body } = await ask(edge, "home", "/health");
          return status === 200 && !body.includes(":false");
        });
    });

    const failover = (edge: string, victim: string, machine: string, survivor: string) =>
      it(`goes from ${victim} to ${survivor} at ${edge} without a failed request, and its log says so`, async () => {
        const before = stack.log(edge, edge.replace("edge", "haproxy")).length;
        const load = runLoad(through(edge), "prometheus", 220, 50);
        await load.reached(60);
        await stack.systemctl(machine, "stop", victim);
        const answers = await load.answers;
        await stack.systemctl(machine, "start", victim);
        assert.deepEqual(failures(answers), []);
        await eventually(`${victim} is up again`, async () =>
          (await ask(edge, "home", "/health")).body.includes(`"${victim}":true`),
        );
        const log = stack.log(edge, edge.replace("edge", "haproxy")).slice(before);
        assert.match(log, new RegExp(`Server be_prometheus/${victim} is DOWN`));
        assert.match(log, new RegExp(`Server be_prometheus/${victim} is UP`));
      });
    failover("edge-1", "prometheus-1", "node-1", "prometheus-2");

    it("goes back when prometheus-2 is the one that stops", async () => {
      const load = runLoad(through("edge-2"), "prometheus", 220, 50);
      await load.reached(40);
      await stack.systemctl("node-1", "stop", "prometheus-1");
      await load.reached(90);
      await stack.systemctl("node-1", "start", "prometheus-1");
      await eventually("prometheus-1 is up again", async () =>
        (await ask("edge-2", "home", "/health")).body.includes('"prometheus-1":true'),
      );
      await stack.systemctl("node-2", "stop", "prometheus-2");
      const answers = await load.answers;
      await eventually("prometheus-2 is seen to be down", () =>
        Promise.resolve(/Server be_prometheus\/prometheus-2 is DOWN/.test(stack.log("edge-2", "haproxy-2"))),
      );
      await stack.systemctl("node-2", "start", "prometheus-2");
      assert.deepEqual(failures(answers), []);
    });

    it("goes from the query of its own machine to the other's without a failed request", async () => {
      const load = runLoad(through("edge-2"), "query", 220, 50);
      await load.reached(60);
      stack.cutPower("edge-2", ["thanos-query-2"]);
      const answers = await load.answers;
      await stack.systemctl("edge-2", "start", "thanos-query-2");
      assert.deepEqual(failures(answers), []);
    });

    it("takes a changed target by a reload without a failed request", async () => {
      const without = layoutWith(...kept.filter((component) => component !== "thanos-query-frontend"));
      const next = planServices(system, without, { objectStore: "none" });
      stack.calls("edge-1");
      const load = runLoad(through("edge-1"), "query", 220, 50);
      await load.reached(40);
      const { code, output } = await stack.run(next, stepOf("edge-1-haproxy-1", next));
      const answers = await load.answers;
      assert.equal(code, 0, output);
      assert.deepEqual(failures(answers), []);
      assert.deepEqual(
        stack.calls("edge-1").filter((call) => !call.startsWith("enable")),
        ["reload vigil-haproxy-1.service"],
      );
      await stack.runAll(plan, [{ ...stepOf("edge-1-haproxy-1"), after: [] }]);
    });
  });

  describe("when a change is wrong", () => {
    const config = (): string =>
      readFileSync(join(stack.root("edge-1", "haproxy-1"), "services/haproxy-1/haproxy.cfg"), "utf8");

    it("leaves everything as it is when HAProxy refuses the configuration", async () => {
      const before = config();
      const wrong = changed("haproxy-1", (service) => ({
        ...service,
        files: service.files.map((file) => ({
          ...file,
          content: file.content.replace("mode http\n", "mode htpt\n"),
        })),
      }));
      stack.calls("edge-1");
      const { code, output } = await stack.run(wrong, stepOf("edge-1-haproxy-1", wrong));
      assert.equal(code, 1);
      assert.match(
        output,
        /unknown proxy mode 'htpt'[^]*edge-1-haproxy-1: HAProxy refuses the configuration of haproxy-1/,
      );
      assert.equal(config(), before);
      assert.deepEqual(stack.calls("edge-1"), []);
    });

    it("puts the version before in place again when the new one does not become well, and says why", async () => {
      const wrong = changed("thanos-query-1", (service) => ({
        ...service,
        arguments: [...service.arguments, "--no-such-flag"],
      }));
      const { code, output } = await stack.run(wrong, stepOf("edge-1-thanos-query-1", wrong, 2));
      assert.equal(code, 1);
      assert.match(output, /edge-1-thanos-query-1: not healthy within 2 s/);
      assert.match(output, /unknown long flag '--no-such-flag'/);
      assert.match(output, /edge-1-thanos-query-1: the version before runs again/);
      stack.calls("edge-1");
      await stack.runAll(plan, [{ ...stepOf("edge-1-thanos-query-1"), after: [] }]);
      assert.deepEqual(stack.calls("edge-1"), []);
    });

    it("says which service it was when a value is missing, before anything is touched", async () => {
      const step = stepOf("edge-1-haproxy-1");
      const values = step.values.filter((name) => name !== "sha256:human");
      stack.calls("edge-1");
      const { code, output } = await stack.run(plan, { ...step, values });
      assert.notEqual(code, 0);
      assert.match(output, /sha256:human/);
      assert.deepEqual(stack.calls("edge-1"), []);
    });
  });

  describe("when a part of it goes for good", () => {
    it("goes on at the other edge when one loses its power", async () => {
      // As a load balancer or keepalived does: whoever finds the first closed comes in by the second.
      const either = {
        call: (target: EdgeName | number, path: string, options?: Call) =>
          ask("edge-1", target, path, options).catch(() => ask("edge-2", target, path, options)),
      };
      const load = runLoad(either, "query", 220, 50);
      await load.reached(60);
      stack.cutPower("edge-1", ["haproxy-1", "thanos-query-1", "thanos-query-frontend"]);
      assert.deepEqual(failures(await load.answers), []);
    });

    it("stops a service that is taken away and keeps its data", async () => {
      const step = stepOf("node-2-prometheus-2");
      const { code, output } = await stack.run(plan, step, step.remove);
      assert.equal(code, 0, output);
      await assert.rejects(send(`${network}.12`, 9090, "/-/ready", { fresh: true }), /ECONNREFUSED/);
      assert.deepEqual(readdirSync(stack.root("node-2", "prometheus-2")), ["data"]);
      const again = await stack.run(plan, step, step.remove);
      assert.equal(again.code, 0, again.output);
    });
  });
});
