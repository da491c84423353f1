import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { issueCertificates } from "../../components/local/authority.ts";
import { renderHaproxy, type HaproxyOptions } from "../../monitoring/haproxy.ts";
import { contentSecurityPolicy, renderHomePage } from "../../monitoring/homePage.ts";
import type { Layout } from "../../monitoring/hosts.ts";
import { localLayout } from "../../monitoring/localLayout.ts";
import type { Component, System } from "../../monitoring/model.ts";
import { systems } from "../../systems/index.ts";
import { ensureTools } from "../../tools/toolchain.ts";
import { edgeLayout, edgeSystem } from "./edgeLayout.ts";

const options: HaproxyOptions = {
  certificateFile: "/tls/edge.pem",
  certificateAuthorityFile: "/tls/ca.crt",
  homePageFile: "/edge/home.html",
  statsSocket: "/run/edge.sock",
  queryListener: { address: "127.0.0.1", port: 10_999 },
  maxConnections: 500,
};

describe("haproxy.cfg", () => {
  it("is the same for the same input", () => {
    assert.equal(renderHaproxy(edgeSystem, layout(), options), renderHaproxy(edgeSystem, layout(), options));
  });

  it("serves one Prometheus and keeps the other as spare", () => {
    const lines = section("backend be_prometheus");
    assert.ok(lines.includes("balance first"));
    const servers = lines.filter((line) => line.startsWith("server "));
    assert.deepEqual(
      servers.map((line) => line.split(" ")[1]),
      ["prometheus-1", "prometheus-2"],
    );
  });

  it("verifies the name and the authority of every server", () => {
    const text = renderHaproxy(edgeSystem, layout(), options);
    assert.match(text, /default-server ssl verify required ca-file \/tls\/ca\.crt/);
    for (const [line, name = ""] of text.matchAll(/^ +server (\S+) .*$/gm)) {
      const certified = name.replace(/-incomplete$/, "");
      assert.match(line, new RegExp(`sni str\\(${certified}\\) verifyhost ${certified} check`));
    }
  });

  it("listens at the edge's address only, by TLS only", () => {
    const binds = [...renderHaproxy(edgeSystem, layout(), options).matchAll(/^ +bind (.*)$/gm)];
    assert.equal(binds.length, 8);
    for (const [, bind] of binds)
      assert.match(String(bind), /^127\.0\.0\.1:\d+ ssl crt \/tls\/edge\.pem alpn/);
  });

  it("sends its own credentials with health checks and the readiness probe only, and never to Grafana", () => {
    const lines = renderHaproxy(edgeSystem, layout(), options).split("\n");
    for (const line of lines.filter((candidate) => candidate.includes("{{basic:")))
      assert.match(
        line,
        /http-check send .*\{\{basic:(?:human|scrape)\}\}"$|\{\{basic:scrape\}\}" if \{ path \/-\/ready \}$/,
      );
    assert.doesNotMatch(section("backend be_grafana").join("\n"), /basic:/);
  });

  it("limits Grafana to 32 connections and asks for its health", () => {
    const text = section("backend be_grafana").join("\n");
    assert.match(text, /uri \/api\/health /);
    assert.match(text, /server grafana-1 .* maxconn 32$/m);
  });

  it("leaves out what the layout does not have", () => {
    const text = renderHaproxy(edgeSystem, layout("grafana", "pushgateway"), options);
    assert.doesNotMatch(text, /grafana|pushgateway/);
  });

  it("says which instance is missing", () => {
    assert.throws(() => renderHaproxy(edgeSystem, layout("haproxy"), options), {
      message: /^layout\.instances: haproxy 1 with a port "http" is missing/,
    });
  });

  it("refuses a socket path that a UNIX address cannot hold", () => {
    assert.throws(
      () => renderHaproxy(edgeSystem, layout(), { ...options, statsSocket: `/${"x".repeat(97)}` }),
      {
        message: /has 98 characters, expected at most 97/,
      },
    );
  });

  for (const [absent, about] of [
    [[], "a whole stack"],
    [["grafana", "pushgateway"], "a stack without Grafana and PushGateway"],
    [["thanos-query-frontend"], "a stack without query-frontend"],
    [
      ["thanos-query", "thanos-query-frontend", "thanos-store", "thanos-ruler", "alertmanager"],
      "Prometheus alone",
    ],
  ] as const)
    it(`is valid to HAProxy for ${about}`, async function () {
      this.timeout(60_000);
      await check(layout(...absent));
    });

  // On Kubernetes the ingress controller writes its own file.
  const onHosts = Object.values(systems)
    .map((system) => system({ environment: "dev", region: "local", layout: "desktop" }))
    .filter(({ platforms }) => platforms.includes("local"));
  for (const system of onHosts)
    it(`is valid to HAProxy for ${system.name} on this machine`, async function () {
      this.timeout(60_000);
      await check(localLayout(system, onThisMachine), system);
    });
});

describe("the home page", () => {
  it("links the interfaces that are there", () => {
    const page = renderHomePage(edgeSystem, layout("grafana"), { grafana: false });
    assert.match(page, /<a href="https:\/\/localhost:\d+\/">Query<\/a>/);
    assert.doesNotMatch(page, />Grafana<\/a>/);
    assert.match(page, /Grafana is not part of this stack/);
  });

  it("links Prometheus only when it was built with its web UI", () => {
    const link = /<a href="[^"]+">Prometheus<\/a>/;
    assert.doesNotMatch(renderHomePage(edgeSystem, layout(), { grafana: true }), link);
    assert.match(
      renderHomePage(edgeSystem, layout(), { grafana: true, prometheusUserInterface: true }),
      link,
    );
  });

  it("loads nothing from elsewhere and fits HAProxy's buffer", () => {
    const page = renderHomePage(edgeSystem, layout(), { grafana: true });
    assert.doesNotMatch(page, /\ssrc=|<link|@import|url\(/);
    assert.ok(Buffer.byteLength(page) < 32_768 - 1_024 - contentSecurityPolicy.length - 512);
  });

  it("escapes what a system calls itself", () => {
    const page = renderHomePage({ ...edgeSystem, title: '<b>"&' }, layout(), { grafana: true });
    assert.match(page, /<h1>&lt;b&gt;&quot;&amp;<\/h1>/);
  });
});

const onThisMachine = {
  root: "/srv/vigil",
  address: "127.0.0.1",
  portBase: 20_000,
  demo: true,
  grafana: true,
  human: "admin",
};

const edgeCertificate = {
  name: "edge",
  commonName: "edge",
  dnsNames: ["localhost"],
  addresses: ["127.0.0.1"],
  usage: ["server"],
} as const;

function layout(...absent: readonly Component[]): Layout {
  let port = 10_000;
  const whole = edgeLayout(() => port++);
  return { ...whole, instances: whole.instances.filter(({ component }) => !absent.includes(component)) };
}

function section(title: string): readonly string[] {
  const sections = renderHaproxy(edgeSystem, layout(), options).split("\n\n");
  const [, ...lines] = (sections.find((text) => text.startsWith(`${title}\n`)) ?? "").split("\n");
  assert.ok(lines.length > 0, title);
  return lines.map((line) => line.trim());
}

/** @throws with HAProxy's words when it finds an error or a warning. */
async function check(where: Layout, system: System = edgeSystem): Promise<void> {
  const tools = await ensureTools(["haproxy"]);
  const directory = await mkdtemp(join(tmpdir(), "edge-"));
  try {
    const configuration = join(directory, "haproxy.cfg");
    const homePageFile = join(directory, "home.html");
    const text = renderHaproxy(system, where, {
      ...options,
      homePageFile,
      certificateFile: join(directory, "edge.pem"),
      certificateAuthorityFile: join(directory, "ca.crt"),
    });
    await writeFile(homePageFile, renderHomePage(system, where, { grafana: true }));
    await issueCertificates(directory, "test", [edgeCertificate], false);
    await writeFile(configuration, text);
    // -dW: a warning is an error.
    await promisify(execFile)(tools.path("haproxy"), ["-c", "-q", "-dW", "-f", configuration]);
  } finally {
    await rm(directory, { recursive: true });
  }
}
