import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashSync } from "bcryptjs";
import { parse } from "yaml";
import type { PrometheusConfigOptions } from "../../monitoring/prometheus.ts";
import { renderRules } from "../../monitoring/rules.ts";
import { renderTargets } from "../../monitoring/targets.ts";
import { renderWebConfig } from "../../monitoring/webConfig.ts";
import { ensureTools, type Toolchain } from "../../tools/toolchain.ts";
import { check } from "./checkers.ts";
import { exampleLayout, exampleSystem, hostJobs, member } from "./fixtures.ts";
import { prepareFiles, writeAll } from "./prometheusFiles.ts";

describe("What prometheus.yml names", function () {
  let directory: string;
  let tools: Toolchain;
  let options: PrometheusConfigOptions;

  before(async function () {
    this.timeout(600_000);
    tools = await ensureTools(["prometheus"]);
    directory = await mkdtemp(join(tmpdir(), "vigil-prometheus-"));
    options = await prepareFiles(directory);
  });

  after(() => rm(directory, { recursive: true }));

  describe("targets.yml", () => {
    const groups = () => parse(renderTargets(exampleSystem(), exampleLayout())) as Group[];

    it("gives every job its own targets only", async () => {
      await writeAll(exampleSystem(), exampleLayout(), options);
      const found = await Promise.all(hostJobs.map(({ name }) => discovered(tools, directory, name)));
      for (const [index, { name }] of hostJobs.entries()) {
        const listed = groups().filter((group) => group.labels["__vigil_job__"] === name);
        assert.equal(found[index]?.length, listed.length, name);
      }
    });

    it("leaves the name of the job and nothing secret out of the series", async () => {
      const [target] = await discovered(tools, directory, "backend");
      const kept = Object.keys(target?.labels ?? {}).filter((name) => !name.startsWith("__"));
      assert.deepEqual(kept.sort(), ["instance", "job", "service"]);
    });

    it("takes the stack's own address for what the stack stands in for, under the declared name", async () => {
      const [target] = await discovered(tools, directory, "backend");
      assert.equal(target?.labels["instance"], "backend");
      const demo = groups().find((group) => group.labels["__vigil_job__"] === "backend");
      assert.deepEqual(demo?.targets, [`127.0.0.1:${member(exampleLayout(), "demo").ports["http"]}`]);
    });

    it("leaves the address of what the stack does not run", () => {
      const elsewhere = groups().find((group) => group.labels["instance"] === "redis-elsewhere");
      assert.deepEqual(elsewhere?.targets, ["redis-elsewhere:6380"]);
    });

    it("says the service of every target", () => {
      for (const group of groups().filter((one) => one.labels["__vigil_job__"] !== "federate"))
        assert.ok(group.labels["service"], group.targets.join());
    });
  });

  describe("rules.yml", () => {
    it("is accepted by promtool without a warning", async () => {
      await writeAll(exampleSystem(), exampleLayout(), options);
      const said = await check(
        tools.path("promtool"),
        "check",
        "rules",
        "--lint=all",
        "--lint-fatal",
        join(directory, "rules.yml"),
      );
      assert.match(said, /3 rules found/);
    });

    it("splits the groups between Prometheus and Thanos Ruler, of which the latter tolerates a missing store", () => {
      const [local, longTerm] = (["prometheus", "thanos-ruler"] as const).map(
        (evaluator) => parse(renderRules(exampleSystem(), evaluator)).groups,
      );
      assert.deepEqual(
        local.map((group: { name: string }) => group.name),
        ["orders", "orders-alerts"],
      );
      assert.deepEqual(
        longTerm.map((group: { name: string }) => group.name),
        ["slo"],
      );
      assert.equal(longTerm[0].partial_response_strategy, "warn");
      assert.equal(local[0].partial_response_strategy, undefined);
    });

    it("says of every alert how grave it is, what it means and where to read on", () => {
      const [alert] = parse(
        renderRules({ ...exampleSystem(), runbookBase: "https://example.com/runbooks" }, "thanos-ruler"),
      ).groups[0].rules;
      assert.equal(alert.labels.severity, "info");
      assert.equal(alert.keep_firing_for, "5s");
      assert.equal(alert.annotations.runbook_url, "https://example.com/runbooks/OrdersBudget.md");
      assert.match(alert.annotations.description, /\{\{ \$value \}\}/);
    });
  });

  describe("The web configuration", () => {
    const users = [
      { username: "admin", secret: "human" },
      { username: "scrape", secret: "scrape" },
    ];

    it("is accepted by promtool once the hashes are filled in", async () => {
      const text = renderWebConfig({
        certificateFile: options.clientCertificateFile,
        keyFile: options.clientKeyFile,
        clientCaFile: options.certificateAuthorityFile,
        users,
      });
      const filled = text.replace(/\{\{bcrypt:\w+\}\}/g, () => hashSync("a password", 10));
      assert.doesNotMatch(filled, /\{\{/);
      const path = join(directory, "web.yml");
      await writeFile(path, filled);
      assert.match(await check(tools.path("promtool"), "check", "web-config", path), /SUCCESS/);
    });

    it("holds no hash itself, speaks TLS from 1.2 on and knows each user by its own secret", () => {
      const rendered = parse(
        renderWebConfig({ certificateFile: "/tls/a.crt", keyFile: "/tls/a.key", users }),
      );
      assert.deepEqual(rendered.basic_auth_users, { admin: "{{bcrypt:human}}", scrape: "{{bcrypt:scrape}}" });
      assert.equal(rendered.tls_server_config.min_version, "TLS12");
    });

    it("cannot be made without a user", () => {
      assert.throws(
        () => renderWebConfig({ certificateFile: "/tls/a.crt", keyFile: "/tls/a.key", users: [] }),
        /no users/,
      );
    });
  });
});

interface Group {
  readonly targets: string[];
  readonly labels: Record<string, string>;
}

/** What a job scrapes after relabelling, by promtool. */
async function discovered(
  tools: Toolchain,
  directory: string,
  name: string,
): Promise<{ labels: Record<string, string> }[]> {
  const said = await check(
    tools.path("promtool"),
    "check",
    "service-discovery",
    "--timeout=1s",
    join(directory, "prometheus.yml"),
    name,
  );
  const all = JSON.parse(said) as { labels?: Record<string, string> }[];
  return all.flatMap(({ labels }) =>
    labels !== undefined && Object.keys(labels).length > 0 ? [{ labels }] : [],
  );
}
