import { ours } from "../../alerts/windows.ts";
import type { Dashboard, Panel, System } from "../../model.ts";
import { graph, row } from "../panels.ts";
import { hasJob } from "./deployed.ts";

/** Machines: Linux by node_exporter, Windows by windows_exporter, and what a cluster tells of itself. */
export function hostsDashboard(system: System): Dashboard {
  const linux = ["node", "node-exporter", "azure-vms"].filter((job) => hasJob(system, job));
  return {
    uid: "hosts",
    title: "Hosts",
    about: "CPU, memory, disks and network of every machine.",
    from: "1h",
    variables: [
      {
        name: "instance",
        label: "Machine",
        series: `up{job=~"${[...linux, ...(hasJob(system, "windows") ? ["windows"] : [])].join("|")}"}`,
        values: "instance",
      },
    ],
    panels: [
      ...(linux.length > 0 ? row("Linux", onLinux(linux.join("|"))) : []),
      ...(hasJob(system, "windows") ? row("Windows", onWindows) : []),
      ...(hasJob(system, "cadvisor") ? row("Cluster", onCluster(system)) : []),
    ],
  };
}

const named = { legend: "{{instance}}", min: 0 };
const share = { ...named, max: 1 };

function onLinux(jobs: string): Panel[] {
  const own = `job=~"${jobs}", instance=~"$instance"`;
  const disks = `${own}, fstype!~"tmpfs|ramfs|overlay|squashfs|iso9660"`;
  return [
    graph(
      "CPU",
      `1 - avg by (instance) (rate(node_cpu_seconds_total{${own}, mode="idle"}[$__rate_interval]))`,
      "percentunit",
      "Busy share of all cores.",
      {
        ...share,
        thresholds: [0.8, 0.95],
      },
    ),
    graph(
      "Load by core",
      `sum by (instance) (node_load5{${own}}) / count by (instance) (node_cpu_seconds_total{${own}, mode="idle"})`,
      "short",
      "Processes that run or wait, mean over 5 minutes. Above 1 some wait.",
      { ...named, thresholds: [1, 2] },
    ),
    graph(
      "Memory",
      `1 - sum by (instance) (node_memory_MemAvailable_bytes{${own}}) / sum by (instance) (node_memory_MemTotal_bytes{${own}})`,
      "percentunit",
      "Used share; caches that can be given back count as free.",
      { ...share, thresholds: [0.85, 0.95] },
    ),
    graph(
      "Disks",
      `1 - max by (instance, mountpoint) (node_filesystem_avail_bytes{${disks}} / node_filesystem_size_bytes{${disks}})`,
      "percentunit",
      "Used share of each file system.",
      { ...share, legend: "{{instance}} {{mountpoint}}", thresholds: [0.8, 0.9] },
    ),
    graph(
      "Disk busy",
      `max by (instance, device) (rate(node_disk_io_time_seconds_total{${own}, device!~"loop.*|ram.*"}[$__rate_interval]))`,
      "percentunit",
      "Share of the time that a disk was at work.",
      { ...share, legend: "{{instance}} {{device}}", thresholds: [0.8, 0.95] },
    ),
    graph(
      "Network",
      `sum by (instance) (rate(node_network_receive_bytes_total{${own}, device!="lo"}[$__rate_interval]))`,
      "Bps",
      "Bytes per second over all interfaces but the loopback.",
      {
        ...named,
        legend: "{{instance}} in",
        more: [
          {
            expression: `sum by (instance) (rate(node_network_transmit_bytes_total{${own}, device!="lo"}[$__rate_interval]))`,
            legend: "{{instance}} out",
          },
        ],
      },
    ),
    graph(
      "Clock",
      `max by (instance) (abs(node_timex_offset_seconds{${own}}))`,
      "s",
      "Difference from the time source, as the kernel knows it.",
      {
        ...named,
        thresholds: [0.05, 0.5],
      },
    ),
    graph(
      "Running for",
      `time() - max by (instance) (node_boot_time_seconds{${own}})`,
      "s",
      "Time since the machine was started.",
      named,
    ),
  ];
}

const windows = 'job="windows", instance=~"$instance"';

const onWindows: Panel[] = [
  graph(
    "CPU",
    `1 - avg by (instance) (rate(windows_cpu_time_total{${windows}, mode="idle"}[$__rate_interval]))`,
    "percentunit",
    "Busy share of all cores.",
    {
      ...share,
      thresholds: [0.8, 0.95],
    },
  ),
  graph(
    "Memory",
    `1 - sum by (instance) (windows_memory_available_bytes{${windows}}) / sum by (instance) (windows_memory_physical_total_bytes{${windows}})`,
    "percentunit",
    "Used share.",
    { ...share, thresholds: [0.85, 0.95] },
  ),
  graph(
    "Disks",
    `1 - max by (instance, volume) (windows_logical_disk_free_bytes{${windows}, volume!~"HarddiskVolume.*"} / windows_logical_disk_size_bytes{${windows}, volume!~"HarddiskVolume.*"})`,
    "percentunit",
    "Used share of each drive.",
    { ...share, legend: "{{instance}} {{volume}}", thresholds: [0.8, 0.9] },
  ),
  graph(
    "Network",
    `sum by (instance) (rate(windows_net_bytes_received_total{${windows}}[$__rate_interval]))`,
    "Bps",
    "Bytes per second over all interfaces.",
    {
      ...named,
      legend: "{{instance}} in",
      more: [
        {
          expression: `sum by (instance) (rate(windows_net_bytes_sent_total{${windows}}[$__rate_interval]))`,
          legend: "{{instance}} out",
        },
      ],
    },
  ),
  graph(
    "Services that do not run",
    `count by (instance) (windows_service_state{${windows}, name=~"${ours}", state="running"} == 0 and on (instance, name) windows_service_start_mode{${windows}, start_mode="auto"} == 1) or 0 * count by (instance) (up{${windows}})`,
    "short",
    "Services of the stack that start at boot and do not run.",
    { ...named, thresholds: [1, 1] },
  ),
];

function onCluster({ namespace }: System): Panel[] {
  const containers = `job="cadvisor", namespace="${namespace}", container!="", container!="POD"`;
  return [
    graph(
      "CPU of the stack's pods",
      `sum by (pod) (rate(container_cpu_usage_seconds_total{${containers}}[$__rate_interval]))`,
      "short",
      "Cores.",
      {
        legend: "{{pod}}",
        stacked: true,
        min: 0,
      },
    ),
    graph(
      "Memory of the stack's pods",
      `sum by (pod) (container_memory_working_set_bytes{${containers}})`,
      "bytes",
      "Memory that counts against the limit.",
      {
        legend: "{{pod}}",
        stacked: true,
        min: 0,
      },
    ),
    graph(
      "Volumes",
      `1 - max by (persistentvolumeclaim) (kubelet_volume_stats_available_bytes{job="kubernetes-nodes", namespace="${namespace}"} / kubelet_volume_stats_capacity_bytes{job="kubernetes-nodes", namespace="${namespace}"})`,
      "percentunit",
      "Used share of each volume of the stack.",
      { legend: "{{persistentvolumeclaim}}", min: 0, max: 1, thresholds: [0.8, 0.9] },
    ),
    graph(
      "Restarts",
      `sum by (pod) (increase(kube_pod_container_status_restarts_total{job="kube-state-metrics", namespace="${namespace}"}[1h])) > 0 or label_replace(vector(0), "pod", "none", "", "")`,
      "short",
      "Containers of the stack that were restarted within the last hour.",
      { legend: "{{pod}}", min: 0 },
    ),
    graph(
      "Pods that are not ready",
      'sum by (namespace) (kube_pod_status_ready{job="kube-state-metrics", condition="false"} unless on (namespace, pod) (kube_pod_status_phase{job="kube-state-metrics", phase="Succeeded"} == 1))',
      "short",
      "By namespace, those that are done left out.",
      { legend: "{{namespace}}", min: 0 },
    ),
    graph(
      "Nodes",
      'sum(kube_node_status_condition{job="kube-state-metrics", condition="Ready", status="true"})',
      "short",
      "Nodes that are ready, and that there are.",
      {
        legend: "ready",
        more: [{ expression: 'count(kube_node_info{job="kube-state-metrics"})', legend: "all" }],
        min: 0,
      },
    ),
  ];
}
