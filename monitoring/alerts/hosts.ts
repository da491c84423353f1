/** Linux hosts, by the node exporter: machines of a stack, nodes of a cluster, virtual machines of the cloud. */
import type { Alert } from "../model.ts";
import { hostDiskAlerts } from "./hostDisks.ts";
import type { Deployed } from "./deployed.ts";

export function hostAlerts(deployed: Deployed): Alert[] {
  const { linux, onCluster, patience } = deployed;
  return [
    // On a cluster the API server knows better which node is gone: KubeNodeNotReady.
    ...(onCluster ? [] : [hostDown(deployed)]),
    ...(linux === undefined ? [] : [...hostDiskAlerts(linux, patience), ...resourceAlerts(linux, deployed)]),
  ];
}

function hostDown({ patience, longest }: Deployed): Alert {
  return {
    name: "HostDown",
    expression: 'max by (host) (up{host!=""}) == 0',
    for: patience,
    keepFiringFor: longest,
    severity: "critical",
    summary: "Nothing on host {{ $labels.host }} answers",
    description: `No target on {{ $labels.host }} has answered for ${patience} (the best of them is {{ $value | printf "%.0f" }}).`,
    dashboard: "hosts",
    runbook: {
      meaning:
        "Every service of the stack on the machine, its exporter included, is silent: the machine is off, or cut from the network.",
      impact: "Everything on it is down. Its pair on the other machine serves.",
      firstLook: [
        { promql: 'sum by (host) (up{host!=""})', shows: "how many targets of each machine answer" },
        "The cloud's portal or the hypervisor: is the machine running?",
        "ping and ssh or RDP to it from the other one",
      ],
      mend: [
        "Off: start it; its services start by themselves.",
        "On and silent: its network, its firewall, then a restart.",
      ],
    },
  };
}

function resourceAlerts(jobs: string, { patience }: Deployed): Alert[] {
  const of = (metric: string) => `${metric}{${jobs}}`;
  return [
    {
      name: "HostMemoryLow",
      expression: `${of("node_memory_MemAvailable_bytes")} / ${of("node_memory_MemTotal_bytes")} < 0.05`,
      for: "10m",
      keepFiringFor: patience,
      severity: "warning",
      summary: "{{ $labels.instance }} is about to run out of memory",
      description: "{{ $value | humanizePercentage }} of the memory of {{ $labels.instance }} are available.",
      dashboard: "hosts",
      runbook: {
        meaning: "Less than 5 % of the memory can be had, caches that can be given back included.",
        impact: "The machine slows down, then the kernel ends the largest process.",
        firstLook: [
          {
            promql: `rate(node_vmstat_pgmajfault{${jobs}}[5m])`,
            shows: "above some hundred: it lives from the disk",
          },
          { promql: "topk(5, process_resident_memory_bytes)", shows: "the largest processes that tell" },
          "On the machine: ps aux --sort=-rss | head",
        ],
        mend: ["End or restart what grew.", "Honest growth: a larger machine, or fewer services on it."],
      },
    },
    {
      name: "HostOutOfMemoryKill",
      expression: `increase(${of("node_vmstat_oom_kill")}[10m]) > 0`,
      for: "0s",
      keepFiringFor: "10m",
      severity: "warning",
      summary: "The kernel of {{ $labels.instance }} has ended processes",
      description:
        'The kernel of {{ $labels.instance }} ended {{ $value | printf "%.0f" }} processes in 10 minutes for lack of memory.',
      dashboard: "hosts",
      runbook: {
        meaning: "Memory, of the machine or of a container, was used up, and the kernel ended a process.",
        impact: "That process is gone, or has just been started again.",
        firstLook: [
          "journalctl -k | grep -i 'killed process': which one",
          { promql: "changes(process_start_time_seconds[15m]) > 0", shows: "what has started again" },
        ],
        mend: ["A container: raise its limit, or find its leak.", "The machine: see HostMemoryLow."],
      },
    },
    {
      name: "HostCpuSaturated",
      expression: `1 - avg by (instance) (rate(node_cpu_seconds_total{${jobs}, mode="idle"}[5m])) > 0.9`,
      for: "15m",
      keepFiringFor: "5m",
      severity: "warning",
      summary: "{{ $labels.instance }} has no CPU left",
      description:
        "The cores of {{ $labels.instance }} have been {{ $value | humanizePercentage }} busy for 15 minutes.",
      dashboard: "hosts",
      runbook: {
        meaning: "All cores are more than 90 % busy for a quarter of an hour.",
        impact: "Everything on it is slow; scrapes and rules come late.",
        firstLook: [
          {
            promql: `sum by (instance, mode) (rate(node_cpu_seconds_total{${jobs}}[5m]))`,
            shows: "user: programs; iowait: disks; steal: the hypervisor",
          },
          {
            promql: "topk(5, rate(process_cpu_seconds_total[5m]))",
            shows: "the busiest processes that tell",
          },
        ],
        mend: [
          "One program: find out why; see its own alerts.",
          "steal: another machine type.",
          "An honest load: more cores.",
        ],
      },
    },
    {
      name: "HostDiskBusy",
      expression: `rate(node_disk_io_time_seconds_total{${jobs}}[5m]) > 0.95`,
      for: "15m",
      keepFiringFor: "5m",
      severity: "warning",
      summary: "Disk {{ $labels.device }} of {{ $labels.instance }} is always busy",
      description:
        "Disk {{ $labels.device }} of {{ $labels.instance }} has been {{ $value | humanizePercentage }} busy for 15 minutes.",
      dashboard: "hosts",
      runbook: {
        meaning: "There is always a request under way at the disk.",
        impact: "Whoever writes waits: Prometheus' log, Redis' log, compaction.",
        firstLook: [
          {
            promql: `rate(node_disk_io_time_weighted_seconds_total{${jobs}}[5m])`,
            shows: "mean number of requests that wait",
          },
          "On the machine: iotop -o",
        ],
        mend: [
          "A compaction or a backup: it ends.",
          "Always: a faster disk, or larger (clouds give speed by size).",
        ],
      },
    },
    {
      name: "HostNetworkErrors",
      expression: `rate(node_network_receive_errs_total{${jobs}}[5m]) + rate(node_network_transmit_errs_total{${jobs}}[5m]) > 1`,
      for: "10m",
      keepFiringFor: "10m",
      severity: "warning",
      summary: "{{ $labels.device }} of {{ $labels.instance }} has errors",
      description:
        "{{ $labels.device }} of {{ $labels.instance }} had {{ $value | humanize }} bad packets per second over 5 minutes.",
      dashboard: "hosts",
      runbook: {
        meaning: "The network card or its driver counts damaged packets.",
        impact: "Connections are slow and break.",
        firstLook: [
          "On the machine: ethtool -S DEVICE",
          {
            promql: `rate(node_network_receive_drop_total{${jobs}}[5m])`,
            shows: "drops: buffers, not the cable",
          },
        ],
        mend: ["Hardware: cable, port, card.", "A virtual machine: move it to another host."],
      },
    },
    {
      name: "HostConntrackNearLimit",
      expression: `${of("node_nf_conntrack_entries")} / ${of("node_nf_conntrack_entries_limit")} > 0.8`,
      for: "5m",
      keepFiringFor: patience,
      severity: "warning",
      summary: "{{ $labels.instance }} can hardly track more connections",
      description:
        "{{ $labels.instance }} uses {{ $value | humanizePercentage }} of its table of connections.",
      dashboard: "hosts",
      runbook: {
        meaning: "The kernel's table of connections is nearly full.",
        impact: "When it is full new connections are dropped without a word.",
        firstLook: [
          {
            promql: `node_nf_conntrack_entries{${jobs}}`,
            shows: "a ramp: somebody opens and never closes",
          },
          "On the machine: ss -s",
        ],
        mend: [
          "A program that opens many: let it keep its connections.",
          "Honest load: raise net.netfilter.nf_conntrack_max.",
        ],
      },
    },
    ...clockAlerts(jobs),
  ];
}

function clockAlerts(jobs: string): Alert[] {
  return [
    {
      name: "HostClockSkewed",
      // The exporter reads its clock while it is asked, Prometheus notes when: the scrape's own time is far below this.
      expression: `abs(node_time_seconds{${jobs}} - timestamp(node_time_seconds{${jobs}})) > 5`,
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
        impact: "Certificates and tokens are refused, and what the machine tells has the wrong time.",
        firstLook: [
          {
            promql: `node_time_seconds{${jobs}} - timestamp(node_time_seconds{${jobs}})`,
            shows: "one machine, or all",
          },
          "On the machine: timedatectl; chronyc tracking",
        ],
        mend: ["Start its time service (systemd-timesyncd, chrony) and let it step once."],
      },
    },
    {
      name: "HostClockNotSynchronised",
      expression: `max_over_time(node_timex_sync_status{${jobs}}[5m]) == 0 and node_timex_maxerror_seconds{${jobs}} >= 16`,
      for: "10m",
      keepFiringFor: "5m",
      severity: "warning",
      summary: "Nobody sets the clock of {{ $labels.instance }}",
      description:
        'The kernel of {{ $labels.instance }} says that its clock is not synchronised (status {{ $value | printf "%.0f" }}).',
      dashboard: "hosts",
      runbook: {
        meaning:
          "No time service has set the clock for hours: the kernel's own bound of the error has reached 16 s.",
        impact: "The clock drifts away, seconds in a week.",
        firstLook: [
          { promql: `node_timex_offset_seconds{${jobs}}`, shows: "the last known offset" },
          "On the machine: timedatectl; chronyc sources",
        ],
        mend: ["Start and enable the time service.", "It runs: UDP 123 to its servers must be open."],
      },
    },
  ];
}
