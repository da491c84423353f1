import { exposureIngress, exposureService } from "../../policies/exposure/kubernetesServices.ts";
import { testPolicy } from "./cases.ts";
import { unknown, type Given } from "./evaluation.ts";

describe("Policies of exposure in Kubernetes: what is reached from outside", () => {
  testPolicy({
    policy: exposureService,
    passes: {
      "a Service of the cluster": [service({ type: "ClusterIP" })],
      "a Service without a type": [service({ ports: [{ port: 9090 }] })],
      "a balancer for named networks": [
        service({ type: "LoadBalancer", loadBalancerSourceRanges: ["198.51.100.0/24"] }),
      ],
      "a balancer inside Azure's network": [
        service(
          { type: "LoadBalancer" },
          { "service.beta.kubernetes.io/azure-load-balancer-internal": "true" },
        ),
      ],
      "a balancer inside AWS' network": [
        service(
          { type: "LoadBalancer" },
          { "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal" },
        ),
      ],
      "a balancer inside a network of Google's": [
        service({ type: "LoadBalancer" }, { "networking.gke.io/load-balancer-type": "Internal" }),
      ],
      "networks that an annotation names": [
        service(
          { type: "LoadBalancer" },
          { "service.beta.kubernetes.io/azure-allowed-ip-ranges": "198.51.100.0/24, 203.0.113.0/24" },
        ),
      ],
      "the way in, that says for whom": [
        values("haproxytech/kubernetes-ingress", {
          controller: { service: { type: "LoadBalancer", loadBalancerSourceRanges: ["0.0.0.0/0"] } },
        }),
      ],
      "a server that wants a log-in, of which another policy tells": [
        values("kube-prometheus-stack", {
          prometheus: { servicePerReplica: { enabled: true, type: "NodePort" } },
        }),
      ],
      "a chart's Services of the cluster": [values("redis", { master: { service: { type: "ClusterIP" } } })],
      "a chart's balancer for named networks": [
        values("redis", {
          master: { service: { type: "LoadBalancer", loadBalancerSourceRanges: ["198.51.100.0/24"] } },
        }),
      ],
      "a part of a chart that is off": [
        values("kube-prometheus-stack", { grafana: { enabled: false, service: { type: "NodePort" } } }),
      ],
    },
    fails: {
      "a port of every node": {
        stack: [service({ type: "NodePort" })],
        says: /spec\.type is "NodePort": every node answers/,
      },
      "a balancer for everybody": {
        stack: [service({ type: "LoadBalancer" })],
        says: /spec\.loadBalancerSourceRanges lets everybody in/,
      },
      "everybody among named networks": {
        stack: [
          service({ type: "LoadBalancer", loadBalancerSourceRanges: ["198.51.100.0/24", "0.0.0.0/0"] }),
        ],
        says: /lets everybody in/,
      },
      "a balancer that is not internal after all": {
        stack: [
          service(
            { type: "LoadBalancer" },
            { "service.beta.kubernetes.io/azure-load-balancer-internal": "false" },
          ),
        ],
        says: /lets everybody in/,
      },
      "a balancer of AWS for the internet": {
        stack: [
          service(
            { type: "LoadBalancer" },
            { "service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing" },
          ),
        ],
        says: /lets everybody in/,
      },
      "everybody among the networks that an annotation names": {
        stack: [
          service(
            { type: "LoadBalancer" },
            { "service.beta.kubernetes.io/load-balancer-source-ranges": "198.51.100.0/24, 0.0.0.0/0" },
          ),
        ],
        says: /lets everybody in/,
      },
      "a chart's balancer for everybody": {
        stack: [values("bitnami/redis", { master: { service: { type: "LoadBalancer" } } })],
        says: /values\.master\.service\.loadBalancerSourceRanges lets everybody in/,
      },
      "a chart's port of every node, for each replica": {
        stack: [values("loki", { querier: { servicePerReplica: { enabled: true, type: "NodePort" } } })],
        says: /values\.querier\.servicePerReplica\.type is "NodePort"/,
      },
      "a way in that says nothing": {
        stack: [values("ingress-nginx", { controller: { service: { type: "LoadBalancer" } } })],
        says: /values\.controller\.service\.loadBalancerSourceRanges lets everybody in/,
      },
      "a subchart's, beside what a preview does not know": {
        stack: [values("monitoring", { clusterName: unknown, grafana: { service: { type: "NodePort" } } })],
        says: /values\.grafana\.service\.type is "NodePort"/,
      },
      "addresses that are somebody else's": {
        stack: [service({ type: "ClusterIP", externalIPs: ["203.0.113.7"] })],
        says: /spec\.externalIPs take traffic/,
      },
    },
    absent: { stack: [service({})] },
    unknown: [service({ type: unknown })],
  });

  testPolicy({
    policy: exposureIngress,
    passes: {
      "a host with its certificate": [ingressObject({})],
      "two hosts in one certificate": [
        ingressObject({
          rules: [{ host: "a.example.org" }, { host: "b.example.org" }],
          tls: [{ hosts: ["a.example.org", "b.example.org"], secretName: "edge-tls" }],
        }),
      ],
      "a certificate of a balancer of AWS": [
        ingressObject(
          { tls: undefined },
          {
            "alb.ingress.kubernetes.io/certificate-arn": "arn:aws:acm:eu-west-1:123456789012:certificate/a",
            "alb.ingress.kubernetes.io/listen-ports": '[{"HTTP": 80}, {"HTTPS": 443}]',
            "alb.ingress.kubernetes.io/ssl-redirect": "443",
          },
        ),
      ],
      "a chart's host with its certificate": [
        values("grafana", {
          ingress: {
            enabled: true,
            hosts: ["grafana.example.org"],
            tls: [{ hosts: ["grafana.example.org"], secretName: "edge-tls" }],
          },
        }),
      ],
      "a chart's Ingress that is off": [values("grafana", { ingress: { enabled: false } })],
      "what a chart lets a NetworkPolicy allow": [
        values("redis", { networkPolicy: { enabled: true, ingress: { enabled: true } } }),
      ],
      "a redirect to TLS": [ingressObject({}, { "nginx.ingress.kubernetes.io/ssl-redirect": "true" })],
    },
    fails: {
      "no certificate": {
        stack: [ingressObject({ tls: [] })],
        says: /spec\.tls lists no host "prometheus\.example\.org"/,
      },
      "another host's certificate": {
        stack: [ingressObject({ tls: [{ hosts: ["grafana.example.org"], secretName: "edge-tls" }] })],
        says: /lists no host "prometheus\.example\.org"/,
      },
      "the controller's own certificate": {
        stack: [ingressObject({ tls: [{ hosts: ["prometheus.example.org"] }] })],
        says: /lists no host/,
      },
      "every name": {
        stack: [ingressObject({ rules: [{ http: { paths: [] } }] })],
        says: /spec\.rules\[0\]\.host is not set: every name is served/,
      },
      "every name beside one": {
        stack: [ingressObject({ rules: [{ host: "prometheus.example.org" }, { host: "" }] })],
        says: /spec\.rules\[1\]\.host is not set/,
      },
      "a backend for everything": {
        stack: [ingressObject({ rules: [], defaultBackend: { service: { name: "prometheus" } } })],
        says: /spec\.rules names no host/,
      },
      "people who may stay without TLS": {
        stack: [ingressObject({}, { "haproxy.org/ssl-redirect": "false" })],
        says: /metadata\.annotations\["haproxy\.org\/ssl-redirect"\] lets people stay without TLS/,
      },
      "a backend for every other name": {
        stack: [ingressObject({ defaultBackend: { service: { name: "prometheus" } } })],
        says: /spec\.defaultBackend serves every other name/,
      },
      "a balancer of AWS that also listens without TLS": {
        stack: [
          ingressObject(
            { tls: undefined },
            {
              "alb.ingress.kubernetes.io/certificate-arn": "arn:aws:acm:eu-west-1:123456789012:certificate/a",
              "alb.ingress.kubernetes.io/listen-ports": '[{"HTTP": 80}, {"HTTPS": 443}]',
            },
          ),
        ],
        says: /spec\.tls lists no host/,
      },
      "a chart's host without a certificate": {
        stack: [
          values("kube-prometheus-stack", {
            grafana: { ingress: { enabled: true, hosts: ["grafana.example.org"], tls: [] } },
          }),
        ],
        says: /values\.grafana\.ingress\.tls lists no host/,
      },
      "people who may stay without TLS, at a chart's Ingress": {
        stack: [
          values("grafana", {
            ingress: {
              enabled: true,
              annotations: { "nginx.ingress.kubernetes.io/ssl-redirect": "False" },
              tls: [{ hosts: ["grafana.example.org"] }],
            },
          }),
        ],
        says: /values\.ingress\.annotations\["nginx\.ingress\.kubernetes\.io\/ssl-redirect"\]/,
      },
      "the same with nginx": {
        stack: [ingressObject({}, { "nginx.ingress.kubernetes.io/ssl-redirect": "false" })],
        says: /annotations\["nginx\.ingress\.kubernetes\.io\/ssl-redirect"\]/,
      },
    },
    absent: {
      stack: [{ type: "kubernetes:networking.k8s.io/v1:Ingress", props: {} }],
      says: /spec\.rules names no host/,
    },
    unknown: [ingressObject({ rules: [{ host: unknown }] })],
  });
});

function values(chart: string, of: object): Given {
  return { type: "kubernetes:helm.sh/v3:Release", props: { chart, values: of } };
}

function service(spec: object, annotations: object = {}): Given {
  return { type: "kubernetes:core/v1:Service", props: { metadata: { annotations }, spec } };
}

function ingressObject(spec: object, annotations: object = {}): Given {
  return {
    type: "kubernetes:networking.k8s.io/v1:Ingress",
    props: {
      metadata: { annotations },
      spec: {
        rules: [{ host: "prometheus.example.org", http: { paths: [] } }],
        tls: [{ hosts: ["prometheus.example.org"], secretName: "edge-tls" }],
        ...spec,
      },
    },
  };
}
