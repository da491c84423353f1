/** Windows builds under Wine, with the arguments and files that a Windows machine gets. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:https";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import bcrypt from "bcryptjs";
import { issueCertificates } from "../../components/local/authority.ts";
import type { Service } from "../../monitoring/hosts.ts";
import { machineFiles } from "../../monitoring/machineFiles.ts";
import { definePin, pinOf } from "../../tools/pins.ts";
import { freePorts, get, stop, until, type Server } from "../rendered/servers.ts";
import { desktop, step, windowsStack, type WindowsStack } from "../windowsMachines.ts";
import { noWine, windowsBuild, Wine } from "./wine.ts";

const passwords = {
  human: 'a "quoted" pass\'word$ %PATH% `x`',
  scrape: "scrape-password",
  reload: "reload-password",
};

const windowsExporterPin = definePin(
  "windows_exporter",
  {
    version: "0.31.8",
    provides: ["windows_exporter"],
    checks: [{ run: ["windows_exporter", "--version"], prints: "windows_exporter" }],
    accept: { atLeast: "0.31.8" },
    build: {
      module: "go/windows_exporter",
      packages: ["github.com/prometheus-community/windows_exporter/cmd/windows_exporter"],
    },
  },
  join(import.meta.dirname, "../../tools"),
);

describe("Windows programs", function () {
  this.timeout(120_000);
  const certificates = mkdtempSync(join(tmpdir(), "vigil-tls-"));
  const running: Server[] = [];
  let wine: Wine | undefined;
  let stack: WindowsStack;
  let ca: string;

  before(async function () {
    const why = noWine();
    if (why !== undefined) {
      console.log(`    Windows programs are skipped: ${why}`);
      return this.skip();
    }
    this.timeout(1_800_000);
    const [http = 0, sidecar = 0, exporter = 0] = await freePorts(3);
    stack = windowsStack({
      machines: desktop,
      ports: { "prometheus.http": http, "thanos-sidecar.http": sidecar, "windows-exporter.http": exporter },
    });
    ca = await issueCertificates(certificates, "trade", stack.plan.certificates, false);
    const builds = [
      await windowsBuild(pinOf("prometheus"), "prometheus"),
      await windowsBuild(windowsExporterPin, "windows_exporter"),
    ];
    wine = await Wine.start();
    for (const [index, name] of ["prometheus", "windows_exporter"].entries())
      wine.copy(builds[index] ?? "", `C:\\Prometheus\\${name}.exe`);
  });

  after(async () => {
    await stop(running);
    wine?.stop();
    rmSync(certificates, { recursive: true, force: true });
  });

  const machine = (): Wine => {
    assert.ok(wine);
    return wine;
  };

  const service = (name: string): Service => {
    const found = stack.plan.services.find((candidate) => candidate.name === name);
    assert.ok(found);
    return found;
  };

  /** Writes what the step of a service writes on its machine, with other texts where they are given. */
  const write = (name: string, changed: Readonly<Record<string, (text: string) => string>> = {}): void => {
    const instance = stack.layout.instances.find((candidate) => candidate.name === name);
    for (const { path, content } of machineFiles(
      service(name),
      instance?.directories ?? stack.layout.directories,
    )) {
      const change = changed[path.split("\\").at(-1) ?? ""] ?? ((text: string) => text);
      machine().write(path, change(filled(content, certificates)));
    }
  };

  const healthUrl = (name: string): string => {
    const { health } = service(name);
    assert.ok(health.kind === "http");
    return health.url;
  };

  describe("Prometheus", () => {
    let prometheus: Server;
    const as = (user: keyof typeof passwords): { ca: string; auth: string; servername: string } => ({
      ca,
      auth: `${user === "human" ? "admin" : user}:${passwords[user]}`,
      servername: "prometheus-1",
    });
    const origin = (): string => new URL(healthUrl("prometheus-1")).origin;

    it("starts with a Windows machine's arguments and files, and is ready over TLS for who knows a password", async () => {
      write("prometheus-1");
      prometheus = machine().start(
        "prometheus",
        "C:\\Prometheus\\prometheus.exe",
        service("prometheus-1").arguments,
      );
      running.push(prometheus);
      await until(
        "prometheus is ready",
        60,
        async () => {
          const { status } = await get(healthUrl("prometheus-1"), as("scrape"));
          return status === 200 || String(status);
        },
        running,
      );
      assert.equal((await get(healthUrl("prometheus-1"), as("human"))).status, 200);
      assert.equal((await get(healthUrl("prometheus-1"), { ca, servername: "prometheus-1" })).status, 401);
      assert.equal(
        (await get(healthUrl("prometheus-1"), { ...as("human"), auth: "admin:wrong" })).status,
        401,
      );
    });

    it("finds a new target by itself", async () => {
      write("prometheus-1", { "targets.yml": (text) => text.replaceAll("backend:8000", "backend:8001") });
      await until(
        "the new target is known",
        30,
        async () => {
          const { body } = await get(`${origin()}/api/v1/targets?state=active`, as("scrape"));
          return (
            body.includes("https://backend:8001") ||
            body.includes("http://backend:8001") ||
            body.slice(0, 200)
          );
        },
        running,
      );
    });

    it("takes a new rule when it is told to, by the reload user", async () => {
      write("prometheus-1", {
        "rules.yml": (text) => text.replaceAll("alert: HighMemoryUsage", "alert: HighMemoryUsageToo"),
      });
      const { reload } = service("prometheus-1");
      assert.ok(reload.kind === "http");
      assert.equal(await post(reload.url, as("reload")), 200);
      const { body } = await get(`${origin()}/api/v1/rules`, as("scrape"));
      assert.match(body, /"HighMemoryUsageToo"/);
    });

    it("refuses a configuration that is wrong and runs on", async () => {
      write("prometheus-1", { "rules.yml": () => "groups: [{ nonsense: 1 }]\n" });
      const { reload } = service("prometheus-1");
      assert.ok(reload.kind === "http");
      assert.equal(await post(reload.url, as("reload")), 500);
      assert.equal((await get(healthUrl("prometheus-1"), as("scrape"))).status, 200);
    });

    it("ends politely, its data whole", async () => {
      const ended = once(prometheus.child, "exit");
      prometheus.child.kill("SIGINT");
      await ended;
      assert.match(prometheus.log(), /See you next time!/);
    });
  });

  // Wine 8 has no mi.dll, without which windows_exporter collects nothing and ends; its command line can be proven.
  describe("windows_exporter", () => {
    const name = "vigil-trade-prod-windows-exporter";

    it("knows every flag of a Windows machine", async () => {
      const flags = service("windows-exporter").arguments;
      const { code, said } = await machine().run("C:\\Prometheus\\windows_exporter.exe", [
        ...flags,
        "--version",
      ]);
      assert.equal(code, 0, said);
      const wrong = await machine().run("C:\\Prometheus\\windows_exporter.exe", [
        ...flags,
        "--nonsense",
        "--version",
      ]);
      assert.notEqual(wrong.code, 0);
    });

    it("is registered by the command line of its step, with what follows a failure", async () => {
      const { install } = step(stack.steps, "desktop-windows-exporter");
      const line = /'CommandLine' = '([^']+)'/.exec(install)?.[1] ?? "";
      const actions = /'actions=', '([^']+)'/.exec(install)?.[1] ?? "";
      // Wine's service manager goes with the last program and comes with the next, which it may keep waiting.
      const sc = async (...words: string[]): Promise<void> =>
        until(`sc.exe ${words[0] ?? ""}`, 60, async () => {
          const { code, said } = await machine().run("sc.exe", words);
          return code === 0 || `exit code ${String(code)} ${said}`;
        });
      await sc("create", name, "binPath=", line, "start=", "auto");
      await sc("failure", name, "reset=", "86400", "actions=", actions);
      const key = `HKLM\\SYSTEM\\CurrentControlSet\\Services\\${name}`;
      const registered = await machine().run("reg", ["query", key, "/v", "ImagePath"]);
      assert.ok(registered.said.includes(line), registered.said);
    });
  });
});

/** As the machine fills a file in, except for JSON. */
function filled(content: string, certificates: string): string {
  return content.replaceAll(/\{\{(secret|bcrypt|tls):([\w.-]+)\}\}/g, (_, kind: string, name: string) => {
    if (kind === "tls") return readFileSync(join(certificates, name), "utf8");
    const password = (passwords as Readonly<Record<string, string>>)[name] ?? `value of ${name}`;
    return kind === "bcrypt" ? bcrypt.hashSync(password, 10) : password;
  });
}

async function post(url: string, caller: { ca: string; auth: string; servername: string }): Promise<number> {
  const sent = request(url, { ...caller, method: "POST" });
  sent.end();
  const [answer] = (await once(sent, "response")) as [{ statusCode: number; resume: () => void }];
  answer.resume();
  return answer.statusCode;
}
