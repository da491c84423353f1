/** Somebody else's plain kube-prometheus-stack: what its chart does by itself, with oauth2-proxy before it and policies around it. */
import type { Given } from "../evaluation.ts";

const namespace = "observability";
const edge = "ingress-nginx";

export const kubePrometheusStack: readonly Given[] = [
  space(namespace),
  ...closed(namespace),
  {
    type: "kubernetes:helm.sh/v3:Release",
    name: "monitoring",
    props: {
      name: "monitoring",
      namespace,
      chart: "kube-prometheus-stack",
      version: "88.5.3",
      repositoryOpts: { repo: "https://prometheus-community.github.io/helm-charts" },
      atomic: true,
      values: {
        prometheus: {
          prometheusSpec: {
            replicas: 2,
            podAntiAffinity: "hard",
            retention: "15d",
            retentionSize: "70GB",
            enableAdminAPI: false,
            storageSpec: {
              volumeClaimTemplate: {
                spec: {
                  storageClassName: "gp3",
                  accessModes: ["ReadWriteOnce"],
                  resources: { requests: { storage: "100Gi" } },
                },
              },
            },
            resources: { requests: { cpu: "500m", memory: "2Gi" }, limits: { memory: "4Gi" } },
          },
          podDisruptionBudget: { enabled: true, minAvailable: 1 },
        },
        alertmanager: {
          alertmanagerSpec: {
            replicas: 3,
            podAntiAffinity: "hard",
            retention: "120h",
            storage: {
              volumeClaimTemplate: { spec: { resources: { requests: { storage: "5Gi" } } } },
            },
            resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "128Mi" } },
          },
          podDisruptionBudget: { enabled: true, minAvailable: 2 },
        },
        grafana: {
          admin: { existingSecret: "grafana-admin", userKey: "user", passwordKey: "password" },
          persistence: { enabled: true, size: "10Gi" },
          extraSecretMounts: [
            { name: "grafana-keys", secretName: "grafana-keys", mountPath: "/etc/secrets", readOnly: true },
          ],
          "grafana.ini": {
            server: {
              protocol: "https",
              cert_file: "/etc/tls/tls.crt",
              cert_key: "/etc/tls/tls.key",
              root_url: "https://grafana.acme.example",
            },
            security: {
              secret_key: "$__file{/etc/secrets/secret-key}",
              cookie_secure: true,
              cookie_samesite: "lax",
            },
            "auth.anonymous": { enabled: false },
            "auth.basic": { enabled: false },
            auth: { disable_login_form: true },
            "auth.generic_oauth": {
              enabled: true,
              client_id: "grafana",
              client_secret: "$__file{/etc/secrets/client-secret}",
              auth_url: "https://id.acme.example/authorize",
              token_url: "https://id.acme.example/token",
              api_url: "https://id.acme.example/userinfo",
              scopes: "openid profile email",
              use_pkce: true,
              role_attribute_path: "contains(groups[*], 'sre') && 'Admin' || 'Viewer'",
              role_attribute_strict: true,
            },
            users: { allow_sign_up: false, auto_assign_org_role: "Viewer" },
            public_dashboards: { enabled: false },
            snapshots: { external_enabled: false },
          },
        },
      },
    },
  },
  {
    type: "kubernetes:helm.sh/v3:Release",
    name: "login",
    props: {
      name: "login",
      namespace,
      chart: "oauth2-proxy",
      version: "10.7.0",
      repositoryOpts: { repo: "https://oauth2-proxy.github.io/manifests" },
      values: {
        replicaCount: 2,
        affinity: {
          podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              {
                topologyKey: "kubernetes.io/hostname",
                labelSelector: { matchLabels: { app: "oauth2-proxy" } },
              },
            ],
          },
        },
        config: { existingSecret: "oauth2-proxy" },
        extraArgs: {
          provider: "oidc",
          "oidc-issuer-url": "https://id.acme.example",
          "email-domain": "acme.example",
          upstream: "http://monitoring-kube-prometheus-prometheus.observability:9090",
          "cookie-secure": "true",
          "cookie-httponly": "true",
          "cookie-samesite": "lax",
          "cookie-expire": "12h",
          "reverse-proxy": "true",
          "trusted-proxy-ip": "10.0.0.0/16",
        },
        podDisruptionBudget: { enabled: true, minAvailable: 1 },
        resources: { requests: { cpu: "20m", memory: "32Mi" }, limits: { memory: "64Mi" } },
      },
    },
  },
  // Whoever asks Prometheus has come through the log-in, or is Grafana.
  policy("to-prometheus", namespace, { "app.kubernetes.io/name": "prometheus" }, [
    from([{ podSelector: { matchLabels: { app: "oauth2-proxy" } } }], 9090),
    from([{ podSelector: { matchLabels: { "app.kubernetes.io/name": "grafana" } } }], 9090),
  ]),
  policy("to-alertmanager", namespace, { "app.kubernetes.io/name": "alertmanager" }, [
    from([{ podSelector: { matchLabels: { "app.kubernetes.io/name": "prometheus" } } }], 9093),
    from([{ podSelector: { matchLabels: { "app.kubernetes.io/name": "alertmanager" } } }], 9094),
  ]),
  policy("to-the-log-in", namespace, { app: "oauth2-proxy" }, [
    from([{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": edge } } }], 4180),
  ]),
  {
    type: "kubernetes:networking.k8s.io/v1:Ingress",
    name: "prometheus-ingress",
    props: {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: {
        name: "prometheus",
        namespace,
        annotations: { "nginx.ingress.kubernetes.io/force-ssl-redirect": "true" },
      },
      spec: {
        ingressClassName: "nginx",
        tls: [{ hosts: ["prometheus.acme.example"], secretName: "prometheus-tls" }],
        rules: [
          {
            host: "prometheus.acme.example",
            http: {
              paths: [
                {
                  path: "/",
                  pathType: "Prefix",
                  backend: { service: { name: "login-oauth2-proxy", port: { number: 80 } } },
                },
              ],
            },
          },
        ],
      },
    },
  },
];

function space(name: string): Given {
  return {
    type: "kubernetes:core/v1:Namespace",
    name: `${name}-namespace`,
    props: {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name, labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
    },
  };
}

/** Nothing in or out, but names. */
function closed(name: string): readonly Given[] {
  const dns = {
    to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } } }],
    ports: [
      { protocol: "UDP", port: 53 },
      { protocol: "TCP", port: 53 },
    ],
  };
  return [policy(`deny-${name}`, name, {}, [], []), policy(`dns-${name}`, name, {}, [], [dns])];
}

function from(peers: readonly object[], port: number): object {
  return { from: peers, ports: [{ protocol: "TCP", port }] };
}

function policy(
  name: string,
  inside: string,
  labels: Readonly<Record<string, string>>,
  ingress: readonly object[],
  egress: readonly object[] = [],
): Given {
  return {
    type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
    name,
    props: {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name, namespace: inside },
      spec: {
        podSelector: Object.keys(labels).length === 0 ? {} : { matchLabels: labels },
        policyTypes: ["Ingress", "Egress"],
        ingress,
        egress,
      },
    },
  };
}
