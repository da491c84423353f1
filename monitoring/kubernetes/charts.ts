/** Every Helm chart that a stack uses, pinned here and nowhere else; a test compares them with the charts' own values. */
export interface Chart {
  /** Address of the Helm repository, or of the OCI registry's folder. */
  readonly repository: string;
  /** Name in the repository. */
  readonly chart: string;
  readonly version: string;
}

const prometheusCommunity = "https://prometheus-community.github.io/helm-charts";

export const charts = {
  "external-secrets": {
    repository: "https://charts.external-secrets.io",
    chart: "external-secrets",
    version: "2.9.0",
  },
  "cert-manager": { repository: "https://charts.jetstack.io", chart: "cert-manager", version: "v1.21.1" },
  "prometheus-operator-crds": {
    repository: prometheusCommunity,
    chart: "prometheus-operator-crds",
    version: "31.0.1",
  },
  "kube-prometheus-stack": {
    repository: prometheusCommunity,
    chart: "kube-prometheus-stack",
    version: "88.5.3",
  },
  thanos: {
    repository: "https://thanos-community.github.io/helm-charts",
    chart: "thanos",
    version: "0.38.0",
  },
  memcached: {
    repository: "oci://registry-1.docker.io/cloudpirates",
    chart: "memcached",
    version: "0.14.7",
  },
  "prometheus-adapter": {
    repository: prometheusCommunity,
    chart: "prometheus-adapter",
    version: "5.3.0",
  },
  "prometheus-pushgateway": {
    repository: prometheusCommunity,
    chart: "prometheus-pushgateway",
    version: "3.8.0",
  },
  "prometheus-postgres-exporter": {
    repository: prometheusCommunity,
    chart: "prometheus-postgres-exporter",
    version: "8.2.0",
  },
  "prometheus-blackbox-exporter": {
    repository: prometheusCommunity,
    chart: "prometheus-blackbox-exporter",
    version: "11.17.2",
  },
  "oauth2-proxy": {
    repository: "https://oauth2-proxy.github.io/manifests",
    chart: "oauth2-proxy",
    version: "10.7.0",
  },
  "kubernetes-ingress": {
    repository: "https://haproxytech.github.io/helm-charts",
    chart: "kubernetes-ingress",
    version: "1.52.1",
  },
} as const satisfies Record<string, Chart>;

export type ChartName = keyof typeof charts;
