import { planCapacity, type CapacityPlan } from "../../capacity.ts";
import { assumedQueryLoad } from "../../capacity/scaling.ts";
import type { Component, Dashboard, Panel, System } from "../../model.ts";
import { graph, list, row, tile } from "../panels.ts";
import { has } from "./deployed.ts";

/** Planned against measured: what `planCapacity` says stands as a line or a threshold beside what is. */
export function capacityDashboard(system: System): Dashboard {
  const plan = planCapacity(system);
  return {
    uid: "capacity",
    title: "Capacity",
    about:
      "What the plan of the system's declared load says, and what is measured: of each replica of Prometheus unless a panel says otherwise.",
    from: "6h",
    refresh: "30s",
    panels: [
      ...row("Share of the plan", shares(plan)),
      ...row("Series and samples", load(plan)),
      ...row("Memory", memory(system, plan)),
      ...row("Disk", disk(system, plan)),
      ...(has(system, "thanos-query") ? row("Queries", [queries(system)]) : []),
    ],
  };
}

const own = 'job="prometheus"';
const ofPlan: Partial<Panel> = { thresholds: [0.8, 1], width: 6 };
const samples = `rate(prometheus_tsdb_head_samples_appended_total{${own}}[$__rate_interval])`;
/** Blocks, the write-ahead log and mapped chunks: what fills the volume. */
const onDisk = `(prometheus_tsdb_storage_blocks_bytes{${own}} + prometheus_tsdb_wal_storage_size_bytes{${own}} + prometheus_tsdb_head_chunks_storage_size_bytes{${own}})`;

function shares({
  series,
  samplesPerSecond,
  shards,
  memory: memories,
  disk: planned,
}: CapacityPlan): Panel[] {
  const limit = memories.find(({ component }) => component === "prometheus");
  return [
    tile(
      "Series",
      `max(prometheus_tsdb_head_series{${own}}) / ${number(series / shards)}`,
      "percentunit",
      `Of ${number(series / shards)} planned.`,
      ofPlan,
    ),
    tile(
      "Samples per second",
      `max(sum by (instance) (${samples})) / ${number(samplesPerSecond / shards)}`,
      "percentunit",
      `Of ${number(samplesPerSecond / shards)} planned.`,
      ofPlan,
    ),
    tile(
      "Memory",
      `max(process_resident_memory_bytes{${own}}) / ${number(limit?.limit ?? limit?.wanted ?? 1)}`,
      "percentunit",
      limit?.limit === undefined ? "Of what is planned." : "Of the limit.",
      ofPlan,
    ),
    tile(
      "Disk",
      `max(${onDisk}) / ${number(planned.limit)}`,
      "percentunit",
      "Of the size at which the oldest blocks go.",
      ofPlan,
    ),
  ];
}

function load(plan: CapacityPlan): Panel[] {
  return [
    graph("Series", `max by (instance) (prometheus_tsdb_head_series{${own}})`, "short", "Active series.", {
      legend: "{{instance}}",
      more: [planned(plan.series / plan.shards)],
      min: 0,
      opens: "prometheus",
    }),
    graph("Samples", `sum by (instance) (${samples})`, "cps", "Samples per second.", {
      legend: "{{instance}}",
      more: [planned(plan.samplesPerSecond / plan.shards)],
      min: 0,
      opens: "prometheus",
    }),
    list(
      "Series by job",
      byJob(plan),
      "percentunit",
      "Samples of one scrape of all of a job's targets by its planned series. Above 1 the job has grown past its plan.",
      { columns: { labels: { job: "Job" }, value: "Of the plan" }, thresholds: [0.8, 1], height: 12 },
    ),
  ];
}

/** Constants under the label `job`, since only the plan knows them. */
function byJob({ jobs }: CapacityPlan): string {
  const constants = jobs
    .filter(({ targets, series }) => targets > 0 && series > 0)
    .map(({ name, series }) => `label_replace(vector(${number(series)}), "job", "${name}", "", "")`);
  return `sort_desc(sum by (job) (scrape_samples_post_metric_relabeling) / on (job) (${constants.join(" or ")}))`;
}

function memory(system: System, plan: CapacityPlan): Panel[] {
  return plan.memory
    .filter(({ component }) => has(system, component))
    .map(({ component, wanted, limit, why }) =>
      graph(
        titles[component] ?? component,
        `max by (instance) (process_resident_memory_bytes{job="${component}"})`,
        "bytes",
        `Resident memory of each replica. Planned: ${why}.`,
        {
          legend: "{{instance}}",
          more: [
            planned(wanted),
            ...(limit === undefined ? [] : [{ expression: `vector(${number(limit)})`, legend: "limit" }]),
          ],
          min: 0,
        },
      ),
    );
}

const titles: Partial<Record<Component, string>> = {
  prometheus: "Prometheus",
  "thanos-receive": "Thanos Receive",
  "thanos-store": "Thanos Store",
};

function disk(system: System, plan: CapacityPlan): Panel[] {
  return [
    graph(
      "Prometheus",
      `max by (instance) (${onDisk})`,
      "bytes",
      "Bytes on each replica's disk; planned at the end of the time of retention.",
      {
        legend: "{{instance}}",
        more: [
          planned(plan.disk.wanted),
          { expression: `vector(${number(plan.disk.limit)})`, legend: "oldest go at" },
        ],
        min: 0,
      },
    ),
    graph(
      "Bytes of a sample",
      `max by (instance) (rate(prometheus_tsdb_compaction_chunk_size_bytes_sum{${own}}[6h]) / (rate(prometheus_tsdb_compaction_chunk_samples_sum{${own}}[6h]) > 0))`,
      "bytes",
      "As the last compactions wrote them; the plan counts 1.5, index included.",
      { legend: "{{instance}}", more: [planned(1.5)], min: 0 },
    ),
    ...(plan.receiveDisk === undefined || !has(system, "thanos-receive")
      ? []
      : [
          graph(
            "Thanos Receive",
            'sum by (instance) (prometheus_tsdb_storage_blocks_bytes{job="thanos-receive"})',
            "bytes",
            "Bytes of blocks on each receiver's disk.",
            { legend: "{{instance}}", more: [planned(plan.receiveDisk)], min: 0 },
          ),
        ]),
  ];
}

function queries(system: System): Panel {
  const replicas = system.components.find(({ component }) => component === "thanos-query")?.replicas ?? 1;
  return graph(
    "Queries",
    'sum by (instance) (rate(http_requests_total{job="thanos-query", handler=~"query|query_range"}[$__rate_interval]))',
    "reqps",
    "Queries per second of each replica. At 100 another one is asked for.",
    {
      legend: "{{instance}}",
      more: [
        planned(assumedQueryLoad.queriesPerSecond / replicas),
        { expression: "vector(100)", legend: "scale out at" },
      ],
      min: 0,
      opens: "thanos",
    },
  );
}

function planned(value: number): { readonly expression: string; readonly legend: string } {
  return { expression: `vector(${number(value)})`, legend: "planned" };
}

function number(value: number): string {
  return String(Number(value.toPrecision(4)));
}
