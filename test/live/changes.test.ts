/** What an applied change touches: as little as it can, one member of a pair at a time, and nothing when it cannot work. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { startService, stopService } from "../../components/local/control.ts";
import { stackPaths } from "../../components/local/paths.ts";
import { queryProbes } from "../../drills/probes.ts";
import type { Series, StackClient } from "../../drills/stackClient.ts";
import { startLoad } from "../../drills/steadyLoad.ts";
import { eventually, LiveStack } from "./liveStack.ts";
import { certificateOf, processTree } from "./openDoors.ts";

/** Seconds from the end of `pulumi up` until a change must be seen. */
const live = 3;

describe("A change of a stack", function () {
  this.timeout(120_000);
  let stack: LiveStack;
  let client: StackClient;
  let target: Server;

  before(async function () {
    this.timeout(120_000);
    stack = await LiveStack.up();
    client = await stack.client();
    target = createServer((_request, response) => {
      response.setHeader("content-type", "text/plain; version=0.0.4");
      response.end("added_things 7\n");
    });
    await new Promise<void>((resolve) => target.listen(0, "127.0.0.1", resolve));
    await eventually("every job is scraped", 30, async () => (await client.query("up == 0")).length === 0);
  });

  after(async function () {
    this.timeout(60_000);
    await stack.down();
    target.close();
  });

  it("that is none restarts, writes and reports nothing", async () => {
    const [pids, files] = [await running(), fileDigests()];
    const { stdout } = await stack.apply();
    assert.match(stdout, /\d+ unchanged/);
    assert.doesNotMatch(stdout, /\d+ (?:updated|created|replaced|deleted)/);
    assert.deepEqual(await running(), pids);
    assert.deepEqual(fileDigests(), files);
  });

  it("of the program's own code is none, because the state only names the modules", async () => {
    const state = JSON.parse(await stack.state()) as ExportedState;
    const providers = state.deployment.resources.flatMap(({ inputs }) => inputs?.__provider ?? []);
    assert.ok(providers.length > 20);
    for (const text of new Set(providers)) {
      assert.match(text, /"components\/local\/providers\/\w+\.ts"/);
      assert.ok(text.length < 1_000, text);
      assert.ok(!text.includes(stack.root));
    }
  });

  it("adds targets and an alert to the running processes, without a missed scrape", async () => {
    const before = await running();
    const from = Date.now() / 1_000;
    await stack.apply(additions());
    await eventually("the new job is scraped", live, async () => {
      const [series] = await client.query('added_things{service="added"}', "prometheus");
      return series?.value?.[1] === "7";
    });
    await eventually("the new target of a job of the system is scraped", live, async () => {
      const [series] = await client.query('redis_up{instance="redis-extra"}', "prometheus");
      return series?.value?.[1] === "1";
    });
    await eventually(
      "the new alert is known",
      live,
      async () => (await client.query('ALERTS{alertname="AddedAlert"}', "prometheus")).length > 0,
    );
    assert.deepEqual(await running(), before);
    const gaps = await rawGaps('up{job="backend"}', from);
    assert.equal(gaps.length, 2);
    for (const gap of gaps) assert.ok(gap <= 2, `a job of 1 s was not scraped for ${String(gap)} s`);
  });

  it("that cannot be applied fails at preview and leaves the stack as it was", async () => {
    const [pids, files] = [await running(), fileDigests()];
    const broken = { alerts: [{ ...addedAlert, expression: "sum(rate(added_things[1m]" }] };
    const preview = await stack.preview(broken);
    assert.notEqual(preview.code, 0);
    assert.match(preview.stdout + preview.stderr, /AddedAlert/);
    const up = await stack.tryApply();
    assert.notEqual(up.code, 0);
    assert.doesNotMatch(up.stdout, /\d+ (?:updated|created|replaced|deleted)/);
    assert.deepEqual(await running(), pids);
    assert.deepEqual(fileDigests(), files);
    await stack.apply(additions());
    assert.deepEqual(await running(), pids);
  });

  it("that needs a restart takes one replica at a time, and no query fails meanwhile", async () => {
    const before = await running();
    const load = startLoad(client, await queryProbes(client, "query", "sum by (job) (up)"), 10);
    const watch = watchReadiness();
    await stack.apply({ retention: { time: "29d" } });
    const states = await watch.stop();
    const figures = await load.stop();
    assert.deepEqual(figures.failed, []);
    assert.ok(figures.sent >= 30, String(figures.sent));
    assert.deepEqual(await restartedSince(before), ["prometheus-1", "prometheus-2"]);
    // Both ready, one away, both ready, the other away, both ready.
    assert.equal(states.length, 5, states.join(" "));
    assert.deepEqual([states[0], states[2], states[4]], ["11", "11", "11"]);
    assert.deepEqual([states[1], states[3]].sort(), ["01", "10"]);
  });

  it("that one member does not survive leaves the other as it is, and says where to look", async () => {
    const before = await running();
    for (const folder of queryLogs()) {
      rmSync(folder, { force: true });
      // Prometheus keeps a file of this name, and does not start where it is a folder.
      mkdirSync(folder, { mode: 0o700 });
    }
    const { code, stdout } = await stack.tryApply({ retention: { time: "28d" } });
    assert.notEqual(code, 0);
    const [, failed = "", reason = ""] =
      /(prometheus-[12]) ends as soon as it is started .*logs\/\1\.log\n((?: +.*\n){3})/.exec(stdout) ?? [];
    assert.match(reason, /queries\.active|query log|is a directory/i);
    const other = failed === "prometheus-1" ? "prometheus-2" : "prometheus-1";
    assert.match(stdout, new RegExp(`${other} was left as it is, because ${failed}`));
    assert.equal((await running())[other], before[other]);
    assert.equal(await client.unhealthy(other), undefined);
    assert.ok((await client.query("up")).length > 0);
    for (const folder of queryLogs()) rmSync(folder, { recursive: true, force: true });
    await stack.apply();
    assert.equal(await client.unhealthy(failed), undefined);
    const since = await restartedSince(before);
    assert.deepEqual(since, ["prometheus-1", "prometheus-2"]);
  });

  it("renews every certificate without a restart, and no query fails meanwhile", async () => {
    const [pids, serials] = [await running(), await serialNumbers()];
    assert.ok(Object.keys(serials).length > 30);
    // The test before has restarted what Thanos asks.
    await eventually("the query sees its sidecars", 30, async () => (await client.query("up")).length > 0);
    const load = startLoad(client, await queryProbes(client, "query", "sum by (job) (up)"), 10);
    await stack.apply({ certificates: { rotation: 2 } });
    await eventually("every port shows its new certificate", 10, async () => {
      const now = await serialNumbers();
      const old = Object.keys(serials).filter((port) => now[port] === serials[port]);
      assert.deepEqual(old, []);
      return true;
    });
    // Thanos opens new connections with the new certificates, too.
    await eventually("every job is scraped", 15, async () => (await client.query("up == 0")).length === 0);
    const figures = await load.stop();
    assert.deepEqual(figures.failed, []);
    assert.deepEqual(await restartedSince(pids), certificatesReadOnce);
  });

  it("does not start what was stopped on purpose, and says so", async () => {
    await stopService(client.inventory, "redis-4");
    const { stdout } = await stack.apply();
    assert.match(stdout, /redis-4 is stopped on purpose/);
    assert.equal((await running())["redis-4"], undefined);
    await startService(client.inventory, "redis-4");
    assert.equal(await client.unhealthy("redis-4"), undefined);
  });

  it("brings everything back after the machine was switched off", async () => {
    const before = await running();
    const supervisor = Number(readFileSync(join(stackPaths(stack.root).supervisor, "pm2.pid"), "utf8"));
    for (const pid of processTree(supervisor)) process.kill(pid, "SIGKILL");
    await stack.apply();
    const now = await running();
    assert.deepEqual(Object.keys(now), Object.keys(before));
    assert.deepEqual(await restartedSince(before), Object.keys(before));
    for (const name of Object.keys(now)) assert.equal(await client.unhealthy(name), undefined, name);
    await eventually("queries are answered", 10, async () => (await client.query("up == 1")).length > 20);
  });

  function additions(): Record<string, unknown> {
    const { port } = target.address() as AddressInfo;
    const redis = client.inventory.services.find(({ name }) => name === "redis-1")?.ports[0]?.number;
    return {
      jobs: [
        {
          name: "added",
          service: "added",
          scheme: "http",
          interval: "1s",
          series: 10,
          targets: [{ address: `127.0.0.1:${String(port)}` }],
        },
      ],
      targets: {
        redis: [
          {
            address: `127.0.0.1:${String(redis)}`,
            labels: { service: "redis", instance: "redis-extra", redis_instance: "redis-extra" },
          },
        ],
      },
      alerts: [addedAlert],
    };
  }

  async function running(): Promise<Record<string, number | undefined>> {
    const processes = [...(await client.processes()).values()];
    return Object.fromEntries(processes.map(({ name, pid }) => [name, pid] as const).sort());
  }

  async function restartedSince(before: Record<string, number | undefined>): Promise<string[]> {
    return Object.entries(await running()).flatMap(([name, pid]) => (pid === before[name] ? [] : [name]));
  }

  /** SHA-256 of every file that the services were given. */
  function fileDigests(): Record<string, string> {
    const folder = stackPaths(stack.root).services;
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
      /\.\w+$/.test(file),
    );
    return Object.fromEntries(
      files.map((file) => [
        file,
        createHash("sha256")
          .update(readFileSync(join(folder, file)))
          .digest("hex"),
      ]),
    );
  }

  /** Longest time in seconds between two raw samples since `from`, one figure for each Prometheus. */
  async function rawGaps(selector: string, from: number): Promise<number[]> {
    const window = Math.ceil(Date.now() / 1_000 - from);
    const pair = client.inventory.services.filter(({ component }) => component === "prometheus");
    return Promise.all(
      pair.map(async ({ ports }) => {
        const query = encodeURIComponent(`${selector}[${String(window)}s]`);
        const url = `https://127.0.0.1:${String(ports[0]?.number)}/api/v1/query?query=${query}`;
        const answer = JSON.parse((await client.request(url)).body) as { data: { result: Series[] } };
        const times = (answer.data.result[0]?.values ?? []).map(([time]) => time);
        assert.ok(times.length > window / 2);
        return Math.max(...times.slice(1).map((time, index) => time - (times[index] ?? 0)));
      }),
    );
  }

  /** Asks both Prometheus in short turns; `10` is the first ready and the second not. Repetitions are left out. */
  function watchReadiness(): { stop: () => Promise<string[]> } {
    const states: string[] = [];
    let watching = true;
    const watch = async (): Promise<void> => {
      while (watching) {
        const ready = await Promise.all(
          ["prometheus-1", "prometheus-2"].map(async (name) => (await client.unhealthy(name)) === undefined),
        );
        const state = ready.map(Number).join("");
        if (state !== states.at(-1)) states.push(state);
        await pause(20);
      }
    };
    const done = watch();
    return {
      stop: async () => {
        watching = false;
        await done;
        return states;
      },
    };
  }

  function queryLogs(): string[] {
    const { data } = stackPaths(stack.root);
    return ["prometheus-1", "prometheus-2"].map((name) => join(data, name, "queries.active"));
  }

  /** Serial number of the certificate at every TLS port. */
  async function serialNumbers(): Promise<Record<string, string>> {
    const ports = client.inventory.services
      .flatMap(({ ports }) => ports)
      .filter(({ name }) => name !== "redis");
    const shown = ports.map(async ({ address, number }) => {
      const options = { ca: client.certificateAuthority, servername: "localhost" };
      return [String(number), (await certificateOf(address, number, options)).serialNumber] as const;
    });
    return Object.fromEntries(await Promise.all(shown));
  }
});

/** Services whose program reads its certificate at the start only. */
const certificatesReadOnce: readonly string[] = [];

const addedAlert = {
  name: "AddedAlert",
  expression: "added_things > 5",
  for: "1s",
  severity: "info",
  summary: "There are more than five added things.",
  description: "{{ $value }} added things.",
  runbook: {
    meaning: "Things were added.",
    impact: "None.",
    firstLook: ["added_things"],
    mend: ["Take some away."],
  },
};

interface ExportedState {
  readonly deployment: {
    readonly resources: readonly { readonly inputs?: { readonly __provider?: string } }[];
  };
}
