import { at, counter, gauge, of, steady, type Cases } from "./cases.ts";

export const hostCases: Cases = ({ linux }) => {
  const mine = (metric: string, more = "") => of(metric, linux, more, "vm-1");
  const disk = 'device="/dev/sda1", fstype="ext4", mountpoint="/"';
  const memoryDisk = 'device="tmpfs", fstype="tmpfs", mountpoint="/run"';
  const image = 'device="/dev/sr0", fstype="ext4", mountpoint="/mnt/image"';
  const usedTo = (left: number) => ({
    [mine("node_filesystem_avail_bytes", disk)]: gauge(50, left),
    [mine("node_filesystem_size_bytes", disk)]: steady(100),
    [mine("node_filesystem_readonly", disk)]: steady(0),
    // Full by nature.
    [mine("node_filesystem_avail_bytes", memoryDisk)]: steady(0),
    [mine("node_filesystem_size_bytes", memoryDisk)]: steady(100),
    [mine("node_filesystem_readonly", memoryDisk)]: steady(0),
    [mine("node_filesystem_avail_bytes", image)]: steady(0),
    [mine("node_filesystem_size_bytes", image)]: steady(100),
    [mine("node_filesystem_readonly", image)]: steady(1),
  });
  return [
    {
      alert: "HostDown",
      series: {
        [of("up", linux, 'host="vm-1"', "vm-1")]: gauge(1, 0),
        [of("up", "prometheus", 'host="vm-1"')]: gauge(1, 0),
        // One service of a machine is not the machine.
        [of("up", linux, 'host="vm-2"', "vm-2")]: steady(1),
        [of("up", "grafana", 'host="vm-2"')]: gauge(1, 0),
        [of("up", "backend")]: gauge(1, 0),
      },
      fires: ['host="vm-1"'],
    },
    { alert: "HostDiskFull", severity: "warning", series: usedTo(8), fires: [at("vm-1", 'mountpoint="/"')] },
    { alert: "HostDiskFull", severity: "critical", series: usedTo(2), fires: [at("vm-1", 'mountpoint="/"')] },
    {
      alert: "HostDiskPredictedFull",
      step: "5m",
      series: {
        // Falls by 24 an hour from 500, which would meet nothing within a day, and stops at 260.
        [mine("node_filesystem_avail_bytes", disk)]: "500x80 498-2x119 260x199",
        [mine("node_filesystem_size_bytes", disk)]: "1000x400",
        [mine("node_filesystem_readonly", disk)]: "0x400",
        // Unpacks its software, and has been there for an hour and a half only.
        [of("node_filesystem_avail_bytes", linux, disk, "vm-2")]: "_x170 390-5x19 290x199",
        [of("node_filesystem_size_bytes", linux, disk, "vm-2")]: "_x170 1000x229",
        [of("node_filesystem_readonly", linux, disk, "vm-2")]: "_x170 0x229",
      },
      fires: [at("vm-1", 'mountpoint="/"')],
      at: { quiet: 70, firing: 185, over: 320 },
    },
    {
      alert: "HostInodesFull",
      series: {
        [mine("node_filesystem_files_free", disk)]: gauge(500, 30),
        [mine("node_filesystem_files", disk)]: steady(1_000),
      },
      fires: [at("vm-1", 'mountpoint="/"')],
    },
    {
      alert: "HostDiskFailing",
      series: { [mine("node_filesystem_device_error", disk)]: gauge(0, 1) },
      fires: [at("vm-1", 'mountpoint="/"')],
    },
    {
      alert: "HostMemoryLow",
      series: {
        [mine("node_memory_MemAvailable_bytes")]: gauge(50, 4),
        [mine("node_memory_MemTotal_bytes")]: steady(100),
      },
      fires: [at("vm-1")],
    },
    {
      alert: "HostOutOfMemoryKill",
      series: { [mine("node_vmstat_oom_kill")]: counter(0, 1) },
      fires: [at("vm-1")],
    },
    {
      alert: "HostCpuSaturated",
      series: {
        // Of 60 s a core is idle for 45, then for 2.
        [mine("node_cpu_seconds_total", 'cpu="0", mode="idle"')]: counter(45, 2),
        [mine("node_cpu_seconds_total", 'cpu="1", mode="idle"')]: counter(45, 2),
        // One core of two is not the machine.
        [of("node_cpu_seconds_total", linux, 'cpu="0", mode="idle"', "vm-2")]: counter(45, 0),
        [of("node_cpu_seconds_total", linux, 'cpu="1", mode="idle"', "vm-2")]: counter(45, 45),
      },
      fires: [at("vm-1")],
    },
    {
      alert: "HostDiskBusy",
      series: { [mine("node_disk_io_time_seconds_total", 'device="sda"')]: counter(3, 59.5) },
      fires: [at("vm-1", 'device="sda"')],
    },
    {
      alert: "HostNetworkErrors",
      series: {
        [mine("node_network_receive_errs_total", 'device="eth0"')]: counter(0, 120),
        [mine("node_network_transmit_errs_total", 'device="eth0"')]: steady(0),
      },
      fires: [at("vm-1", 'device="eth0"')],
    },
    {
      alert: "HostConntrackNearLimit",
      series: {
        [mine("node_nf_conntrack_entries")]: gauge(100, 900),
        [mine("node_nf_conntrack_entries_limit")]: steady(1_000),
      },
      fires: [at("vm-1")],
    },
    {
      alert: "HostClockSkewed",
      series: {
        // Half a minute ahead.
        [mine("node_time_seconds")]: "0+60x10 690+60x29 2460+60x199",
        [of("node_time_seconds", linux, "", "vm-2")]: "1+60x239",
      },
      fires: [at("vm-1")],
    },
    {
      alert: "HostClockNotSynchronised",
      series: {
        [mine("node_timex_sync_status")]: gauge(1, 0),
        [mine("node_timex_maxerror_seconds")]: gauge(0.01, 16),
        // Lost its servers a moment ago, which is no harm yet.
        [of("node_timex_sync_status", linux, "", "vm-2")]: gauge(1, 0),
        [of("node_timex_maxerror_seconds", linux, "", "vm-2")]: steady(0.5),
      },
      fires: [at("vm-1")],
    },
  ];
};

export const windowsCases: Cases = () => {
  const mine = (metric: string, more = "") => of(metric, "windows", more, "pc-1");
  const service = (metric: string, name: string, more: string) =>
    mine(`windows_service_${metric}`, `service="host", name="${name}", ${more}`);
  const usedTo = (left: number) => ({
    [mine("windows_logical_disk_free_bytes", 'volume="C:"')]: gauge(50, left),
    [mine("windows_logical_disk_size_bytes", 'volume="C:"')]: steady(100),
    // The system's own partition is full by nature.
    [mine("windows_logical_disk_free_bytes", 'volume="HarddiskVolume1"')]: steady(1),
    [mine("windows_logical_disk_size_bytes", 'volume="HarddiskVolume1"')]: steady(100),
  });
  return [
    { alert: "WindowsDiskFull", severity: "warning", series: usedTo(8), fires: [at("pc-1", 'volume="C:"')] },
    { alert: "WindowsDiskFull", severity: "critical", series: usedTo(2), fires: [at("pc-1", 'volume="C:"')] },
    {
      alert: "WindowsDiskPredictedFull",
      step: "5m",
      series: {
        [mine("windows_logical_disk_free_bytes", 'volume="C:"')]: "500x80 498-2x119 260x199",
        [mine("windows_logical_disk_size_bytes", 'volume="C:"')]: "1000x400",
      },
      fires: [at("pc-1", 'volume="C:"')],
      at: { quiet: 70, firing: 185, over: 320 },
    },
    {
      alert: "WindowsMemoryLow",
      series: {
        [mine("windows_memory_available_bytes")]: gauge(50, 4),
        [mine("windows_memory_physical_total_bytes")]: steady(100),
      },
      fires: [at("pc-1")],
    },
    {
      alert: "WindowsCpuSaturated",
      series: {
        [mine("windows_cpu_time_total", 'core="0,0", mode="idle"')]: counter(45, 2),
        [mine("windows_cpu_time_total", 'core="0,1", mode="idle"')]: counter(45, 2),
      },
      fires: [at("pc-1")],
    },
    {
      alert: "WindowsServiceNotRunning",
      series: {
        [service("state", "vigil-trade-prod-prometheus-1", 'state="running"')]: gauge(1, 0),
        [service("start_mode", "vigil-trade-prod-prometheus-1", 'start_mode="auto"')]: steady(1),
        [service("state", "vigil-trade-prod-thanos-query-frontend", 'state="running"')]: gauge(1, 0),
        [service("start_mode", "vigil-trade-prod-thanos-query-frontend", 'start_mode="auto"')]: steady(1),
        // Not ours; and ours that is started by hand.
        [mine("windows_service_state", 'name="Themes", state="running"')]: steady(0),
        [mine("windows_service_start_mode", 'name="Themes", start_mode="auto"')]: steady(1),
        [mine("windows_service_state", 'name="grafana", state="running"')]: steady(0),
        [mine("windows_service_start_mode", 'name="grafana", start_mode="auto"')]: steady(0),
      },
      fires: [
        at("pc-1", 'name="vigil-trade-prod-prometheus-1", service="prometheus"'),
        at("pc-1", 'name="vigil-trade-prod-thanos-query-frontend", service="thanos-query-frontend"'),
      ],
    },
    {
      alert: "WindowsClockSkewed",
      series: {
        // Half a minute behind.
        [mine("windows_time_current_timestamp_seconds")]: "0+60x10 630+60x29 2460+60x199",
      },
      fires: [at("pc-1")],
    },
    {
      alert: "WindowsClockNotSynchronised",
      series: { [mine("windows_time_ntp_client_time_sources")]: "1x10 0x59 1x169" },
      fires: [at("pc-1")],
      at: { firing: 65 },
    },
    {
      alert: "WindowsCollectorFailed",
      series: {
        [mine("windows_exporter_collector_success", 'collector="service"')]: gauge(1, 0),
        [mine("windows_exporter_collector_success", 'collector="cpu"')]: steady(1),
      },
      fires: [at("pc-1", 'collector="service"')],
    },
  ];
};
