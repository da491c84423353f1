import * as ingressPolicies from "../../policies/auth/ingress.ts";
import { authIngress } from "../../policies/auth/ingress.ts";
import { testNoneIsLeftOut, testPolicy } from "./cases.ts";
import { unknown, type Given } from "./evaluation.ts";

describe("Policies of authentication: the ways in", () => {
  testPolicy({
    policy: authIngress,
    passes: {
      "a log-in": [ingress({ name: "login-oauth2-proxy", port: { number: 4180 } })],
      "Grafana, which has one": [ingress({ name: "prometheus-grafana", port: { number: 3000 } })],
      "an application": [ingress({ name: "shop", port: { name: "http" } })],
      "a controller that asks another": [
        ingress(
          { name: "prometheus", port: { number: 9090 } },
          { "nginx.ingress.kubernetes.io/auth-url": "https://login.example.org/oauth2/auth" },
        ),
      ],
      "a proxy whose middleware asks": [
        ingress(
          { name: "prometheus", port: { number: 9090 } },
          { "traefik.ingress.kubernetes.io/router.middlewares": "monitoring-oauth@kubernetescrd" },
        ),
      ],
      "a route to a log-in": [route({ name: "oauth2-proxy", port: 4180 })],
    },
    fails: {
      "a server of a release that is named after another": {
        stack: [ingress({ name: "grafana-stack-prometheus", port: { number: 80 } })],
        says: /leads to grafana-stack-prometheus, which asks nobody/,
      },
      Prometheus: {
        stack: [ingress({ name: "monitoring-kube-prometheus-prometheus", port: { name: "http-web" } })],
        says: /spec\.rules\[0\]\.http\.paths\[0\]\.backend leads to monitoring-kube-prometheus-prometheus, which asks/,
      },
      "a port of Prometheus'": {
        stack: [ingress({ name: "metrics", port: { number: 9090 } })],
        says: /backend leads to metrics, which asks nobody/,
      },
      "Alertmanager beside a log-in": {
        stack: [
          ingress({ name: "oauth2-proxy", port: { number: 4180 } }),
          {
            type: "kubernetes:networking.k8s.io/v1:Ingress",
            name: "second",
            props: {
              spec: {
                rules: [
                  {
                    host: "a.example.org",
                    http: {
                      paths: [
                        { path: "/", backend: { service: { name: "oauth2-proxy", port: { number: 4180 } } } },
                        {
                          path: "/api",
                          backend: { service: { name: "alertmanager", port: { number: 9093 } } },
                        },
                      ],
                    },
                  },
                ],
              },
            },
          },
        ],
        says: /second .* spec\.rules\[0\]\.http\.paths\[1\]\.backend leads to alertmanager/,
      },
      "every other name": {
        stack: [
          {
            type: "kubernetes:networking.k8s.io/v1:Ingress",
            props: {
              spec: { defaultBackend: { service: { name: "thanos-query", port: { name: "http" } } } },
            },
          },
        ],
        says: /spec\.defaultBackend leads to thanos-query/,
      },
      "a wish for passwords without a list of them": {
        stack: [
          ingress(
            { name: "pushgateway", port: { number: 9091 } },
            { "nginx.ingress.kubernetes.io/auth-type": "basic" },
          ),
        ],
        says: /leads to pushgateway/,
      },
      "a route of the Gateway API": {
        stack: [route({ name: "shop", port: 80 }, { name: "prometheus", port: 9090 })],
        says: /spec\.rules\[0\]\.backendRefs\[1\] leads to prometheus/,
      },
      "one beside what a preview does not know": {
        stack: [route({ name: unknown, port: 80 }, { name: "prometheus", port: 9090 })],
        says: /backendRefs\[1\] leads to prometheus/,
      },
    },
    absent: { stack: [{ type: "kubernetes:networking.k8s.io/v1:Ingress", props: {} }] },
    unknown: [ingress({ name: unknown, port: { number: 80 } })],
  });

  testNoneIsLeftOut(ingressPolicies);
});

function ingress(service: object, annotations: object = {}): Given {
  return {
    type: "kubernetes:networking.k8s.io/v1:Ingress",
    props: {
      metadata: { annotations },
      spec: {
        rules: [{ host: "monitoring.example.org", http: { paths: [{ path: "/", backend: { service } }] } }],
      },
    },
  };
}

function route(...backendRefs: object[]): Given {
  return {
    type: "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute",
    props: { spec: { rules: [{ backendRefs }] } },
  };
}
