import assert from "node:assert/strict";
import { valuesIn } from "../../monitoring/machineFiles.ts";
import type { MachineStep } from "../../monitoring/machines.ts";
import { missingWindowsBuilds, windowsSteps } from "../../monitoring/windows/steps.ts";
import { cloudMachines, desktop, givenDownloads, step, windowsStack } from "../windowsMachines.ts";

describe("the steps of Windows machines", () => {
  const { steps, plan, layout } = windowsStack();

  it("are one for each machine and one for each of its services, each after those that it needs", () => {
    const known = new Set(steps.map(({ name }) => name));
    assert.equal(known.size, steps.length);
    assert.equal(steps.filter(({ machine }) => machine === "node-1").length, 9);
    for (const { name, machine, after } of steps) {
      if (!name.endsWith("-base")) assert.ok(after.includes(`${machine}-base`), name);
      const here = after.filter((other) => other.startsWith("node-"));
      assert.deepEqual(
        here.filter((other) => !known.has(other)),
        [],
        name,
      );
    }
  });

  it("change one side of the pair after the other, its sidecar with it", () => {
    const second = step(steps, "node-2-prometheus-2").after;
    assert.ok(second.includes("node-1-prometheus-1") && second.includes("node-1-thanos-sidecar-1"));
    assert.ok(step(steps, "node-2-alertmanager-2").after.includes("node-1-alertmanager-1"));
  });

  it("ask for exactly the values that their files name and their checks need, and nothing to take away", () => {
    const own = step(steps, "node-1-redis-exporter-1");
    assert.deepEqual(own.values, [
      "secret:redis-password",
      "tls:ca.crt",
      "tls:redis-exporter-1.crt",
      "tls:redis-exporter-1.key",
    ]);
    for (const { name, install, remove, values } of steps) {
      assert.deepEqual(
        valuesIn([install]).filter((value) => !values.includes(value)),
        [],
        name,
      );
      assert.ok(!remove.includes("Get-VigilValue"), name);
    }
  });

  it("are the same bytes for the same stack", () => {
    assert.deepEqual(windowsStack().steps, steps);
  });

  it("differ only where a changed port is used", () => {
    const moved = windowsStack({ ports: { "prometheus.http": 9095 } });
    assert.deepEqual(changed(steps, moved.steps), [
      "node-1-prometheus-1",
      "node-1-thanos-sidecar-1",
      "node-2-prometheus-2",
      "node-2-thanos-sidecar-2",
    ]);
    const rule = /'Port' = 9095/;
    assert.match(step(moved.steps, "node-1-prometheus-1").install, rule);
    assert.doesNotMatch(moved.steps.map(({ install }) => install).join(), /:9090\b/);
  });

  it("start Prometheus with a wrapper of choice that gives it time to stop, and windows_exporter with none", () => {
    const prometheus = (wrapper: "winsw" | "nssm" | "shawl"): string =>
      step(windowsStack({ wrapper }).steps, "node-1-prometheus-1").install;
    assert.match(prometheus("winsw"), /<stoptimeout>60 sec<\/stoptimeout>/);
    assert.match(prometheus("nssm"), /'Name' = 'AppStopMethodConsole'\n'Value' = 60000/);
    assert.match(
      prometheus("shawl"),
      /'CommandLine' = '\S+shawl\.exe run --name \S+ --no-restart --stop-timeout 60000 /,
    );
    const exporter = step(steps, "node-1-windows-exporter-1").install;
    assert.match(
      exporter,
      /'CommandLine' = '\S+windows_exporter\.exe --web\.listen-address=10\.20\.0\.11:9182 /,
    );
  });

  it("have windows_exporter tell of the clock, which it does not by itself", () => {
    assert.match(
      step(steps, "node-1-windows-exporter-1").install,
      /'CommandLine' = '\S+windows_exporter\.exe .*--collectors\.enabled=\[defaults\],time /,
    );
  });

  it("let in named peers to a program's port, and nobody on a PC that is all of the stack", () => {
    const rules = step(steps, "node-1-thanos-sidecar-1").install;
    assert.match(
      rules,
      /'Description' = 'tcp 10\.20\.0\.11:10901 from 10\.20\.0\.21, 10\.20\.0\.22 for thanos-1\.2\.3-00000000'/,
    );
    const alone = windowsStack({ machines: desktop }).steps;
    assert.ok(
      alone.every(({ name, install }) => name.endsWith("-base") || install.includes("'Rules' = @()")),
    );
  });

  it("know a service's secrets, certificates and data by its account alone, but for a sidecar's Prometheus", () => {
    const folders = /'Folders' = @\(\n([^]*?)\n\)\n'Files'/.exec(
      step(steps, "node-1-thanos-sidecar-1").install,
    )?.[1];
    assert.match(
      folders ?? "",
      /config\\thanos-sidecar-1'\n'Accounts' = @\(\n'NT SERVICE\\vigil-trade-prod-thanos-sidecar-1'\n\)\n'Rights' = 'RX'/,
    );
    assert.match(folders ?? "", /data\\prometheus-1'\n[^]*'Rights' = 'M'/);
  });

  it("keep data when a service goes, unless it is to go too", () => {
    const kept = step(steps, "node-1-prometheus-1").remove;
    assert.match(kept, /its data stays in C:\\Prometheus\\data\\prometheus-1/);
    assert.doesNotMatch(/'Gone' = @\(([^)]*)\)/.exec(kept)?.[1] ?? "", /\\data\\/);
    const purged = step(windowsStack({ keepData: false }).steps, "node-1-prometheus-1").remove;
    assert.match(/'Gone' = @\(([^)]*)\)/.exec(purged)?.[1] ?? "", /C:\\Prometheus\\data\\prometheus-1'/);
  });

  it("make a second deployment of another name, folder and ports that meets the first nowhere", () => {
    const second = windowsStack({
      stack: "trade-two",
      directory: "D:\\Second",
      ports: { "grafana.http": 3001 },
    });
    const all = second.steps.map(({ install, remove }) => install + remove).join("\n");
    assert.doesNotMatch(all, /C:\\(?:Prometheus|Grafana)|trade-prod/);
    assert.match(step(second.steps, "node-1-grafana").install, /http_port = 3001/);
  });

  it("give Grafana its Prometheus, each Redis, and ClickHouse with the system's database", () => {
    const { install } = step(steps, "node-1-grafana");
    for (const part of [
      /type: prometheus\n/,
      /url: redis:\/\/redis-trade-state:6379\n/,
      /url: redis:\/\/redis-result-stream:6382\n/,
      /defaultDatabase: trade_system\n[^]*type: grafana-clickhouse-datasource\n/,
    ])
      assert.match(install, part);
    assert.doesNotMatch(install, /defaults\.ini/);
  });

  it("hand the exporter the password of the Redis instances as JSON, whatever is in it", () => {
    const { install } = step(steps, "node-1-redis-exporter-1");
    assert.match(
      install,
      /"redis:\/\/redis-signal-stream:6381": "\{\{secret:redis-password\}\}"[^]*\n'Json' = \$true/,
    );
  });

  it("put Grafana's plugins where it looks for them", () => {
    const plugin = {
      id: "grafana-clickhouse-datasource",
      url: "https://builds.example/p.zip",
      sha256: "e".repeat(64),
    };
    const { install } = step(windowsStack({ grafanaPlugins: [plugin] }).steps, "node-1-grafana");
    assert.match(install, /'Folder' = 'C:\\Grafana\\data\\grafana\\plugins\\grafana-clickhouse-datasource'/);
  });

  it("say at preview by name which build nobody has vouched for, and where its hash is found", () => {
    const found = missingWindowsBuilds(plan, layout, { machines: cloudMachines });
    assert.deepEqual(
      found.map(({ key }) => key).sort(),
      ["alertmanager", "blackbox_exporter", "redis_exporter", "thanos"].map(
        (name) => `vigil:machines.downloads.${name}`,
      ),
    );
    assert.ok(
      found.every(({ mend }) =>
        /^give url https:\S+ and the sha256 that the release's sha256sums.txt/.test(mend),
      ),
    );
    assert.deepEqual(
      missingWindowsBuilds(plan, layout, { machines: cloudMachines, downloads: givenDownloads }),
      [],
    );
    assert.throws(
      () => windowsSteps(plan, layout, { stack: "s", machines: cloudMachines, flows: [], networks: {} }),
      /vigil:machines\.downloads\.\w+: no published SHA-256/,
    );
  });

  it("refuse a build that is no archive, and a folder with a percent sign", () => {
    const downloads = {
      ...givenDownloads,
      prometheus: { url: "https://a.example/p.msi", sha256: "a".repeat(64) },
    };
    assert.match(
      missingWindowsBuilds(plan, layout, { machines: cloudMachines, downloads })
        .map(({ message }) => message)
        .join(),
      /got https:\/\/a\.example\/p\.msi, expected a \.zip, \.tar\.gz or \.exe/,
    );
    assert.throws(
      () => windowsStack({ directory: "C:\\100%" }),
      /% and control characters do not reach a Windows service/,
    );
  });
});

function changed(before: readonly MachineStep[], after: readonly MachineStep[]): string[] {
  return after
    .filter(({ name, install }) => before.find((one) => one.name === name)?.install !== install)
    .map(({ name }) => name)
    .sort();
}
