import type { ScrapeJob, Sizing } from "../monitoring/model.ts";

/**
 * What every Kubernetes cluster tells of itself: its kubelets, the containers on its nodes, and the state of its objects.
 * The nodes are asked at the kubelet's own port with the pod's account, whose right is `nodes/metrics` and nothing else;
 * their certificates are of the cluster's authority.
 *
 * Series were counted on nodes with some forty pods, after the metrics that are dropped.
 *
 * @param nodes of the cluster, for capacity
 */
export function clusterJobs(nodes: number): ScrapeJob[] {
  const ofNodes: Pick<ScrapeJob, "scheme" | "credentials" | "discovery" | "relabel"> = {
    scheme: "https",
    credentials: { kind: "serviceAccount" },
    discovery: { kind: "kubernetes", role: "node", expected: nodes },
    // The node's own labels would be on each of thousands of series; they are joined from `kube_node_labels`.
    relabel: [{ action: "labelkeep", regex: "__.*|instance|job" }],
  };
  return [
    { ...ofNodes, name: "kubernetes-nodes", about: "The kubelets.", seriesPerTarget: 2_500 },
    {
      ...ofNodes,
      name: "cadvisor",
      about: "CPU, memory, disk and network of every container.",
      path: "/metrics/cadvisor",
      // What runs in a pod of a namespace says so itself.
      honorLabels: true,
      metricRelabel: [
        {
          action: "drop",
          sourceLabels: ["__name__"],
          regex:
            "container_(blkio|spec|tasks)_.*|container_(file_descriptors|last_seen|threads_max)|container_memory_(failures_total|mapped_file)",
        },
        // Sums of whole slices, which belong to no pod.
        { action: "drop", sourceLabels: ["id", "pod"], regex: "/.+;" },
      ],
      seriesPerTarget: 5_000,
    },
    {
      name: "kube-state-metrics",
      about: "State of the cluster's objects: pods, deployments, volumes, jobs.",
      scheme: "https",
      credentials: { kind: "stack" },
      // It tells of other namespaces' pods: their names are its labels, and its own would hide them.
      honorLabels: true,
      discovery: { kind: "stack", components: ["kube-state-metrics"] },
      seriesPerTarget: 20_000,
    },
    ...beside,
  ];
}

/**
 * What a stack on a cluster stands on and is no part of: who lets people in, who issues certificates, who fetches secrets,
 * and who makes servers of objects.
 *
 * prometheus-adapter is none of them: it answers only who shows it a token of the API server, and Prometheus hands its
 * own to nobody but the API and the kubelets.
 */
const beside: readonly ScrapeJob[] = [
  workload("haproxy-ingress", "The edge: its backends, connections and answers.", 2_000),
  workload("cert-manager", "Certificates: their ends, and whether they could be issued.", 1_200),
  workload("cert-manager-cainjector", "What puts authorities into webhooks.", 400),
  workload("cert-manager-webhook", "What checks certificates before the API server takes them.", 400),
  workload("external-secrets", "Copies of secrets: whether they are those of the cloud's store.", 1_000),
  workload("external-secrets-webhook", "What checks stores before the API server takes them.", 400),
  {
    ...workload("prometheus-operator", "What makes servers of the stack's objects.", 800, 1),
    scheme: "https",
    credentials: { kind: "stack" },
  },
];

/** They tell of objects of other namespaces, whose names are their labels. */
function workload(name: string, about: string, seriesPerTarget: number, expected = 2): ScrapeJob {
  return { name, about, honorLabels: true, discovery: { kind: "workload", name, expected }, seriesPerTarget };
}

/** What serves the job of the same name among {@link clusterJobs}. */
export const kubeStateMetrics: Sizing = {
  component: "kube-state-metrics",
  replicas: 1,
  requests: { cpu: 0.1, memory: "128MiB" },
  limits: { cpu: 0.5, memory: "512MiB" },
};
