import assert from "node:assert/strict";
import { parseConfig } from "../../configuration/parse.ts";
import { assertDeployable, checkSystem, type Finding } from "../../monitoring/check.ts";
import { formatFinding } from "../../monitoring/checks/finding.ts";
import { checkLayout } from "../../monitoring/checks/layout.ts";
import { contradictory, implies, parseMatcher, type Matcher } from "../../monitoring/checks/matchers.ts";
import { extendSystem } from "../../monitoring/extend.ts";
import type { Instance, Layout } from "../../monitoring/hosts.ts";
import type { Alert, System } from "../../monitoring/model.ts";
import { nearestName } from "../../monitoring/nearest.ts";
import { renderRules } from "../../monitoring/rules.ts";
import { systems } from "../../systems/index.ts";

const parameters = { environment: "dev", region: "eastus", layout: "cluster" } as const;
const trade = systems.trade(parameters);

function linesOf(findings: readonly Finding[]): string[] {
  return findings.map(formatFinding);
}

/** The keys of what is wrong with the trade system once it is changed like this. */
function keysWith(changes: Partial<System>): string[] {
  return checkSystem({ ...trade, ...changes }).map(({ key }) => key);
}

describe("the systems as they are written", () => {
  for (const [name, build] of Object.entries(systems))
    for (const environment of ["production", "staging", "dev"])
      for (const layout of ["cluster", "desktop"] as const)
        it(`${name} has nothing wrong in ${environment}, ${layout} form`, () => {
          assert.deepEqual(linesOf(checkSystem(build({ environment, region: "eastus", layout }))), []);
        });
});

describe("checking a system finds", () => {
  const { jobs, alerts, notifications, retention, longTerm, dashboards } = trade;
  const [group] = alerts;
  const [alert] = group?.alerts ?? [];
  const [job] = jobs;
  const [dashboard] = dashboards;
  assert.ok(group && alert && job && dashboard);
  const withAlert = (changes: Partial<Alert>): Partial<System> => ({
    alerts: [...alerts, { name: "mine", interval: "1s", alerts: [{ ...alert, name: "Mine", ...changes }] }],
  });

  it("two dashboards with one uid, and two panels with one title", () => {
    const twin = {
      ...dashboard,
      title: "Another",
      panels: [...dashboard.panels, ...dashboard.panels.slice(0, 1)],
    };
    const keys = keysWith({ dashboards: [...dashboards, twin] });
    assert.deepEqual(keys, [
      `dashboards[${dashboard.uid}]`,
      `dashboards[${dashboard.uid}].panels[${dashboard.panels[0]?.title ?? ""}]`,
    ]);
  });

  it("one alert twice, but not one name with two severities", () => {
    assert.deepEqual(keysWith(withAlert({ name: alert.name })), [`alerts[mine].${alert.name}`]);
    assert.deepEqual(keysWith(withAlert({ name: alert.name, severity: "warning" })), []);
  });

  it("an empty runbook", () => {
    assert.deepEqual(keysWith(withAlert({ runbook: { ...alert.runbook, mend: [], impact: " " } })), [
      "alerts[mine].Mine.runbook.impact",
      "alerts[mine].Mine.runbook.mend",
    ]);
  });

  it("an alert that says nothing, leads to no dashboard, or tells people to ask what is no query", () => {
    const look = { promql: "sum(", shows: "nothing" };
    const faulty = withAlert({
      summary: " ",
      dashboard: "nowhere",
      runbook: { ...alert.runbook, firstLook: [look] },
    });
    assert.deepEqual(keysWith(faulty), [
      "alerts[mine].Mine.dashboard",
      "alerts[mine].Mine.runbook.firstLook",
      "alerts[mine].Mine.summary",
    ]);
    const found = linesOf(checkSystem({ ...trade, ...faulty })).join("\n");
    assert.match(found, /there is no dashboard "nowhere"/);
    assert.match(found, /sum\( is no query/);
  });

  it("a label in a message that the expression drops, and leaves alone what may be there", () => {
    const summary = "{{ $labels.instance }}";
    assert.deepEqual(keysWith(withAlert({ expression: "sum by (job) (up) > 1", summary })), [
      "alerts[mine].Mine.description",
      "alerts[mine].Mine.summary",
    ]);
    for (const expression of [
      "up == 0",
      "sum without (pod) (up) == 0",
      "topk(3, up)",
      "max by (instance) (up) > 1",
    ])
      assert.deepEqual(keysWith(withAlert({ expression, summary })), [], expression);
  });

  it("a window against the interval of what a selector reads: job, service, name or recording rule", () => {
    const faulty = [
      'rate(x_total{job="clickhouse"}[19s]) > 1',
      'rate(x_total{service="clickhouse"}[19s]) > 1',
      "rate(clickhouse_x_total[19s]) > 1",
      "max_over_time(level:x:sum[39s]) > 1",
      "rate(x_total[3s]) > 1",
    ];
    const record = { record: "level:x:sum", expression: "sum(x)", about: "x" };
    const recording = [{ name: "slow", interval: "10s", rules: [record] }] as const;
    for (const expression of faulty)
      assert.deepEqual(
        keysWith({ recording, ...withAlert({ expression, summary: "s", description: "d" }) }),
        ["alerts[mine].Mine.expression"],
        expression,
      );
    const sound = faulty.map((expression) =>
      expression.replace("19s", "20s").replace("39s", "40s").replace("3s", "4s"),
    );
    for (const expression of sound)
      assert.deepEqual(
        keysWith({ recording, ...withAlert({ expression, summary: "s", description: "d" }) }),
        [],
        expression,
      );
  });

  it("a rule for the Ruler where nothing is kept for it", () => {
    const keys = keysWith({
      retention: { local: retention.local },
      alerts: [
        ...alerts,
        { name: "far", interval: "1m", evaluator: "thanos-ruler", alerts: [{ ...alert, name: "Far" }] },
      ],
    });
    assert.ok(keys.includes("alerts[far].Far.expression"), keys.join());
  });

  it("a receiver whose secret nobody declares", () => {
    const receivers = [
      { name: "webhook", kind: "webhook", urlSecret: "hook" } as const,
      ...notifications.receivers.slice(1),
    ];
    assert.deepEqual(keysWith({ notifications: { ...notifications, receivers } }), ["receivers[webhook]"]);
  });

  it("tiers out of order, too early, or never reached", () => {
    const tiers = (...list: [System["longTerm"]["tiers"][number]["name"], `${number}d`][]) =>
      keysWith({ longTerm: { ...longTerm, tiers: list.map(([name, from]) => ({ name, from })) } });
    assert.deepEqual(tiers(["cold", "125d"], ["cool", "140d"]), ["longTerm.tiers[cool]"]);
    assert.deepEqual(tiers(["hot", "0d"], ["cool", "30d"]), ["longTerm.tiers[cool].from"]);
    assert.deepEqual(tiers(["hot", "0d"], ["cold", "120d"]), ["longTerm.tiers[cold].from"]);
    assert.deepEqual(tiers(["hot", "0d"], ["cold", "800d"]), ["longTerm.tiers[cold].from"]);
    assert.deepEqual(tiers(["hot", "0d"], ["cool", "35d"], ["cold", "125d"]), []);
  });

  it("more copies than receivers, and shards without a second store", () => {
    const receive = { replicas: 2, replicationFactor: 3, retention: "7d", volume: "640GiB" } as const;
    assert.deepEqual(keysWith({ longTerm: { ...longTerm, receive } }), [
      "longTerm.receive.replicationFactor",
    ]);
    const store = { ...longTerm.store, shards: 2 };
    assert.ok(keysWith({ longTerm: { ...longTerm, store } }).includes("components.thanos-store.replicas"));
  });

  it("a relabelling that writes the replica label", () => {
    const relabelled = { ...job, relabel: [{ targetLabel: trade.replicaLabel, replacement: "x" }] };
    assert.deepEqual(keysWith({ jobs: [relabelled, ...jobs.slice(1)] }), [`jobs[${job.name}].relabel`]);
  });
});

describe("checking a layout finds", () => {
  const instance = (name: string, port: number, more: Partial<Instance> = {}): Instance => ({
    ...{
      name,
      component: "prometheus",
      member: 1,
      address: "127.0.0.1",
      ports: { http: port },
      machine: "one",
    },
    ...more,
  });
  const keysOf = (instances: readonly Instance[], edge: Layout["edge"] = {}): string[] =>
    checkLayout(trade, {
      directories: { root: "/stack", separator: "/" },
      instances: instances.map((each) => ({ standsFor: "a watched process", ...each })),
      ...{ edge, edgeAddress: "127.0.0.1", edgeHost: "localhost" },
      users: { human: "operator", scrape: "scrape", reload: "reload" },
    }).map(({ key }) => key);

  it("two instances on one port of one address", () => {
    assert.deepEqual(keysOf([instance("a", 9090), instance("b", 9090)]), ["layout.b (http)"]);
  });
  it("no clash on two addresses or two machines", () => {
    assert.deepEqual(keysOf([instance("a", 9090), instance("b", 9090, { address: "127.0.0.2" })]), []);
    assert.deepEqual(keysOf([instance("a", 9090), instance("b", 9090, { machine: "two" })]), []);
  });
  it("what is bound to every address clashing with one of them", () => {
    assert.deepEqual(keysOf([instance("a", 9090, { address: "0.0.0.0" }), instance("b", 9090)]), [
      "layout.b (http)",
    ]);
  });
  it("an edge that binds the port of its own backend", () => {
    const proxy = instance("haproxy", 8404, { component: "haproxy" });
    assert.deepEqual(keysOf([instance("a", 9090), proxy], { query: 9090 }), ["layout.edge (query)"]);
  });
  it("one name twice, and a port that is none", () => {
    assert.deepEqual(keysOf([instance("a", 9090), instance("a", 70_000)]), ["layout.a", "layout.a (http)"]);
  });
});

describe("matchers", () => {
  const read = (...texts: string[]): Matcher[] =>
    texts.map((text) => {
      const matcher = parseMatcher(text);
      assert.ok(matcher, text);
      return matcher;
    });

  it("are read as Alertmanager does", () => {
    assert.deepEqual(parseMatcher('a!~"x|y"'), { label: "a", operator: "!~", value: "x|y" });
    assert.deepEqual(parseMatcher("a = b"), { label: "a", operator: "=", value: "b" });
    for (const wrong of ["a", 'a=="b"', 'a=~"("', '="b"', "a=b c"])
      assert.equal(parseMatcher(wrong), undefined, wrong);
  });

  it("contradict each other only where no value satisfies both", () => {
    assert.equal(contradictory(read('a="x"', 'a="y"')), true);
    assert.equal(contradictory(read('a="x"', 'a!="x"')), true);
    assert.equal(contradictory(read('a=~"x|y"', 'a=~"z"')), true);
    assert.equal(contradictory(read('a=~"x|y"', 'a="y"')), false);
    assert.equal(contradictory(read('a=~"x.*"', 'a=~"y.*"')), false);
    assert.equal(contradictory(read('a="x"', 'b="y"')), false);
  });

  it("imply wider ones only where every value passes", () => {
    assert.equal(implies(read('a="x"', 'b="y"'), read('a=~"x|z"')), true);
    assert.equal(implies(read('a="x"'), read('a!="y"')), true);
    assert.equal(implies(read('a=~"x|y"'), read('a=~"x|y|z"')), true);
    assert.equal(implies(read('a=~"x|y"'), read('a="x"')), false);
    assert.equal(implies(read('a="x"'), read('b="x"')), false);
    assert.equal(implies(read('a="x"'), []), true);
  });
});

describe("extending a system", () => {
  const changesOf = (config: Record<string, unknown>) =>
    parseConfig(
      Object.fromEntries(
        Object.entries(config).map(([key, value]) => [
          `vigil:${key}`,
          typeof value === "string" ? value : JSON.stringify(value),
        ]),
      ),
    ).changes;

  it("by nothing changes nothing", () => {
    assert.deepEqual(extendSystem(trade, changesOf({})), trade);
  });

  it("leaves the original as it was", () => {
    const before = structuredClone(trade);
    extendSystem(
      trade,
      changesOf({ targets: { redis: [{ address: "r5:6379" }] }, externalLabels: { site: "a" } }),
    );
    assert.deepEqual(trade, before);
  });

  it("adds targets, overrides retention and bucket, and sizes both places of a volume", () => {
    const system = extendSystem(
      trade,
      changesOf({
        targets: { redis: [{ address: "r5:6379" }] },
        retention: { time: "20d", objects: { raw: "31d" } },
        bucket: "mine",
        sizing: { "thanos-compactor": { volume: "96GiB" } },
      }),
    );
    const redis = system.jobs.find(({ name }) => name === "redis")?.discovery;
    assert.deepEqual(redis?.kind === "static" && redis.targets.at(-1), { address: "r5:6379", labels: {} });
    assert.deepEqual(system.retention.local, { ...trade.retention.local, time: "20d" });
    assert.deepEqual(system.retention.objects, { ...trade.retention.objects, raw: "31d" });
    assert.equal(system.longTerm.bucket.name, "mine");
    assert.equal(system.longTerm.compactor.volume, "96GiB");
    assert.equal(
      system.components.find(({ component }) => component === "thanos-compactor")?.volume,
      "96GiB",
    );
  });

  it("leads every alert to its runbook where they are published", () => {
    const system = extendSystem(
      systems.greenlang(parameters),
      changesOf({ runbookBase: "https://example.com/runbooks" }),
    );
    for (const evaluator of ["prometheus", "thanos-ruler"] as const) {
      const links = [...renderRules(system, evaluator).matchAll(/runbook_url: (\S+)/g)].map(
        ([, link]) => link,
      );
      assert.ok(links.length > 0, evaluator);
      for (const link of links) assert.match(link ?? "", /^https:\/\/example\.com\/runbooks\/\w+\.md$/);
    }
  });

  it("to remote write brings receivers, and back to sidecars takes them away", () => {
    const receiving = extendSystem(trade, changesOf({ longTerm: "receive" }));
    assert.equal(receiving.longTerm.receive?.replicationFactor, 3);
    assert.ok(receiving.longTerm.remoteWrite);
    assert.ok(receiving.components.some(({ component }) => component === "thanos-receive"));
    const uploading = extendSystem(systems.oversight(parameters), changesOf({ longTerm: "sidecar" }));
    assert.equal(uploading.longTerm.receive, undefined);
    assert.equal(uploading.longTerm.remoteWrite, undefined);
    assert.ok(uploading.components.some(({ component }) => component === "thanos-sidecar"));
  });

  it("declares the secrets that additions refer to", () => {
    const { secrets } = extendSystem(
      trade,
      changesOf({ receivers: [{ name: "chat", kind: "webhook", urlSecret: "chat-url" }] }),
    );
    assert.deepEqual(secrets.at(-1), { name: "chat-url", about: "receiver chat", generated: false });
  });

  it("puts the stack's routes first, since the first that matches takes the alert", () => {
    const route = { receiver: "webhook", matchers: ['severity="info"'] };
    const { root } = extendSystem(trade, changesOf({ routes: [route] })).notifications;
    assert.deepEqual(root.routes?.[0], route);
  });
});

describe("findings", () => {
  it("are one line each, sorted, each once", () => {
    const finding = (key: string) => ({ key, message: "two\nlines", mend: "mend it" });
    assert.throws(
      () => {
        assertDeployable([finding("b"), finding("a"), finding("b")]);
      },
      { message: "a: two lines; mend it\nb: two lines; mend it" },
    );
    assertDeployable([]);
  });

  it("suggest a near name and no far one", () => {
    assert.equal(nearestName("prometeus", ["thanos-query", "prometheus"]), "prometheus");
    assert.equal(nearestName("colour", ["alerts", "bucket"]), undefined);
  });
});
