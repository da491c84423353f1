/** Nodes of the cluster. */
import type { Alert } from "../../model.ts";
import type { Deployed } from "../deployed.ts";

export function nodeAlerts({ patience, longest }: Deployed): Alert[] {
  return [
    {
      name: "KubeNodeNotReady",
      // Under the node's name, by which its kubelet and its containers are known as targets.
      expression: `label_replace(
  kube_node_status_condition{job="kube-state-metrics", condition="Ready", status="true"},
  "instance", "$1", "node", "(.+)"
) == 0`,
      // The API server itself waits for most of a minute before it says so, and Prometheus tells of the targets on it soon.
      for: "30s",
      keepFiringFor: longest,
      severity: "critical",
      summary: "Node {{ $labels.node }} is not ready",
      description:
        'The kubelet of {{ $labels.node }} has not said that it is ready for 30 seconds (Ready is {{ $value | printf "%.0f" }}).',
      dashboard: "hosts",
      runbook: {
        meaning: "The node is off, cut from the network, or its kubelet does not work.",
        impact: "Its pods count as gone, and are started elsewhere where their volumes let them.",
        firstLook: [
          "kubectl describe node NAME: its conditions and events",
          {
            promql: 'up{job=~"kubernetes-nodes|node-exporter"} == 0',
            shows: "whether the machine answers at all",
          },
          "The cloud's portal: the machine's state",
        ],
        mend: [
          "Delete the machine: the pool makes a new one.",
          "Several nodes: the cloud's status page of the zone.",
        ],
      },
    },
    {
      name: "KubeNodePressure",
      expression:
        'kube_node_status_condition{job="kube-state-metrics", condition=~"MemoryPressure|DiskPressure|PIDPressure", status="true"} == 1',
      for: "5m",
      keepFiringFor: "10m",
      severity: "warning",
      summary: "Node {{ $labels.node }} has {{ $labels.condition }}",
      description:
        'Node {{ $labels.node }} has had {{ $labels.condition }} for 5 minutes ({{ $value | printf "%.0f" }}); the kubelet evicts pods.',
      dashboard: "hosts",
      runbook: {
        meaning: "The node is short of memory, disk or processes.",
        impact: "Pods are evicted, those above their requests first; no new ones come.",
        firstLook: [
          {
            promql:
              'topk(5, sum by (namespace, pod) (container_memory_working_set_bytes{job="cadvisor", container!=""}))',
            shows: "the largest pods",
          },
          "kubectl describe node NAME: what was evicted",
        ],
        mend: [
          "DiskPressure: images and logs; a larger disk of the pool.",
          "MemoryPressure: requests that are too small for what pods use.",
        ],
      },
    },
    {
      name: "KubeNodeUnschedulable",
      expression: 'kube_node_spec_unschedulable{job="kube-state-metrics"} == 1',
      for: "6h",
      keepFiringFor: patience,
      severity: "warning",
      summary: "Node {{ $labels.node }} takes no pods",
      description:
        'Node {{ $labels.node }} has been cordoned for 6 hours (unschedulable is {{ $value | printf "%.0f" }}).',
      dashboard: "hosts",
      runbook: {
        meaning: "Somebody, or an upgrade, has cordoned the node and not brought it back.",
        impact: "There is less room than is paid for.",
        firstLook: [
          "kubectl describe node NAME: taints and events",
          { promql: 'kube_node_spec_taint{job="kube-state-metrics"}', shows: "why, where a program did it" },
        ],
        mend: [
          "kubectl uncordon NAME, or drain and delete it.",
          "An upgrade that hangs: see KubePodDisruptionBudgetAtLimit.",
        ],
      },
    },
  ];
}
