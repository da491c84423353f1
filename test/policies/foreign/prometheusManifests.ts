/** Somebody else's Prometheus as plain manifests: a StatefulSet with TLS and users, and what is good beside one. */
import type { Given } from "../evaluation.ts";

const namespace = "metrics";
const labels = { app: "prometheus" };

const container = {
  securityContext: {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    readOnlyRootFilesystem: true,
  },
};

const probe = (path: string) => ({
  exec: {
    command: ["promtool", "check", path, "--url=https://localhost:9090", "--http.config.file=/etc/probe.yml"],
  },
  periodSeconds: 10,
});

export const prometheusManifests: readonly Given[] = [
  {
    type: "kubernetes:core/v1:Namespace",
    name: "namespace",
    props: {
      metadata: { name: namespace, labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
    },
  },
  networkPolicy("default-deny", {}, [], []),
  networkPolicy(
    "prometheus",
    labels,
    [
      {
        from: [{ podSelector: { matchLabels: { app: "grafana" } } }],
        ports: [{ protocol: "TCP", port: 9090 }],
      },
    ],
    [
      {
        to: [{ podSelector: { matchLabels: { app: "node-exporter" } } }],
        ports: [{ protocol: "TCP", port: 9100 }],
      },
      {
        to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } } }],
        ports: [{ protocol: "UDP", port: 53 }],
      },
    ],
  ),
  {
    type: "kubernetes:core/v1:ServiceAccount",
    name: "account",
    props: { metadata: { name: "prometheus", namespace }, automountServiceAccountToken: false },
  },
  {
    type: "kubernetes:core/v1:Secret",
    name: "web-config",
    props: {
      metadata: { name: "prometheus-web", namespace },
      type: "Opaque",
      stringData: {
        "web.yml": [
          "tls_server_config:",
          "  cert_file: /etc/tls/tls.crt",
          "  key_file: /etc/tls/tls.key",
          "  min_version: TLS13",
          "basic_auth_users:",
          "  grafana: $2y$12$Vn1l8j9x4Qe5yQ6c2yqFKOe0r4Yb8Zl1m2n3o4p5q6r7s8t9u0v1w",
          "",
        ].join("\n"),
      },
    },
  },
  {
    type: "kubernetes:core/v1:Service",
    name: "service",
    props: {
      metadata: { name: "prometheus", namespace },
      spec: {
        type: "ClusterIP",
        clusterIP: "None",
        selector: labels,
        ports: [{ name: "https", port: 9090 }],
      },
    },
  },
  {
    type: "kubernetes:policy/v1:PodDisruptionBudget",
    name: "budget",
    props: {
      metadata: { name: "prometheus", namespace },
      spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
    },
  },
  {
    type: "kubernetes:apps/v1:StatefulSet",
    name: "prometheus",
    props: {
      metadata: { name: "prometheus", namespace },
      spec: {
        replicas: 2,
        serviceName: "prometheus",
        selector: { matchLabels: labels },
        persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
        template: {
          metadata: { labels },
          spec: {
            serviceAccountName: "prometheus",
            automountServiceAccountToken: false,
            securityContext: {
              runAsNonRoot: true,
              runAsUser: 65_534,
              runAsGroup: 65_534,
              fsGroup: 65_534,
              seccompProfile: { type: "RuntimeDefault" },
            },
            affinity: {
              podAntiAffinity: {
                requiredDuringSchedulingIgnoredDuringExecution: [
                  { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: labels } },
                ],
              },
            },
            containers: [
              {
                ...container,
                name: "prometheus",
                image: "quay.io/prometheus/prometheus:v3.15.0",
                args: [
                  "--config.file=/etc/prometheus/prometheus.yml",
                  "--storage.tsdb.path=/prometheus",
                  "--storage.tsdb.retention.time=30d",
                  "--storage.tsdb.retention.size=160GB",
                  "--web.config.file=/etc/web/web.yml",
                ],
                ports: [{ name: "https", containerPort: 9090 }],
                readinessProbe: probe("ready"),
                livenessProbe: probe("healthy"),
                resources: { requests: { cpu: "1", memory: "4Gi" }, limits: { memory: "8Gi" } },
                volumeMounts: [
                  { name: "samples", mountPath: "/prometheus" },
                  { name: "web", mountPath: "/etc/web", readOnly: true },
                ],
              },
            ],
            volumes: [{ name: "web", secret: { secretName: "prometheus-web", defaultMode: 0o440 } }],
          },
        },
        volumeClaimTemplates: [
          {
            metadata: { name: "samples" },
            spec: {
              accessModes: ["ReadWriteOnce"],
              storageClassName: "fast",
              resources: { requests: { storage: "200Gi" } },
            },
          },
        ],
      },
    },
  },
];

function networkPolicy(
  name: string,
  podLabels: Readonly<Record<string, string>>,
  ingress: readonly object[],
  egress: readonly object[],
): Given {
  return {
    type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
    name: `${name}-policy`,
    props: {
      metadata: { name, namespace },
      spec: {
        podSelector: Object.keys(podLabels).length === 0 ? {} : { matchLabels: podLabels },
        policyTypes: ["Ingress", "Egress"],
        ingress,
        egress,
      },
    },
  };
}
