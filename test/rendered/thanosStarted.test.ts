import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { issueCertificates } from "../../components/local/authority.ts";
import type { Instance, Layout } from "../../monitoring/hosts.ts";
import { addressOf } from "../../monitoring/targets.ts";
import { ensureTools } from "../../tools/toolchain.ts";
import { certificateOf, exampleLayout, member } from "./fixtures.ts";
import { freePorts, get, start, stop, until, type Caller, type Server } from "./servers.ts";
import { componentArguments, password, prometheusOf, writeFiles } from "./thanosFiles.ts";

describe("Thanos, started as rendered", function () {
  this.timeout(90_000);
  let directory: string;
  let layout: Layout;
  let caller: Caller;
  let servers: Server[] = [];

  before(async function () {
    this.timeout(600_000);
    const tools = await ensureTools(["prometheus", "thanos"]);
    directory = await mkdtemp(join(tmpdir(), "vigil-thanos-"));
    const ports = await freePorts(40);
    layout = onlyRunning(exampleLayout(() => ports.pop() ?? assert.fail("more ports than expected")));
    const ca = await issueCertificates(directory, "example", [certificateOf("server")], false);
    caller = { ca, auth: `scrape:${password}` };
    await writeFiles(layout, directory);
    const given = componentArguments(layout, directory);
    servers = Object.entries(given).map(([name, args]) => start(name, tools.path("thanos"), args));
    servers.push(start("prometheus", tools.path("prometheus"), prometheusOf(layout, directory)));
  });

  after(async () => {
    await stop(servers);
    await rm(directory, { recursive: true });
  });

  it("every component is ready over TLS for who has the password", async () => {
    for (const instance of layout.instances)
      await until(
        `${instance.name} is ready`,
        60,
        async () => {
          const { status, body } = await get(
            `https://${addressOf(instance, "http")}${readiness(instance)}`,
            caller,
          );
          return status === 200 ? true : `${status} ${body}`;
        },
        servers,
      );
  });

  it("every component refuses who has none", async () => {
    for (const instance of layout.instances) {
      const { status } = await get(`https://${addressOf(instance, "http")}/metrics`, { ca: caller.ca });
      assert.equal(status, 401, instance.name);
    }
  });

  it("the query frontend answers from the sidecar and from Receive, each over mutual TLS", async () => {
    const frontend = `https://${addressOf(member(layout, "thanos-query-frontend"), "http")}`;
    const query = encodeURIComponent('up{job="prometheus"}');
    await until(
      "both copies are seen",
      60,
      async () => {
        const { body } = await get(`${frontend}/api/v1/query?dedup=false&query=${query}`, caller);
        const copies = seriesOf(body).map((labels) => labels["receive_replica"]);
        return copies.includes("thanos-receive-1") && copies.includes(undefined) ? true : body;
      },
      servers,
    );
    const { body } = await get(`${frontend}/api/v1/query?query=${query}`, caller);
    assert.ok(seriesOf(body).length > 0);
    for (const labels of seriesOf(body))
      assert.ok(!("replica" in labels) && !("receive_replica" in labels), body);
  });

  it("the ruler evaluates its rules through Query and finds no fault", async () => {
    const ruler = `https://${addressOf(member(layout, "thanos-ruler"), "http")}`;
    await until(
      "the rule is evaluated",
      60,
      async () => {
        const { body } = await get(`${ruler}/api/v1/rules`, caller);
        return body.includes('"health":"ok"') ? true : body;
      },
      servers,
    );
  });
});

/** One member of each component is enough to see it start. */
function onlyRunning(layout: Layout): Layout {
  const absent = [
    "redis",
    "demo",
    "redis-exporter",
    "blackbox-exporter",
    "node-exporter",
    "pushgateway",
    "alertmanager",
  ];
  return {
    ...layout,
    instances: layout.instances.filter((one) => one.member === 1 && !absent.includes(one.component)),
  };
}

/** The frontend asks its downstream for readiness without credentials, so that it is ready behind a listener that adds them only. */
function readiness(instance: Instance): string {
  return instance.component === "thanos-query-frontend" ? "/-/healthy" : "/-/ready";
}

/** Labels of the series of an instant query's answer. */
function seriesOf(body: string): Record<string, string>[] {
  if (!body.startsWith("{")) return [];
  const { data } = JSON.parse(body) as { data?: { result: { metric: Record<string, string> }[] } };
  return data?.result.map(({ metric }) => metric) ?? [];
}
