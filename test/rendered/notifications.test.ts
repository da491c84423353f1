/** A real Alertmanager with the rendered configuration and templates, and what it sends to each channel. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { parse, stringify } from "yaml";
import { renderAlertmanagerConfig } from "../../monitoring/alertmanager.ts";
import { renderAlertmanagerTemplates } from "../../monitoring/alertmanagerTemplates.ts";
import { ensureTools } from "../../tools/toolchain.ts";
import { exampleSystem } from "./fixtures.ts";
import { freePorts, start, stop, until, type Server } from "./servers.ts";

interface Sent {
  readonly path: string;
  readonly body: Record<string, unknown>;
}

describe("What a real Alertmanager sends", function () {
  this.timeout(60_000);
  let directory: string;
  let sink: HttpServer;
  let servers: Server[] = [];
  let api: string;
  const sent: Sent[] = [];

  before(async function () {
    this.timeout(600_000);
    const tools = await ensureTools(["alertmanager"]);
    directory = await mkdtemp(join(tmpdir(), "vigil-notifications-"));
    sink = createServer((request, response) => {
      void text(request).then((body) => {
        sent.push({ path: request.url ?? "", body: JSON.parse(body) as Record<string, unknown> });
        // Slack says ok, PagerDuty accepts.
        response.writeHead(request.url === "/pagerduty" ? 202 : 200).end("ok");
      });
    });
    await new Promise<void>((done) => sink.listen(0, "127.0.0.1", done));
    const address = `http://127.0.0.1:${String((sink.address() as AddressInfo).port)}`;
    for (const [name, value] of [
      ["slack-url", `${address}/slack`],
      ["webhook-url", `${address}/webhook`],
      ["pagerduty-key", "a key of thirty-two characters ok"],
      ["mail-password", "none"],
    ] as const)
      await writeFile(join(directory, name), value);
    await writeFile(join(directory, "vigil.tmpl"), renderAlertmanagerTemplates());
    await writeFile(join(directory, "alertmanager.yml"), configuration(directory, `${address}/pagerduty`));
    const [port] = await freePorts(1);
    api = `http://127.0.0.1:${String(port)}`;
    servers = [
      start("alertmanager", tools.path("alertmanager"), [
        `--config.file=${join(directory, "alertmanager.yml")}`,
        `--storage.path=${directory}`,
        `--web.listen-address=127.0.0.1:${String(port)}`,
        "--web.external-url=https://alerts.example.com",
        "--cluster.listen-address=",
      ]),
    ];
    await until("ready", 20, async () => ready(api), servers);
  });

  after(async () => {
    await stop(servers);
    sink.close();
    await rm(directory, { recursive: true, force: true });
  });

  async function post(endsAt?: Date): Promise<void> {
    const alert = {
      labels: { alertname: "OrdersDown", severity: "critical", service: "orders", instance: "orders-1" },
      annotations: {
        summary: "orders-1 does not answer",
        description: "orders-1 has been down; the value is 0.",
        runbook_url: "https://example.com/OrdersDown.md",
        dashboard_url: "https://example.com/grafana/d/orders",
      },
      startsAt: "2026-01-02T03:04:05Z",
      ...(endsAt && { endsAt: endsAt.toISOString() }),
      generatorURL: "https://prometheus.example.com/graph?g0.expr=up",
    };
    const answer = await fetch(`${api}/api/v2/alerts`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify([alert]),
    });
    assert.equal(answer.status, 200);
  }

  const sentTo = (path: string, index: number): Record<string, unknown> =>
    sent.filter((one) => one.path === path)[index]?.body ?? {};
  const allOf = (count: number) => () =>
    Promise.resolve(
      ["/slack", "/pagerduty", "/webhook"].every(
        (path) => sent.filter((one) => one.path === path).length >= count,
      ) || sent.map(({ path }) => path).join(" "),
    );

  it("tells Slack, PagerDuty and a webhook what, where, since when, and where to look; then that it is over", async () => {
    await post();
    await until("one notification on each channel", 20, allOf(1), servers);
    await post(new Date());
    await until("the end on each channel", 20, allOf(2), servers);

    const [said, over] = [0, 1].map(
      (index) => (sentTo("/slack", index)["attachments"] as Record<string, string>[])[0]!,
    );
    assert.equal(said!["title"], "[FIRING: 1] OrdersDown (critical) on orders");
    assert.equal(said!["color"], "danger");
    for (const part of [
      "orders-1 does not answer",
      "the value is 0",
      "`instance=orders-1`",
      "2026-01-02 03:04:05 UTC",
      "<https://example.com/OrdersDown.md|Runbook>",
      "<https://example.com/grafana/d/orders|Dashboard>",
      "<https://prometheus.example.com/graph?g0.expr=up|Query>",
    ])
      assert.ok(said!["text"]?.includes(part), `${part} in ${said!["text"] ?? ""}`);
    assert.equal(over!["color"], "good");
    assert.match(over!["title"] ?? "", /^\[RESOLVED\] OrdersDown/);
    assert.match(over!["text"] ?? "", /, until \d\d:\d\d:\d\d UTC/);

    const page = sentTo("/pagerduty", 0) as { event_action: string; payload: Record<string, unknown> };
    assert.equal(page.event_action, "trigger");
    assert.equal(page.payload["severity"], "critical");
    assert.equal(page.payload["summary"], "[FIRING: 1] OrdersDown (critical) on orders");
    assert.match(
      JSON.stringify(page.payload["custom_details"]),
      /Dashboard: https:\/\/example\.com\/grafana\/d\/orders/,
    );
    assert.equal(sentTo("/pagerduty", 1)["event_action"], "resolve");

    const [hook, ended] = [0, 1].map(
      (index) => sentTo("/webhook", index) as { status: string; alerts: { annotations: object }[] },
    );
    assert.equal(hook!.status, "firing");
    assert.deepEqual(Object.keys(hook!.alerts[0]!.annotations).sort(), [
      "dashboard_url",
      "description",
      "runbook_url",
      "summary",
    ]);
    assert.equal(ended!.status, "resolved");
  });
});

/** Everything goes to all three; a PagerDuty of this machine in the place of theirs. */
function configuration(directory: string, pagerduty: string): string {
  const system = exampleSystem();
  const root = {
    ...system.notifications.root,
    groupInterval: "1s",
    routes: ["chat", "pager", "hook"].map((receiver) => ({
      receiver,
      matchers: ['severity="critical"'],
      continue: true,
    })),
  } as const;
  const rendered = renderAlertmanagerConfig(
    { ...system, notifications: { ...system.notifications, root } },
    { secretFile: (name) => join(directory, name), templatesGlob: join(directory, "*.tmpl") },
  );
  return stringify({ ...(parse(rendered) as object), global: { pagerduty_url: pagerduty } });
}

async function ready(api: string): Promise<true | string> {
  try {
    const { status } = await fetch(`${api}/-/ready`);
    return status === 200 || String(status);
  } catch (error) {
    return String(error);
  }
}
