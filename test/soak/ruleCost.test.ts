/** What a system's rules cost at the load that it plans for: a real Prometheus evaluates them over as many series, with full windows. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { parse, stringify } from "yaml";
import { plannedSeries, seriesName, type PlannedSeries } from "../../drills/plannedLoad.ts";
import type { System } from "../../monitoring/model.ts";
import { renderRules } from "../../monitoring/rules.ts";
import { systems } from "../../systems/index.ts";
import { ensureTools } from "../../tools/toolchain.ts";
import { freePorts, start, stop, until, type Server } from "../rendered/servers.ts";

const run = promisify(execFile);

/** Series of one scrape, as many as a large exporter has. */
const page = 5_000;
/** What the Prometheus says of itself: the planned series speak of others. */
const own = '{job="itself"}';
/** Share of a group's interval that all groups may take together, each of its own. */
const most = 0.2;

const planned: readonly System[] = [
  systems.trade({ environment: "production", region: "local", layout: "cluster" }),
  systems.oversight({ environment: "production", region: "eastus", layout: "cluster" }),
  systems.greenlang({ environment: "production", region: "us-east-1", layout: "cluster" }),
];

describe("The rules of a system at its planned load", function () {
  this.timeout(1_200_000);

  for (const system of planned)
    it(`take a fifth of their intervals at most: ${system.name}`, async () => {
      const directory = await mkdtemp(join(tmpdir(), "vigil-load-"));
      const series = plannedSeries(system);
      const exporter = await exporterOf([...series.values()].flat());
      let prometheus: Server | undefined;
      try {
        const cost = await measure(system, series, exporter, directory, (server) => (prometheus = server));
        console.log(
          `      ${system.name}: ${String(cost.series)} series, ${String(cost.rules)} rules in ${String(cost.groups)} groups, ` +
            `${(100 * cost.share).toFixed(1)} % of their intervals, the slowest group ${cost.slowest} ${(100 * cost.slowestShare).toFixed(1)} %`,
        );
        assert.equal(cost.failures, 0, "rules failed, and what fails costs nothing");
        assert.ok(cost.share <= most, `${(100 * cost.share).toFixed(1)} % of their intervals`);
      } finally {
        if (prometheus !== undefined) await stop([prometheus]);
        exporter.server.close();
        exporter.server.closeAllConnections();
        await rm(directory, { recursive: true, force: true });
      }
    });
});

interface Exporter {
  readonly server: HttpServer;
  /** `127.0.0.1:1234` */
  readonly address: string;
  /** Paths of its pages, with the interval of their series. */
  readonly pages: readonly { readonly path: string; readonly interval: number }[];
}

/** Serves what is scraped in pages of one interval each. */
async function exporterOf(all: readonly PlannedSeries[]): Promise<Exporter> {
  const texts: { text: string; interval: number }[] = [];
  for (const interval of new Set(all.map((one) => one.interval))) {
    const own = all.filter((one) => one.interval === interval && "job" in one.labels);
    for (let from = 0; from < own.length; from += page) {
      const lines = own.slice(from, from + page).map((one) => `${seriesName(one)} 1\n`);
      texts.push({ text: lines.join(""), interval });
    }
  }
  const server = createServer((request, response) => {
    response.writeHead(200, { "content-type": "text/plain; version=0.0.4" });
    response.end(texts[Number(request.url?.slice(1))]?.text ?? "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    server,
    address: `127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    pages: texts.map(({ interval }, index) => ({ path: `/${String(index)}`, interval })),
  };
}

interface Cost {
  readonly series: number;
  readonly rules: number;
  readonly groups: number;
  /** Sum over all groups of the time of an evaluation per interval. */
  readonly share: number;
  readonly slowest: string;
  readonly slowestShare: number;
  readonly failures: number;
}

async function measure(
  system: System,
  series: ReadonlyMap<string, readonly PlannedSeries[]>,
  exporter: Exporter,
  directory: string,
  started: (server: Server) => void,
): Promise<Cost> {
  const tools = await ensureTools(["prometheus"]);
  const [port = 0] = await freePorts(1);
  const [samples, config, rules, data] = ["samples.txt", "prometheus.yml", "rules.yml", "data"].map((name) =>
    join(directory, name),
  ) as [string, string, string, string];
  await writeFile(rules, unmoved(renderRules(system, "prometheus")));
  const itself = { job_name: "itself", static_configs: [{ targets: [`127.0.0.1:${String(port)}`] }] };
  const scrapes = exporter.pages.map(({ path, interval }, index) => ({
    job_name: `page-${String(index)}`,
    metrics_path: path,
    honor_labels: true,
    scrape_interval: `${String(interval)}s`,
    scrape_timeout: `${String(Math.min(interval, 10))}s`,
    static_configs: [{ targets: [exporter.address] }],
  }));
  const global = { scrape_interval: "5s", evaluation_interval: system.scrape.evaluation };
  await writeFile(
    config,
    JSON.stringify({ global, rule_files: [rules], scrape_configs: [itself, ...scrapes] }),
  );
  await pipeline(Readable.from(history([...series.values()].flat())), createWriteStream(samples));
  const blocks = ["tsdb", "create-blocks-from", "--max-block-duration=200h", "openmetrics", "--quiet"];
  await run(tools.path("promtool"), [...blocks, samples, data]);
  const server = start("prometheus", tools.path("prometheus"), [
    `--config.file=${config}`,
    `--web.listen-address=127.0.0.1:${String(port)}`,
    `--storage.tsdb.path=${data}`,
    "--log.level=warn",
  ]);
  started(server);
  const url = `http://127.0.0.1:${String(port)}`;
  const query = async (expression: string): Promise<Answer[]> => {
    const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expression)}`);
    return ((await response.json()) as { data: { result: Answer[] } }).data.result;
  };
  const value = async (expression: string): Promise<number> =>
    Number((await query(expression))[0]?.value[1] ?? NaN);
  await until(
    "every group has been evaluated",
    180,
    async () =>
      (await value(`min(prometheus_rule_group_iterations_total${own})`).catch(() => 0)) >= 2 || server.log(),
    [server],
  );
  await pause(120_000);
  const shares = `(prometheus_rule_group_last_duration_seconds${own} / prometheus_rule_group_interval_seconds${own})`;
  const averaged = `avg_over_time(${shares}[90s:5s])`;
  const [slowest] = await query(`topk(1, ${averaged})`);
  return {
    series: await value(`prometheus_tsdb_head_series${own}`),
    rules: await value(`sum(prometheus_rule_group_rules${own})`),
    groups: await value(`count(prometheus_rule_group_rules${own})`),
    share: await value(`sum(${averaged})`),
    slowest: slowest?.metric["rule_group"]?.split(";").at(-1) ?? "none",
    slowestShare: Number(slowest?.value[1] ?? NaN),
    failures: await value(`sum(prometheus_rule_evaluation_failures_total${own})`),
  };
}

/**
 * The rules of a system that is well: every expression is evaluated whole (`and` needs both sides), and no alert follows.
 * Made-up values would otherwise raise thousands, whose texts cost more than all expressions.
 */
function unmoved(rules: string): string {
  const file = parse(rules) as { groups: { rules: { alert?: string; expr: string }[] }[] };
  for (const rule of file.groups.flatMap((group) => group.rules))
    if (rule.alert !== undefined) rule.expr = `(${rule.expr}\n) and on () (vector(0) > 0)`;
  return stringify(file);
}

interface Answer {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [at: number, value: string];
}

/** Samples of every series for as far as a window over it looks back, as OpenMetrics wants them: metric by metric. */
function* history(all: readonly PlannedSeries[]): Generator<string> {
  const now = Math.floor(Date.now() / 1_000);
  const byMetric = [...all]
    .filter(({ lookback }) => lookback > 0)
    .sort((one, other) => (one.metric < other.metric ? -1 : one.metric > other.metric ? 1 : 0));
  for (const one of byMetric) {
    const name = seriesName(one);
    const lines: string[] = [];
    for (let at = now - one.lookback; at <= now; at += one.interval) lines.push(`${name} 1 ${String(at)}\n`);
    yield lines.join("");
  }
  yield "# EOF\n";
}
