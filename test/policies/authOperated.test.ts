import assert from "node:assert/strict";
import * as operatedPolicies from "../../policies/auth/operated.ts";
import { authOperated } from "../../policies/auth/operated.ts";
import { testNoneIsLeftOut, testPolicy } from "./cases.ts";
import { evaluate, given, unknown, type Given } from "./evaluation.ts";

const tlsConfig = {
  certFile: "/etc/tls/tls.crt",
  keyFile: "/etc/tls/tls.key",
  clientCAFile: "/etc/tls/ca.crt",
  clientAuthType: "VerifyClientCertIfGiven",
};
const gossip = {
  server: {
    certFile: "tls.crt",
    keyFile: "tls.key",
    clientCAFile: "ca.crt",
    clientAuthType: "RequireAndVerifyClientCert",
  },
  client: { ca: {}, cert: {}, keySecret: {} },
};
const grpc = { certFile: "/etc/tls/tls.crt", keyFile: "/etc/tls/tls.key", caFile: "/etc/tls/ca.crt" };
const closed: Given = {
  type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
  name: "default-deny",
  props: { metadata: { namespace: "monitoring" }, spec: { podSelector: {}, policyTypes: ["Ingress"] } },
};
const reference = { secret: { name: "tls", key: "tls.crt" } };
const nginx = "nginx.ingress.kubernetes.io";

describe("Policies of authentication: what the operator runs", () => {
  testPolicy({
    policy: authOperated,
    passes: {
      "certificates that are looked at": [stack({})],
      "certificates of Secrets": [
        custom("Prometheus", {
          web: {
            tlsConfig: {
              cert: reference,
              keySecret: { name: "tls", key: "tls.key" },
              client_ca: reference,
              clientAuthType: "RequireAndVerifyClientCert",
              minVersion: "TLS13",
            },
          },
        }),
      ],
      "a server of its own pod": [custom("Alertmanager", { listenLocal: true })],
      "parts that are off": [
        release("kube-prometheus-stack", {
          prometheus: { enabled: false },
          alertmanager: { enabled: false },
        }),
      ],
      "Services and Ingresses that are none": [
        stack({
          service: { type: "ClusterIP" },
          ingress: { enabled: false },
          servicePerReplica: { enabled: false, type: "LoadBalancer" },
          route: { main: { enabled: false } },
        }),
      ],
      "an Ingress whose controller asks another": [
        stack({
          ingress: {
            enabled: true,
            annotations: { [`${nginx}/auth-url`]: "https://login.example.org/oauth2/auth" },
          },
        }),
      ],
      "an Ingress whose controller asks for certificates": [
        stack({
          ingress: {
            enabled: true,
            annotations: {
              [`${nginx}/auth-tls-secret`]: "edge/ca",
              [`${nginx}/auth-tls-verify-client`]: "on",
            },
          },
        }),
      ],
      "peers that show certificates": [
        right("Prometheus", { thanos: { grpcServerTlsConfig: grpc } }),
        { ...right("Alertmanager", { replicas: 1 }), name: "alone" },
        {
          ...right("Alertmanager", {
            replicas: 2,
            clusterTLS: gossip,
          }),
          name: "pair",
        },
        { ...right("ThanosRuler", { grpcServerTlsConfig: grpc }), name: "ruler" },
        { ...right("Prometheus", { thanos: { grpcListenLocal: true } }), name: "local" },
      ],
      "servers in the clear that only named pods reach": [
        custom("Prometheus", { thanos: { image: "quay.io/thanos/thanos:v0.42.4" } }, "monitoring"),
        { ...custom("Alertmanager", { replicas: 3 }, "monitoring"), name: "alertmanager" },
        closed,
      ],
      "Grafana's own Ingress": [stack({}, { grafana: { ingress: { enabled: true } } })],
      "others' charts": [release("grafana", { ingress: { enabled: true } })],
    },
    fails: {
      "Prometheus in the clear": {
        stack: [release("kube-prometheus-stack", { alertmanager: { enabled: false } })],
        says: /values\.prometheus\.prometheusSpec\.web\.tlsConfig is not set: it answers everybody/,
      },
      "Alertmanager in the clear": {
        stack: [custom("Alertmanager", {})],
        says: /spec\.web\.tlsConfig is not set/,
      },
      "a ruler in the clear": {
        stack: [stack({}, { thanosRuler: { enabled: true, thanosRulerSpec: {} } })],
        says: /values\.thanosRuler\.thanosRulerSpec\.web\.tlsConfig is not set/,
      },
      "a chart that Pulumi renders": {
        stack: [
          {
            type: "kubernetes:helm.sh/v4:Chart",
            props: { chart: "./charts/kube-prometheus-stack-88.5.3.tgz", values: {} },
          },
        ],
        says: /values\.prometheus\.prometheusSpec\.web\.tlsConfig is not set/,
      },
      "an agent in the clear": {
        stack: [{ type: "kubernetes:monitoring.coreos.com/v1alpha1:PrometheusAgent", props: { spec: {} } }],
        says: /spec\.web\.tlsConfig is not set/,
      },
      "a part that a text turns on": {
        stack: [stack({}, { thanosRuler: { enabled: "true" } })],
        says: /values\.thanosRuler\.thanosRulerSpec\.web\.tlsConfig is not set/,
      },
      "certificates that nobody looks at": {
        stack: [
          custom("Prometheus", { web: { tlsConfig: { ...tlsConfig, clientAuthType: "NoClientCert" } } }),
        ],
        says: /spec\.web\.tlsConfig\.clientAuthType is "NoClientCert", so that no certificate is looked at/,
      },
      "any certificate": {
        stack: [
          custom("Prometheus", {
            web: { tlsConfig: { ...tlsConfig, clientAuthType: "RequireAnyClientCert" } },
          }),
        ],
        says: /clientAuthType is "RequireAnyClientCert"/,
      },
      "certificates of every authority": {
        stack: [custom("Prometheus", { web: { tlsConfig: { ...tlsConfig, clientCAFile: undefined } } })],
        says: /spec\.web\.tlsConfig\.clientCAFile is not set/,
      },
      "a key that is not there": {
        stack: [custom("Prometheus", { web: { tlsConfig: { ...tlsConfig, keyFile: undefined } } })],
        says: /spec\.web\.tlsConfig\.keyFile is not set/,
      },
      "an old TLS": {
        stack: [custom("Prometheus", { web: { tlsConfig: { ...tlsConfig, minVersion: "TLS10" } } })],
        says: /spec\.web\.tlsConfig\.minVersion is "TLS10", expected "TLS12" or newer/,
      },
      "a sidecar of the operator's": {
        stack: [custom("Prometheus", { thanos: { image: "quay.io/thanos/thanos:v0.42.4" } })],
        says: /spec\.thanos\.grpcServerTlsConfig\.certFile is not set/,
      },
      "a sidecar that looks at no certificate, in the chart": {
        stack: [
          stack(
            {},
            {
              prometheus: {
                prometheusSpec: { thanos: { grpcServerTlsConfig: { ...grpc, caFile: undefined } } },
              },
            },
          ),
        ],
        says: /values\.prometheus\.prometheusSpec\.thanos\.grpcServerTlsConfig\.caFile is not set/,
      },
      "a ruler of the operator's": {
        stack: [custom("ThanosRuler", {})],
        says: /spec\.grpcServerTlsConfig\.keyFile is not set/,
      },
      "a pair of Alertmanagers that listen to everybody": {
        stack: [custom("Alertmanager", { replicas: 2 })],
        says: /spec\.clusterTLS is not set, so that anybody may join/,
      },
      "a pair one of whose sides has no authority": {
        stack: [
          custom("Alertmanager", {
            replicas: 2,
            clusterTLS: { ...gossip, client: { cert: {}, keySecret: {} } },
          }),
        ],
        says: /spec\.clusterTLS\.client\.ca is not set/,
      },
      "a pair that speaks an old TLS": {
        stack: [
          custom("Alertmanager", {
            replicas: 2,
            clusterTLS: { ...gossip, client: { ...gossip.client, minVersion: "TLS10" } },
          }),
        ],
        says: /spec\.clusterTLS\.client\.minVersion is "TLS10"/,
      },
      "a pair whose certificates nobody looks at, in the chart": {
        stack: [
          release("kube-prometheus-stack", {
            alertmanager: {
              alertmanagerSpec: { replicas: "2", clusterTLS: { server: { clientAuthType: "NoClientCert" } } },
            },
          }),
        ],
        says: /values\.alertmanager\.alertmanagerSpec\.clusterTLS\.server\.clientAuthType is "NoClientCert"/,
      },
      "a server in the clear, where another namespace is closed": {
        stack: [custom("Prometheus", {}, "default"), closed],
        says: /spec\.web\.tlsConfig is not set/,
      },
      "half of TLS, where only named pods come": {
        stack: [custom("Prometheus", { web: { tlsConfig: {} } }, "monitoring"), closed],
        says: /spec\.web\.tlsConfig\.certFile is not set/,
      },
      "a way out of a namespace that is closed": {
        stack: [
          {
            type: "kubernetes:helm.sh/v3:Release",
            props: {
              chart: "prometheus",
              namespace: "monitoring",
              values: { server: { ingress: { enabled: true } } },
            },
          },
          closed,
        ],
        says: /values\.server\.ingress\.enabled publishes it without a log-in/,
      },
      "a port of every node": {
        stack: [stack({ service: { type: "NodePort" } })],
        says: /values\.prometheus\.service\.type is "NodePort", which anybody reaches/,
      },
      "a balancer for each replica": {
        stack: [stack({ servicePerReplica: { enabled: true, type: "LoadBalancer" } })],
        says: /values\.prometheus\.servicePerReplica\.type is "LoadBalancer"/,
      },
      "a balancer of the chart's own choice": {
        stack: [stack({ thanosServiceExternal: { enabled: true } })],
        says: /values\.prometheus\.thanosServiceExternal\.type is "LoadBalancer"/,
      },
      "addresses of its own": {
        stack: [stack({ service: { externalIPs: ["203.0.113.7"] } })],
        says: /values\.prometheus\.service\.externalIPs are reached by anybody/,
      },
      "an Ingress without a log-in": {
        stack: [stack({ ingress: { enabled: true, hosts: ["prometheus.example.org"] } })],
        says: /values\.prometheus\.ingress\.enabled publishes it without a log-in/,
      },
      "an Ingress that a text turns on": {
        stack: [stack({ ingress: { enabled: "true" } })],
        says: /values\.prometheus\.ingress\.enabled publishes it/,
      },
      "an Ingress for each replica": {
        stack: [stack({ ingressPerReplica: { enabled: true } })],
        says: /values\.prometheus\.ingressPerReplica\.enabled publishes it/,
      },
      "an Ingress for Thanos": {
        stack: [stack({ thanosIngress: { enabled: true } })],
        says: /values\.prometheus\.thanosIngress\.enabled publishes it/,
      },
      "a route by whatever name": {
        stack: [stack({ route: { public: { enabled: true } } })],
        says: /values\.prometheus\.route\.public\.enabled publishes it/,
      },
      "a wish for certificates that is none": {
        stack: [
          stack({
            ingress: {
              enabled: true,
              annotations: {
                [`${nginx}/auth-tls-secret`]: "edge/ca",
                [`${nginx}/auth-tls-verify-client`]: "optional_no_ca",
              },
            },
          }),
        ],
        says: /values\.prometheus\.ingress\.enabled publishes it/,
      },
      "Thanos' chart": {
        stack: [release("thanos", { query: { ingress: { enabled: true } } })],
        says: /values\.query\.ingress\.enabled publishes it/,
      },
      "the other chart's Alertmanager": {
        stack: [release("prometheus", { alertmanager: { service: { type: "NodePort" } } })],
        says: /values\.alertmanager\.service\.type is "NodePort"/,
      },
      "PushGateway's chart": {
        stack: [release("prometheus-pushgateway", { service: { type: "LoadBalancer" } })],
        says: /values\.service\.type is "LoadBalancer"/,
      },
    },
    absent: {
      stack: [release("kube-prometheus-stack", {})],
      says: /alertmanagerSpec\.web\.tlsConfig is not set/,
    },
    unknown: [custom("Prometheus", { web: unknown })],
  });

  it("wants TLS also where a NetworkPolicy denies by default, when it is set so", () => {
    const stack = given([custom("Prometheus", {}, "monitoring"), closed]);
    const { violations } = evaluate([authOperated], stack, { [authOperated.id]: { required: true } });
    assert.match(violations.map(({ message }) => message).join("\n"), /spec\.web\.tlsConfig is not set/);
  });

  testNoneIsLeftOut(operatedPolicies);
});

/** A right one, and what else its Prometheus and its chart are told. */
function stack(prometheus: object, more: object = {}): Given {
  return release("kube-prometheus-stack", {
    prometheus: { prometheusSpec: { web: { tlsConfig } }, ...prometheus },
    alertmanager: { alertmanagerSpec: { web: { tlsConfig } } },
    ...more,
  });
}

function release(chart: string, values: object): Given {
  return { type: "kubernetes:helm.sh/v3:Release", props: { chart: `oci://ghcr.io/charts/${chart}`, values } };
}

function custom(kind: string, spec: object, namespace = "default"): Given {
  return { type: `kubernetes:monitoring.coreos.com/v1:${kind}`, props: { metadata: { namespace }, spec } };
}

/** With a web server that is right. */
function right(kind: string, spec: object): Given {
  return custom(kind, { web: { tlsConfig }, ...spec });
}
