/** File systems of Linux hosts. */
import type { Alert } from "../model.ts";

/** Memory, images and what containers see of their host are no disks that fill up. */
const real =
  'fstype!~"tmpfs|ramfs|squashfs|overlay|iso9660|erofs|fuse.*|nsfs", mountpoint!~"/var/lib/(kubelet|containerd|docker)/.+|/run/.*"';

export function hostDiskAlerts(jobs: string, patience: Alert["for"]): Alert[] {
  const of = (metric: string) => `${metric}{${jobs}, ${real}}`;
  const free = `${of("node_filesystem_avail_bytes")} / ${of("node_filesystem_size_bytes")}`;
  const writable = `and ${of("node_filesystem_readonly")} == 0`;
  // A line through a few minutes points anywhere.
  const longEnough = `and ${of("node_filesystem_avail_bytes")} offset 5h >= 0`;
  return [
    full("warning", `${free} < 0.10\n${writable}`, patience, "10 %"),
    full("critical", `${free} < 0.03\n${writable}`, patience, "3 %"),
    {
      name: "HostDiskPredictedFull",
      expression: `predict_linear(${of("node_filesystem_avail_bytes")}[6h], 86400) < 0
and ${free} < 0.4
${longEnough}
${writable}`,
      for: "1h",
      severity: "warning",
      summary: "{{ $labels.mountpoint }} of {{ $labels.instance }} will be full within a day",
      description:
        "At the pace of the last 6 hours {{ $labels.mountpoint }} of {{ $labels.instance }} lacks {{ $value | humanize1024 }}B in 24 hours.",
      dashboard: "hosts",
      runbook: {
        meaning: "The free space falls in a line that meets zero within 24 hours.",
        impact: "None yet. What happens then is under HostDiskFull.",
        firstLook: [
          { promql: of("node_filesystem_avail_bytes"), shows: "a steady fall, or one step that is over" },
          "On the machine: du -xh --max-depth=2 / | sort -h | tail",
        ],
        mend: [
          "Logs: let them rotate.",
          "Prometheus or Redis: see their retention and limits.",
          "Honest growth: a larger disk before tomorrow.",
        ],
      },
    },
    {
      name: "HostInodesFull",
      expression: `${of("node_filesystem_files_free")} / (${of("node_filesystem_files")} > 0) < 0.05`,
      for: "10m",
      keepFiringFor: patience,
      severity: "warning",
      summary: "{{ $labels.mountpoint }} of {{ $labels.instance }} can hardly take more files",
      description:
        "{{ $value | humanizePercentage }} of the inodes of {{ $labels.mountpoint }} of {{ $labels.instance }} are free.",
      dashboard: "hosts",
      runbook: {
        meaning: "Nearly all inodes are used: very many small files.",
        impact: "At the end no file can be made, however much space there is.",
        firstLook: [
          { promql: of("node_filesystem_files_free"), shows: "since when" },
          "On the machine: du --inodes -x --max-depth=2 / | sort -n | tail",
        ],
        mend: [
          "Delete what nobody needs: sessions, caches, old images.",
          "Make the file system anew with more inodes.",
        ],
      },
    },
    {
      name: "HostDiskFailing",
      expression: `${of("node_filesystem_device_error")} == 1`,
      for: patience,
      keepFiringFor: patience,
      severity: "critical",
      summary: "{{ $labels.mountpoint }} of {{ $labels.instance }} cannot be read",
      description:
        'Asking {{ $labels.mountpoint }} of {{ $labels.instance }} for its size fails (device_error is {{ $value | printf "%.0f" }}).',
      dashboard: "hosts",
      runbook: {
        meaning: "The kernel gets errors or no answer from the file system.",
        impact: "What lies there can be neither read nor written.",
        firstLook: [
          "On the machine: dmesg | tail; the device's name and its errors",
          { promql: "node_filesystem_device_error == 1", shows: "one file system, or several" },
        ],
        mend: [
          "A network disk: its server and the way there.",
          "A local disk: replace it; a pair has the data twice.",
        ],
      },
    },
  ];
}

/** One family of two steps; the graver one inhibits the other. */
function full(
  severity: "warning" | "critical",
  expression: string,
  patience: Alert["for"],
  left: string,
): Alert {
  return {
    name: "HostDiskFull",
    expression,
    for: severity === "critical" ? patience : "10m",
    keepFiringFor: patience,
    severity,
    summary: `{{ $labels.mountpoint }} of {{ $labels.instance }} has less than ${left} free`,
    description:
      "{{ $value | humanizePercentage }} of {{ $labels.mountpoint }} of {{ $labels.instance }} are free.",
    dashboard: "hosts",
    runbook: {
      meaning: "The file system is about to be full: below 10 % a warning, below 3 % critical.",
      impact:
        "When it is full nothing can be written: Prometheus stores nothing, Redis refuses writes, logs stop.",
      firstLook: [
        {
          promql: "topk(5, 1 - node_filesystem_avail_bytes / node_filesystem_size_bytes)",
          shows: "the fullest file systems",
        },
        "On the machine: du -xh --max-depth=2 / | sort -h | tail",
      ],
      mend: [
        "Delete what nobody needs: old logs, old images, core dumps.",
        "Prometheus' data: lower retention.local.size to 80 % of the volume.",
        "A larger disk.",
      ],
    },
  };
}
