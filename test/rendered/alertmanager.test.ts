import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashSync } from "bcryptjs";
import { parse } from "yaml";
import { issueCertificates } from "../../components/local/authority.ts";
import {
  alertmanagerArguments,
  renderAlertmanagerConfig,
  renderClusterTls,
} from "../../monitoring/alertmanager.ts";
import { renderAlertmanagerTemplates } from "../../monitoring/alertmanagerTemplates.ts";
import type { Layout } from "../../monitoring/hosts.ts";
import type { Route, Severity, System } from "../../monitoring/model.ts";
import { addressOf } from "../../monitoring/targets.ts";
import { renderWebConfig } from "../../monitoring/webConfig.ts";
import { systems } from "../../systems/index.ts";
import { ensureTools, type Toolchain } from "../../tools/toolchain.ts";
import { check } from "./checkers.ts";
import { certificateOf, exampleLayout, exampleSystem, member } from "./fixtures.ts";
import { freePorts, get, start, stop, until, type Server } from "./servers.ts";

const severities: readonly Severity[] = ["info", "warning", "critical"];
const password = "correct horse";

describe("What Alertmanager reads", function () {
  let directory: string;
  let tools: Toolchain;
  const config = () => join(directory, "alertmanager.yml");

  before(async function () {
    this.timeout(600_000);
    tools = await ensureTools(["alertmanager"]);
    directory = await mkdtemp(join(tmpdir(), "vigil-alertmanager-"));
    await writeFile(join(directory, "vigil.tmpl"), renderAlertmanagerTemplates());
  });

  after(() => rm(directory, { recursive: true }));

  async function write(system: System): Promise<void> {
    await writeFile(config(), renderAlertmanagerConfig(system, optionsIn(directory)));
  }

  async function receiverOf(...labels: string[]): Promise<string> {
    const said = await check(
      tools.path("amtool"),
      "config",
      "routes",
      "test",
      `--config.file=${config()}`,
      ...labels,
    );
    return said.trim();
  }

  describe("alertmanager.yml", () => {
    it("is accepted by amtool with its templates", async () => {
      await write(exampleSystem());
      const said = await check(tools.path("amtool"), "check-config", config());
      assert.match(said, /5 receivers/);
      assert.match(said, /1 templates\s+SUCCESS/);
    });

    it("leads each severity to its receiver", async () => {
      await write(exampleSystem());
      assert.equal(await receiverOf("alertname=OrdersDown", "severity=critical"), "pager");
      assert.equal(await receiverOf("alertname=OrdersSlow", "severity=warning"), "mail");
      assert.equal(await receiverOf("alertname=OrdersBudget", "severity=info"), "hook");
      assert.equal(await receiverOf("alertname=Watchdog", "severity=info"), "nobody");
      assert.equal(await receiverOf("alertname=Other"), "chat");
    });

    for (const [name, build] of Object.entries(systems))
      it(`of ${name} is accepted by amtool and leads every severity somewhere`, async () => {
        const system = build({ environment: "production", region: "local", layout: "cluster" });
        await write(system);
        await check(tools.path("amtool"), "check-config", config());
        const known = system.notifications.receivers.map((receiver) => receiver.name);
        for (const severity of severities)
          for (const receiver of (await receiverOf("alertname=Any", `severity=${severity}`)).split(","))
            assert.ok(known.includes(receiver), `${severity} → ${receiver}`);
      });

    it("holds no secret and tells people when it is over", () => {
      const { receivers } = parse(renderAlertmanagerConfig(exampleSystem(), optionsIn("/srv")));
      for (const { name, ...configs } of receivers)
        for (const one of Object.values(configs).flat() as Record<string, unknown>[]) {
          assert.equal(one["send_resolved"], true, name);
          for (const key of ["url", "api_url", "routing_key", "auth_password"])
            assert.equal(one[key], undefined, name);
        }
      assert.equal(receivers[1].pagerduty_configs[0].routing_key_file, "/srv/pagerduty-key");
    });

    it("uses matchers, never the deprecated match", () => {
      const { route, inhibit_rules: inhibitions } = parse(
        renderAlertmanagerConfig(exampleSystem(), optionsIn("/srv")),
      );
      const all = (one: Route & { match?: unknown }): unknown[] => [
        one.match,
        ...(one.routes ?? []).flatMap(all),
      ];
      assert.ok(all(route).every((match) => match === undefined));
      assert.deepEqual(inhibitions, [
        {
          equal: ["instance"],
          source_matchers: ['alertname="OrdersDown"'],
          target_matchers: ['alertname="OrdersSlow"'],
        },
      ]);
    });
  });

  describe("The templates", () => {
    const alerts = {
      receiver: "chat",
      status: "firing",
      externalURL: "https://localhost:7446",
      groupLabels: { alertname: "OrdersDown" },
      commonLabels: { alertname: "OrdersDown", severity: "critical", service: "orders" },
      commonAnnotations: { runbook_url: "https://example.com/OrdersDown.md" },
      alerts: [
        {
          status: "firing",
          labels: { alertname: "OrdersDown", severity: "critical", service: "orders", instance: "orders-1" },
          annotations: {
            summary: "orders-1 does not answer",
            description: "orders-1 has been down; the value is 0.",
            runbook_url: "https://example.com/OrdersDown.md",
            dashboard_url: "https://example.com/grafana/d/orders",
          },
          startsAt: "2026-01-02T03:04:05Z",
          endsAt: "0001-01-01T00:00:00Z",
          generatorURL: "https://localhost:7445/graph?g0.expr=up",
        },
      ],
    };

    async function rendered(
      name: string,
      kind: "text" | "html" = "text",
      data: unknown = alerts,
    ): Promise<string> {
      const path = join(directory, "alerts.json");
      await writeFile(path, JSON.stringify(data));
      return check(
        tools.path("amtool"),
        "template",
        "render",
        `--template.glob=${join(directory, "*.tmpl")}`,
        `--template.type=${kind}`,
        `--template.data=${path}`,
        `--template.text={{ template "${name}" . }}`,
      );
    }

    it("say in one line what is wrong, how grave it is and where", async () => {
      assert.equal(await rendered("vigil.title"), "[FIRING: 1] OrdersDown (critical) on orders");
    });

    for (const [name, kind] of [
      ["vigil.text", "text"],
      ["vigil.slack.text", "text"],
      ["vigil.email.html", "html"],
    ] as const)
      it(`${name} says what, where, since when, how much, and where to look`, async () => {
        const said = await rendered(name, kind);
        for (const wanted of [
          "orders-1 does not answer",
          "the value is 0",
          "instance=orders-1",
          "2026-01-02 03:04:05 UTC",
          "https://example.com/OrdersDown.md",
          "https://example.com/grafana/d/orders",
          "https://localhost:7445/graph?g0.expr=up",
        ])
          assert.ok(said.replaceAll("&#43;", "+").includes(wanted), `${wanted} in\n${said}`);
      });

    it("say when it was over", async () => {
      const over = structuredClone(alerts);
      over.status = over.alerts[0]!.status = "resolved";
      over.alerts[0]!.endsAt = "2026-01-02T03:09:05Z";
      assert.equal(await rendered("vigil.title", "text", over), "[RESOLVED] OrdersDown (critical) on orders");
      assert.equal(await rendered("vigil.slack.color", "text", over), "good");
      for (const [name, kind] of [
        ["vigil.text", "text"],
        ["vigil.slack.text", "text"],
        ["vigil.email.html", "html"],
      ] as const)
        assert.match(await rendered(name, kind, over), /2026-01-02 03:04:05 UTC, until 03:09:05 UTC/, name);
    });

    it("make no link of a runbook that is published nowhere, and none to a dashboard that is not named", async () => {
      const bare = structuredClone(alerts) as { alerts: { annotations: Record<string, string> }[] };
      bare.alerts[0]!.annotations = {
        summary: "s",
        description: "d",
        runbook_url: "docs/runbooks/OrdersDown.md",
      };
      const slack = await rendered("vigil.slack.text", "text", bare);
      assert.match(slack, /Runbook: docs\/runbooks\/OrdersDown\.md · <https/);
      const mail = await rendered("vigil.email.html", "html", bare);
      assert.ok(mail.includes("Runbook: docs/runbooks/OrdersDown.md") && !mail.includes("Dashboard"));
      assert.ok(!(await rendered("vigil.text", "text", bare)).includes("Dashboard"));
    });

    it("colour chat and rank pages by severity", async () => {
      assert.equal(await rendered("vigil.slack.color"), "danger");
      assert.equal(await rendered("vigil.pagerduty.severity"), "critical");
    });

    it("escape what a label may hold in mail", async () => {
      alerts.alerts[0]!.annotations.summary = "<script>";
      assert.match(await rendered("vigil.email.html", "html"), /&lt;script&gt;/);
    });
  });

  describe("The arguments", () => {
    it("are all known to the server", async () => {
      const help = await check(tools.path("alertmanager"), "--help");
      for (const one of argumentsOf(exampleLayout(), 1, directory))
        assert.ok(help.includes(one.replace(/=.*/s, "=")) || help.includes(`[no-]${one.slice(2)}`), one);
    });

    it("let members of the pair know each other, and wait for each other no longer than promised", () => {
      const given = argumentsOf(exampleLayout(), 1, directory);
      assert.ok(
        given.includes(`--cluster.peer=${addressOf(member(exampleLayout(), "alertmanager", 2), "cluster")}`),
      );
      assert.equal(given.filter((one) => one.startsWith("--cluster.peer=")).length, 1);
      assert.ok(given.includes("--cluster.peer-timeout=2s"));
      assert.ok(given.includes("--data.retention=120h"));
    });

    it("give each member its turn, the same after every restart", () => {
      const names = [1, 2].map((at) =>
        argumentsOf(exampleLayout(), at, directory).find((one) => one.startsWith("--cluster.peer-name=")),
      );
      assert.deepEqual(names, ["--cluster.peer-name=alertmanager-1", "--cluster.peer-name=alertmanager-2"]);
    });

    it("switch gossip off where there is nobody to gossip with", () => {
      const layout = exampleLayout();
      const alone = {
        ...layout,
        instances: layout.instances.filter(
          ({ component, member: one }) => component !== "alertmanager" || one === 1,
        ),
      };
      const given = argumentsOf(alone, 1, directory).filter((one) => one.startsWith("--cluster."));
      assert.deepEqual(given, ["--cluster.listen-address="]);
    });
  });

  describe("Started as rendered", function () {
    this.timeout(60_000);
    let servers: Server[] = [];

    after(() => stop(servers));

    it("a pair finds each other over mutual TLS and refuses who has no password", async () => {
      const ports = await freePorts(40);
      const layout = exampleLayout(() => ports.pop() ?? assert.fail("more ports than expected"));
      const ca = await issueCertificates(directory, "example", [certificateOf("server")], false);
      await write(exampleSystem());
      const web = renderWebConfig({
        ...serverFiles(directory),
        users: [{ username: "scrape", secret: "scrape" }],
      });
      await writeFile(join(directory, "web.yml"), web.replace("{{bcrypt:scrape}}", hashSync(password, 10)));
      const gossip = { ...serverFiles(directory), certificateAuthorityFile: join(directory, "ca.crt") };
      await writeFile(join(directory, "gossip.yml"), renderClusterTls(gossip));
      servers = [1, 2].map((number) =>
        start(`alertmanager-${number}`, tools.path("alertmanager"), argumentsOf(layout, number, directory)),
      );
      const url = `https://${addressOf(member(layout, "alertmanager", 2), "http")}/api/v2/status`;
      await until(
        "two members",
        40,
        async () => {
          const { status, body } = await get(url, { ca, auth: `scrape:${password}` });
          return status === 200 && JSON.parse(body).cluster.peers.length === 2
            ? true
            : `${status} ${body.slice(0, 300)}`;
        },
        servers,
      );
      assert.equal((await get(url, { ca })).status, 401);
    });
  });
});

function optionsIn(directory: string) {
  return {
    secretFile: (name: string) => join(directory, name),
    templatesGlob: join(directory, "*.tmpl"),
  };
}

function serverFiles(directory: string) {
  return { certificateFile: join(directory, "server.crt"), keyFile: join(directory, "server.key") };
}

function argumentsOf(layout: Layout, number: number, directory: string): string[] {
  const instance = member(layout, "alertmanager", number);
  return alertmanagerArguments(exampleSystem(), layout, {
    member: number,
    configFile: join(directory, "alertmanager.yml"),
    webConfigFile: join(directory, "web.yml"),
    dataDirectory: join(directory, `alertmanager-${number}`),
    listen: addressOf(instance, "http"),
    clusterListen: addressOf(instance, "cluster"),
    clusterTlsFile: join(directory, "gossip.yml"),
    externalUrl: "https://localhost:7446",
  });
}
