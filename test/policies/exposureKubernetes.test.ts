import {
  exposureDefaultDeny,
  exposureIngress,
  exposureNamespace,
  exposureNetworkPolicy,
  exposureService,
} from "../../policies/exposure/kubernetes.ts";
import { testPolicy } from "./cases.ts";
import { unknown, type Given } from "./evaluation.ts";

const denyAll = { podSelector: {}, policyTypes: ["Ingress", "Egress"] };
const where = { namespace: "monitoring" };

describe("Policies of exposure in Kubernetes: what may be reached inside", () => {
  testPolicy({
    policy: exposureDefaultDeny,
    passes: {
      "a namespace that is closed": [deployment("monitoring"), networkPolicy(denyAll)],
      "a release in a namespace that is closed": [release("thanos", "monitoring"), networkPolicy(denyAll)],
      "pods and their policy in the namespace that is not named": [
        deployment(),
        networkPolicy(denyAll, { namespace: undefined }),
      ],
      "a policy for each way": [
        deployment("monitoring"),
        networkPolicy({ podSelector: {}, policyTypes: ["Ingress"] }),
        networkPolicy({ podSelector: { matchLabels: {} }, policyTypes: ["Egress"] }),
      ],
      "a policy for every pod that names who comes": [
        deployment("monitoring"),
        networkPolicy({ ...denyAll, ingress: [{ from: [{ podSelector: {} }] }] }),
      ],
      "a namespace without pods": [namespace({})],
      "a chart that only brings kinds": [release("prometheus-operator-crds", "monitoring")],
    },
    fails: {
      "pods that no policy chooses": {
        stack: [deployment("monitoring")],
        says: /metadata\.namespace is "monitoring", where nothing is denied by default/,
      },
      "a policy of another namespace": {
        stack: [deployment("monitoring"), networkPolicy(denyAll, { namespace: "edge" })],
        says: /"monitoring", where nothing/,
      },
      "a policy for some pods": {
        stack: [
          deployment("monitoring"),
          networkPolicy({ ...denyAll, podSelector: { matchLabels: { app: "prometheus" } } }),
        ],
        says: /nothing is denied by default/,
      },
      "a policy of one way only": {
        stack: [deployment("monitoring"), networkPolicy({ podSelector: {}, policyTypes: ["Ingress"] })],
        says: /nothing is denied by default/,
      },
      "a rule that allows everything": {
        stack: [deployment("monitoring"), networkPolicy({ ...denyAll, ingress: [{}] })],
        says: /nothing is denied by default/,
      },
      "a CronJob beside a closed namespace": {
        stack: [
          networkPolicy(denyAll),
          { type: "kubernetes:batch/v1:CronJob", props: { metadata: { namespace: "backup" }, spec: {} } },
        ],
        says: /"backup", where nothing/,
      },
      "a port for everybody": {
        stack: [
          deployment("monitoring"),
          networkPolicy({ ...denyAll, ingress: [{ ports: [{ port: 80 }] }] }),
        ],
        says: /nothing is denied by default/,
      },
      "ways that are closed in two namespaces": {
        stack: [
          deployment("monitoring"),
          networkPolicy({ podSelector: {}, policyTypes: ["Ingress"] }),
          networkPolicy({ podSelector: {}, policyTypes: ["Egress"] }, { namespace: "edge" }),
        ],
        says: /"monitoring", where nothing/,
      },
      "pods that the operator makes": {
        stack: [
          {
            type: "kubernetes:monitoring.coreos.com/v1:Prometheus",
            props: { metadata: { namespace: "monitoring" }, spec: {} },
          },
        ],
        says: /"monitoring", where nothing/,
      },
      "a release in the namespace that is not named": {
        stack: [release("redis")],
        says: /"default", where nothing/,
      },
    },
    absent: { stack: [{ type: "kubernetes:core/v1:Pod", props: {} }], says: /"default", where nothing/ },
    unknown: [deployment("monitoring"), networkPolicy({ ...denyAll, policyTypes: unknown })],
  });

  testPolicy({
    policy: exposureNetworkPolicy,
    passes: {
      "nothing at all": [networkPolicy(denyAll)],
      "named pods on a named port": [
        ingress({ from: [{ podSelector: { matchLabels: { app: "haproxy" } } }], ports: [{ port: 9090 }] }),
      ],
      "pods of the own namespace": [ingress({ from: [{ podSelector: {} }], ports: [{ port: 9090 }] })],
      "everybody, for pods that serve people": [ingress({ ports: [{ port: 8443 }] })],
      "everybody, for a port that is named after what people speak": [
        ingress({ ports: [{ port: "https" }] }),
      ],
      "named namespaces": [
        ingress({
          from: [
            {
              namespaceSelector: {
                matchExpressions: [
                  { key: "kubernetes.io/metadata.name", operator: "In", values: ["monitoring"] },
                ],
              },
            },
          ],
          ports: [{ port: 9090, endPort: 9091 }],
        }),
      ],
      "whatever listens in namespaces that are scraped": [
        egress({ to: [{ namespaceSelector: {} }], ports: [{ protocol: "TCP" }] }),
      ],
      "a network of the organisation's": [
        ingress({ from: [{ ipBlock: { cidr: "10.20.0.0/16" } }], ports: [{ port: 9090 }] }),
      ],
      "names for everybody's use": [egress({ ports: [{ port: 53, protocol: "UDP" }] })],
    },
    fails: {
      "whatever comes": { stack: [ingress({})], says: /spec\.ingress\[0\] allows everything/ },
      "whatever leaves": { stack: [egress({})], says: /spec\.egress\[0\] allows everything/ },
      "every port": {
        stack: [ingress({ from: [{ podSelector: {} }] })],
        says: /spec\.ingress\[0\]\.ports is not set: every port is open/,
      },
      "every port to the internet": {
        stack: [egress({ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }] })],
        says: /spec\.egress\[0\]\.ports is not set/,
      },
      "everybody on Prometheus' port": {
        stack: [ingress({ ports: [{ port: 9090 }] })],
        says: /spec\.ingress\[0\]\.from lets everybody in on port 9090/,
      },
      "everybody, by an empty list": {
        stack: [ingress({ from: [], ports: [{ port: 9093 }] })],
        says: /everybody in on port 9093/,
      },
      "the internet": {
        stack: [ingress({ from: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: [{ port: 9090 }] })],
        says: /everybody in on port 9090/,
      },
      "the internet of IPv6, behind a right rule": {
        stack: [
          ingress(
            { from: [{ podSelector: {} }], ports: [{ port: 9090 }] },
            { from: [{ podSelector: {} }, { ipBlock: { cidr: "::/0" } }], ports: [{ port: 9090 }] },
          ),
        ],
        says: /spec\.ingress\[1\]\.from lets everybody in on port 9090/,
      },
      "half of the internet": {
        stack: [ingress({ from: [{ ipBlock: { cidr: "128.0.0.0/1" } }], ports: [{ port: 22 }] })],
        says: /everybody in on port 22/,
      },
      "every namespace": {
        stack: [ingress({ from: [{ namespaceSelector: {} }], ports: [{ port: 9090 }] })],
        says: /everybody in on port 9090/,
      },
      "every pod of every namespace": {
        stack: [ingress({ from: [{ namespaceSelector: {}, podSelector: {} }], ports: [{ port: 9090 }] })],
        says: /everybody in on port 9090/,
      },
      "the internet but for a network of it": {
        stack: [
          ingress({
            from: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["10.0.0.0/8"] } }],
            ports: [{ port: 9090 }],
          }),
        ],
        says: /everybody in on port 9090/,
      },
      "every namespace, by labels that are none": {
        stack: [
          ingress({
            from: [{ namespaceSelector: { matchLabels: {} } }],
            ports: [{ port: 9090 }],
          }),
        ],
        says: /everybody in on port 9090/,
      },
      "every namespace that has a name": {
        stack: [
          ingress({
            from: [
              {
                namespaceSelector: {
                  matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "Exists" }],
                },
              },
            ],
            ports: [{ port: 9090 }],
          }),
        ],
        says: /everybody in on port 9090/,
      },
      "ports from one that serves people up to the last": {
        stack: [ingress({ ports: [{ port: 443, endPort: 65_535 }] })],
        says: /everybody in on port 443 to 65535/,
      },
      "a port by its name": {
        stack: [ingress({ ports: [{ port: "http-web" }] })],
        says: /everybody in on port http-web/,
      },
      "a port in quotes": {
        stack: [ingress({ ports: [{ port: "9090" }] })],
        says: /everybody in on port 9090/,
      },
      "a protocol instead of a port": {
        stack: [ingress({ from: [{ podSelector: {} }], ports: [{ protocol: "TCP" }] })],
        says: /spec\.ingress\[0\]\.ports\[0\]\.port is not set: every port is open/,
      },
      "a protocol instead of a port, to the internet": {
        stack: [egress({ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: [{ protocol: "TCP" }] })],
        says: /spec\.egress\[0\]\.ports\[0\]\.port is not set/,
      },
      "a policy that leaves egress open": {
        stack: [networkPolicy({ podSelector: {} })],
        says: /spec\.policyTypes is not set, so that egress is open/,
      },
    },
    absent: { stack: [networkPolicy({})], says: /spec\.policyTypes is not set/ },
    unknown: [ingress({ from: unknown, ports: [{ port: 9090 }] })],
  });

  testPolicy({
    policy: exposureNamespace,
    passes: {
      "a namespace that wants what is restricted": [enforcing("restricted")],
      "a release in a namespace that is there": [release("grafana", "monitoring")],
      "a namespace of what measures nodes": [
        {
          type: "kubernetes:core/v1:Namespace",
          props: { metadata: { name: "monitoring-nodes", labels: { ...level("privileged") } } },
        },
      ],
    },
    fails: {
      "what is privileged": {
        stack: [enforcing("privileged")],
        says: /metadata\.labels\["pod-security\.kubernetes\.io\/enforce"\] is "privileged", expected "restricted"/,
      },
      baseline: { stack: [enforcing("baseline")], says: /is "baseline"/ },
      "a level that the API server does not know": {
        stack: [enforcing("Restricted")],
        says: /is "Restricted"/,
      },
      "a namespace named after nodes that warns of nothing": {
        stack: [
          {
            type: "kubernetes:core/v1:Namespace",
            props: {
              metadata: {
                name: "monitoring-nodes",
                labels: { "pod-security.kubernetes.io/enforce": "privileged" },
              },
            },
          },
        ],
        says: /is "privileged", expected "restricted"/,
      },
      "a namespace that a release makes": {
        stack: [
          {
            type: "kubernetes:helm.sh/v3:Release",
            props: { chart: "grafana", namespace: "grafana", createNamespace: true },
          },
        ],
        says: /createNamespace makes a namespace without labels/,
      },
      "a warning that refuses nobody": {
        stack: [namespace({ "pod-security.kubernetes.io/warn": "restricted" })],
        says: /enforce"\] is not set/,
      },
    },
    absent: { stack: [namespace({})], says: /enforce"\] is not set, expected "restricted"/ },
    unknown: [enforcing(unknown)],
  });
});

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
      "the way in": [
        values("haproxytech/kubernetes-ingress", { controller: { service: { type: "LoadBalancer" } } }),
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
        stack: [
          values("kube-prometheus-stack", {
            prometheus: { servicePerReplica: { enabled: true, type: "NodePort" } },
          }),
        ],
        says: /values\.prometheus\.servicePerReplica\.type is "NodePort"/,
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

function deployment(namespace?: string): Given {
  return {
    type: "kubernetes:apps/v1:Deployment",
    props: { metadata: { ...(namespace !== undefined && { namespace }) }, spec: { template: { spec: {} } } },
  };
}

function release(chart: string, namespace?: string): Given {
  return {
    type: "kubernetes:helm.sh/v3:Release",
    props: { chart, ...(namespace !== undefined && { namespace }), values: {} },
  };
}

function values(chart: string, of: object): Given {
  return { type: "kubernetes:helm.sh/v3:Release", props: { chart, values: of } };
}

function networkPolicy(spec: object, { namespace }: { namespace?: string | undefined } = where): Given {
  return {
    type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
    name: "network-policy",
    props: { metadata: { ...(namespace !== undefined && { namespace }) }, spec },
  };
}

function ingress(...rules: object[]): Given {
  return networkPolicy({ podSelector: {}, policyTypes: ["Ingress"], ingress: rules });
}

function egress(...rules: object[]): Given {
  return networkPolicy({ podSelector: {}, policyTypes: ["Egress"], egress: rules });
}

function level(of: string): Record<string, string> {
  return { "pod-security.kubernetes.io/enforce": of, "pod-security.kubernetes.io/warn": of };
}

function enforcing(of: string): Given {
  return namespace(level(of));
}

function namespace(labels: object): Given {
  return { type: "kubernetes:core/v1:Namespace", props: { metadata: { name: "monitoring", labels } } };
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
