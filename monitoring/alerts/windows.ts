/**
 * Windows hosts, by windows_exporter: of its default collectors cpu, logical_disk, memory and service, and time, which the
 * stack enables. It tells nothing of a restart that waits for updates.
 *
 * @see https://github.com/prometheus-community/windows_exporter/tree/master/docs
 */
import type { Alert } from "../model.ts";
import type { Deployed } from "./deployed.ts";

/** Services of a stack, whatever prefix their wrapper gives them. */
export const ours =
  "(?i).*(prometheus|thanos|alertmanager|pushgateway|grafana|haproxy|(redis|blackbox|windows)[_-]exporter).*";

/** Components by the names of their services, `vigil-STACK-COMPONENT` and a number where there are several of one. */
const component =
  ".*?(prometheus|alertmanager|pushgateway|grafana|haproxy|thanos-.+?|(?:redis|blackbox|windows)-exporter)(?:-[0-9]+)?";

export function windowsAlerts({ windows: jobs, patience, longest }: Deployed): Alert[] {
  if (jobs === undefined) return [];
  const of = (metric: string, more = "") => `${metric}{${jobs}${more}}`;
  // Partitions without a letter are the system's own.
  const volumes = ', volume!~"HarddiskVolume.+"';
  const free = `${of("windows_logical_disk_free_bytes", volumes)} / ${of("windows_logical_disk_size_bytes", volumes)}`;
  return [
    diskFull("warning", `${free} < 0.10`, patience, "10 %"),
    diskFull("critical", `${free} < 0.03`, patience, "3 %"),
    {
      name: "WindowsDiskPredictedFull",
      expression: `predict_linear(${of("windows_logical_disk_free_bytes", volumes)}[6h], 86400) < 0
and ${free} < 0.4
and ${of("windows_logical_disk_free_bytes", volumes)} offset 5h >= 0`,
      for: "1h",
      severity: "warning",
      summary: "{{ $labels.volume }} of {{ $labels.instance }} will be full within a day",
      description:
        "At the pace of the last 6 hours {{ $labels.volume }} of {{ $labels.instance }} lacks {{ $value | humanize1024 }}B in 24 hours.",
      dashboard: "hosts",
      runbook: {
        meaning: "The free space falls in a line that meets zero within 24 hours.",
        impact: "None yet. What happens then is under WindowsDiskFull.",
        firstLook: [
          {
            promql: of("windows_logical_disk_free_bytes", volumes),
            shows: "a steady fall, or one step that is over",
          },
          "Get-ChildItem C:\\Prometheus -Recurse | Measure-Object Length -Sum",
        ],
        mend: [
          "Logs of the service wrapper: let them roll.",
          "Prometheus' data: lower retention.local.size.",
          "A larger disk before tomorrow.",
        ],
      },
    },
    {
      name: "WindowsMemoryLow",
      expression: `${of("windows_memory_available_bytes")} / ${of("windows_memory_physical_total_bytes")} < 0.05`,
      for: "10m",
      keepFiringFor: patience,
      severity: "warning",
      summary: "{{ $labels.instance }} is about to run out of memory",
      description: "{{ $value | humanizePercentage }} of the memory of {{ $labels.instance }} are available.",
      dashboard: "hosts",
      runbook: {
        meaning: "Less than 5 % of the memory can be had at once, caches included.",
        impact: "The machine lives from its page file: everything is slow, then allocations fail.",
        firstLook: [
          {
            promql: `rate(${of("windows_memory_swap_page_operations_total")}[5m])`,
            shows: "above some hundred: it lives from the disk",
          },
          "Get-Process | Sort-Object WS -Descending | Select-Object -First 10",
        ],
        mend: ["Restart what grew.", "Honest growth: more memory."],
      },
    },
    {
      name: "WindowsCpuSaturated",
      expression: `1 - avg by (instance) (rate(${of("windows_cpu_time_total", ', mode="idle"')}[5m])) > 0.9`,
      for: "15m",
      keepFiringFor: "5m",
      severity: "warning",
      summary: "{{ $labels.instance }} has no CPU left",
      description:
        "The cores of {{ $labels.instance }} have been {{ $value | humanizePercentage }} busy for 15 minutes.",
      dashboard: "hosts",
      runbook: {
        meaning: "All cores are more than 90 % busy for a quarter of an hour.",
        impact: "Everything on it is slow; scrapes of 1 s time out.",
        firstLook: [
          {
            promql: `sum by (instance, mode) (rate(${of("windows_cpu_time_total")}[5m]))`,
            shows: "user: programs; privileged: drivers, virus scanner",
          },
          "Get-Process | Sort-Object CPU -Descending | Select-Object -First 10",
        ],
        mend: [
          "A virus scanner: leave out the data folders of Prometheus and Redis.",
          "An honest load: more cores.",
        ],
      },
    },
    {
      name: "WindowsServiceNotRunning",
      // The component's target has the same label: it is down because of this.
      expression: `label_replace(
  ${of("windows_service_state", `, name=~"${ours}", state="running"`)} == 0
  and on (instance, name) ${of("windows_service_start_mode", ', start_mode="auto"')} == 1,
  "service", "$1", "name", "${component}"
)`,
      for: patience,
      keepFiringFor: longest,
      severity: "critical",
      summary: "Service {{ $labels.name }} of {{ $labels.instance }} does not run",
      description: `Service {{ $labels.name }} of {{ $labels.instance }} starts at boot, and has not run for ${patience} (running is {{ $value | printf "%.0f" }}).`,
      dashboard: "hosts",
      runbook: {
        meaning:
          "A service of the stack was stopped, or ended and the service manager has given up starting it.",
        impact: "Its part is down; the other machine's serves where there is a pair.",
        firstLook: [
          { promql: of("windows_service_state", ', state="stopped"') + " == 1", shows: "what is stopped" },
          "Get-WinEvent -LogName System -MaxEvents 50 | Where-Object ProviderName -eq 'Service Control Manager'",
          "The wrapper's log beside the service: how the process ended",
        ],
        mend: [
          "sc.exe start NAME; it says why it cannot.",
          "1053: the wrapper is missing or its file is wrong; `pulumi up` writes it anew.",
          "Stopped on purpose: silence this until it is started.",
        ],
      },
    },
    {
      name: "WindowsClockSkewed",
      expression: `abs(${of("windows_time_current_timestamp_seconds")} - timestamp(${of("windows_time_current_timestamp_seconds")})) > 5`,
      for: "5m",
      keepFiringFor: "5m",
      severity: "warning",
      summary: "The clock of {{ $labels.instance }} is wrong",
      description:
        "The clocks of {{ $labels.instance }} and of Prometheus differ by {{ $value | humanizeDuration }}.",
      dashboard: "hosts",
      runbook: {
        meaning:
          "The machine's clock, or that of the Prometheus that says so, is off. When every machine is named, it is Prometheus'.",
        impact: "Certificates are refused, and samples of a pair lie at different times.",
        firstLook: [
          {
            promql: `${of("windows_time_current_timestamp_seconds")} - timestamp(${of("windows_time_current_timestamp_seconds")})`,
            shows: "one machine, or all",
          },
          "w32tm /query /status",
        ],
        mend: ["w32tm /resync /force; then look at its source: w32tm /query /source."],
      },
    },
    {
      name: "WindowsClockNotSynchronised",
      expression: `max_over_time(${of("windows_time_ntp_client_time_sources")}[15m]) == 0`,
      for: "30m",
      keepFiringFor: "5m",
      severity: "warning",
      summary: "Nobody sets the clock of {{ $labels.instance }}",
      description:
        'The time service of {{ $labels.instance }} has {{ $value | printf "%.0f" }} sources that answer.',
      dashboard: "hosts",
      runbook: {
        meaning: "W32Time does not run, or none of its servers answers.",
        impact: "The clock drifts away, seconds in a week.",
        firstLook: [
          {
            promql: of("windows_time_clock_sync_source") + " == 1",
            shows: "`Local CMOS Clock` and `NoSync` are no sources",
          },
          "w32tm /query /peers",
        ],
        mend: [
          "sc.exe config w32time start= auto; sc.exe start w32time.",
          "It runs: UDP 123 to its servers must be open.",
        ],
      },
    },
    {
      name: "WindowsCollectorFailed",
      expression: `${of("windows_exporter_collector_success")} == 0`,
      for: "5m",
      keepFiringFor: patience,
      severity: "warning",
      summary: "windows_exporter cannot read {{ $labels.collector }} of {{ $labels.instance }}",
      description:
        'Collector {{ $labels.collector }} of {{ $labels.instance }} fails (success is {{ $value | printf "%.0f" }}): what it would tell is missing.',
      dashboard: "hosts",
      runbook: {
        meaning: "Windows does not answer the exporter: rights, or broken performance counters.",
        impact: "Alerts over what the collector tells are blind.",
        firstLook: [
          {
            promql: of("windows_exporter_collector_duration_seconds"),
            shows: "a collector that takes long times out",
          },
          "The event log of windows_exporter",
        ],
        mend: [
          "Broken counters: lodctr /R, then restart the exporter.",
          "Rights: it runs as LocalSystem by default.",
        ],
      },
    },
  ];
}

/** One family of two steps; the graver one inhibits the other. */
function diskFull(
  severity: "warning" | "critical",
  expression: string,
  patience: Alert["for"],
  left: string,
): Alert {
  return {
    name: "WindowsDiskFull",
    expression,
    for: severity === "critical" ? patience : "10m",
    keepFiringFor: patience,
    severity,
    summary: `{{ $labels.volume }} of {{ $labels.instance }} has less than ${left} free`,
    description:
      "{{ $value | humanizePercentage }} of {{ $labels.volume }} of {{ $labels.instance }} are free.",
    dashboard: "hosts",
    runbook: {
      meaning:
        "The volume is about to be full: below 10 % a warning, below 3 % critical. Windows updates the number every 10 to 15 minutes.",
      impact: "When it is full nothing can be written: Prometheus stores nothing, logs stop.",
      firstLook: [
        {
          promql: "topk(5, 1 - windows_logical_disk_free_bytes / windows_logical_disk_size_bytes)",
          shows: "the fullest volumes",
        },
        "Get-PSDrive -PSProvider FileSystem",
      ],
      mend: [
        "Delete what nobody needs: old logs, updates (cleanmgr).",
        "Prometheus' data: lower retention.local.size to 80 % of the volume.",
        "A larger disk.",
      ],
    },
  };
}
