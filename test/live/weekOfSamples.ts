/** A week of samples in a real Prometheus that answers only clients with a certificate. */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Toolchain } from "../../tools/toolchain.ts";
import { freePorts, start, until, type Server } from "../rendered/servers.ts";

const run = promisify(execFile);
const minute = 60;
const week = 7 * 24 * 60 * minute;

/** When samples of a series are there, in seconds from the whole minute that is now, and their values. */
interface Samples {
  readonly from: number;
  readonly to: number;
  readonly value: (at: number) => number;
  /** @default a minute */
  readonly every?: number;
}

/** Present at one minute after another, as an alert that fires. */
const present = (daysAgo: number, minutes: number): Samples => {
  const from = -daysAgo * 24 * 60 * minute;
  return { from, to: from + (minutes - 1) * minute, value: () => 1 };
};
const always = (value: (at: number) => number): Samples => ({ from: -week - 600, to: 600, value, every: 30 });
const alert = (name: string, severity: string, state: string, instance: string): string =>
  `ALERTS{alertname="${name}",severity="${severity}",alertstate="${state}",instance="${instance}",job="api"}`;

/**
 * Slow (critical) fires twice, 60 and 30 minutes; Full (warning) on two disks, 10 minutes each; Slow is pending once more; the
 * Watchdog fires all week. A tenth of the scrapes of `api` fail, and one request in a thousand.
 */
const series: readonly (readonly [name: string, samples: Samples])[] = [
  [alert("Slow", "critical", "firing", "a"), present(3, 60)],
  [alert("Slow", "critical", "firing", "a"), present(1, 30)],
  [alert("Slow", "critical", "pending", "a"), present(2, 20)],
  [alert("Full", "warning", "firing", "a"), present(2, 10)],
  [alert("Full", "warning", "firing", "b"), present(2, 10)],
  [alert("Watchdog", "info", "firing", "a"), { from: -week, to: 0, value: () => 1 }],
  ['up{job="redis",instance="r"}', { from: -week - 600, to: 600, value: () => 1 }],
  [
    'up{job="api",instance="a"}',
    { from: -week - 600, to: 600, value: (at) => (at > -2_018 * minute && at <= -1_010 * minute ? 0 : 1) },
  ],
  ['kong_http_requests_total{code="200"}', always((at) => (999 * (at + week + 600)) / 30)],
  ['kong_http_requests_total{code="503"}', always((at) => (at + week + 600) / 30)],
  ['prometheus_tsdb_head_series{instance="p1"}', always((at) => (at < -week / 2 ? 1_000 : 1_500))],
  ['prometheus_tsdb_head_series{instance="p2"}', always(() => 900)],
  ["prometheus_tsdb_storage_blocks_bytes", always((at) => (at < -week / 2 ? 1 : 3) * 2 ** 30)],
];

/** Starts it; certificates `server` and the authority are in the directory. @returns the address, and the process to stop */
export async function startWithWeek(
  tools: Toolchain,
  directory: string,
): Promise<{ readonly url: string; readonly server: Server }> {
  const [port = 0] = await freePorts(1);
  const samples = join(directory, "week.txt");
  const web = join(directory, "web.json");
  const config = join(directory, "prometheus.yml");
  const tls = {
    cert_file: join(directory, "server.crt"),
    key_file: join(directory, "server.key"),
    client_auth_type: "RequireAndVerifyClientCert",
    client_ca_file: join(directory, "ca.crt"),
  };
  await writeFile(samples, openMetrics(Math.floor(Date.now() / 60_000) * 60));
  await writeFile(web, JSON.stringify({ tls_server_config: tls }));
  await writeFile(config, "{}");
  const blocks = ["tsdb", "create-blocks-from", "--max-block-duration=200h", "openmetrics"];
  await run(tools.path("promtool"), [...blocks, "--quiet", samples, join(directory, "data")]);
  const server = start("prometheus", tools.path("prometheus"), [
    `--config.file=${config}`,
    `--web.config.file=${web}`,
    `--web.listen-address=127.0.0.1:${port}`,
    `--storage.tsdb.path=${join(directory, "data")}`,
    // An alert that ends leaves a mark of its end, which samples of a file cannot carry: none counts beyond its minute.
    "--query.lookback-delta=59s",
  ]);
  await until(
    "Prometheus listens",
    60,
    () => Promise.resolve(server.log().includes("Server is ready") || server.log().slice(-200)),
    [server],
  );
  return { url: `https://localhost:${port}`, server };
}

/** The series in OpenMetrics' text, each with its times. */
function openMetrics(now: number): string {
  const lines = series.flatMap(([name, { from, to, value, every = minute }]) =>
    Array.from({ length: Math.floor((to - from) / every) + 1 }, (_, index) => {
      const at = from + index * every;
      return `${name} ${value(at)} ${now + at}`;
    }),
  );
  return `${lines.join("\n")}\n# EOF\n`;
}
