import * as haproxyPolicies from "../../policies/auth/haproxy.ts";
import { authHaproxy } from "../../policies/auth/haproxy.ts";
import { testNoneIsLeftOut, testPolicy } from "./cases.ts";
import type { Given } from "./evaluation.ts";

const bind = "bind :443 ssl crt /etc/haproxy/edge.pem";

describe("Policies of authentication: HAProxy", () => {
  testPolicy({
    policy: authHaproxy,
    passes: {
      "an edge with TLS, and a redirect to it": [
        config(
          "global\n  ssl-default-bind-options ssl-min-ver TLSv1.2\n  stats socket /run/haproxy.sock level admin",
          `frontend http\n  bind :80\n  http-request redirect scheme https code 301`,
          `frontend edge\n  ${bind}\n  default_backend prometheus`,
          "backend prometheus\n  server a 10.0.0.5:9090 ssl verify required",
        ),
      ],
      "statistics for whom it knows": [
        config(
          `listen stats\n  ${bind}\n  stats enable\n  stats uri /\n  stats auth "ops:\${STATS_PASSWORD}"`,
        ),
        {
          ...config(
            "userlist ops\n  user ops password $5$abc$def",
            `frontend metrics\n  ${bind}\n  http-request auth unless { http_auth(ops) }\n  http-request use-service prometheus-exporter if { path /metrics }`,
          ),
          name: "metrics",
        },
      ],
      "metrics for who has a certificate": [
        config(
          `frontend metrics\n  ${bind} ca-file /etc/ca.pem verify required\n  http-request use-service prometheus-exporter`,
        ),
      ],
      "statistics of its own host": [config("listen stats\n  bind 127.0.0.1:8404\n  stats enable")],
      "TLS that goes through": [config("defaults\n  mode tcp", "frontend through\n  bind :443")],
      "what is no HAProxy": [
        {
          type: "kubernetes:core/v1:ConfigMap",
          props: { data: { "nginx.conf": "server {\n  listen 80;\n}" } },
        },
      ],
    },
    fails: {
      "an edge without TLS": {
        stack: [config("defaults\n  mode http", "frontend edge\n  bind *:80\n  default_backend prometheus")],
        says: /data\.haproxy\.cfg frontend edge serves in the clear \(bind \*:80\)/,
      },
      "one address of two without TLS": {
        stack: [config(`frontend edge\n  ${bind}\n  bind 10.0.0.5:8080`)],
        says: /frontend edge serves in the clear \(bind 10\.0\.0\.5:8080\)/,
      },
      "a redirect in a remark": {
        stack: [config("frontend edge\n  bind :80\n  # redirect scheme https")],
        says: /frontend edge serves in the clear/,
      },
      "an old TLS": {
        stack: [config("global\n  ssl-default-bind-options ssl-min-ver TLSv1.0", `frontend edge\n  ${bind}`)],
        says: /global speaks an old TLS/,
      },
      "an old TLS at the most": {
        stack: [config("global\n  ssl-default-bind-options ssl-max-ver TLSv1.1", `frontend edge\n  ${bind}`)],
        says: /global speaks an old TLS/,
      },
      "a server that may be anybody": {
        stack: [
          config(`frontend edge\n  ${bind}`, "backend grafana\n  server a 10.0.0.1:3000 ssl verify none"),
        ],
        says: /backend grafana takes any certificate for its server's/,
      },
      "statistics for everybody": {
        stack: [config(`listen stats\n  ${bind}\n  stats enable\n  stats uri /stats`)],
        says: /listen stats shows its statistics to everybody/,
      },
      "metrics for everybody, beside a page that asks": {
        stack: [
          config(
            `frontend home\n  ${bind}\n  http-request auth unless { http_auth(ops) }`,
            `frontend metrics\n  ${bind}\n  http-request use-service prometheus-exporter if { path /metrics }`,
          ),
        ],
        says: /frontend metrics shows its statistics to everybody/,
      },
      "commands from everybody": {
        stack: [config("global\n  stats socket ipv4@0.0.0.0:9999 level admin", `frontend edge\n  ${bind}`)],
        says: /global takes commands from everybody/,
      },
      "a password": {
        stack: [config("userlist ops\n  user ops insecure-password hunter2", `frontend edge\n  ${bind}`)],
        says: /userlist ops has a password that is no hash/,
      },
      "a password for statistics": {
        stack: [config(`listen stats\n  ${bind}\n  stats enable\n  stats auth admin:hunter2`)],
        says: /listen stats has a password that is no hash/,
      },
      "a chart's configuration": {
        stack: [
          {
            type: "kubernetes:helm.sh/v3:Release",
            props: {
              chart: "haproxy",
              values: { config: "frontend edge\n  bind :80\n  default_backend a\n" },
            },
          },
        ],
        says: /values\.config frontend edge serves in the clear/,
      },
      "the first start of a machine, in base64": {
        stack: [
          {
            type: "azure-native:compute:VirtualMachine",
            props: {
              osProfile: {
                customData: Buffer.from(
                  "#cloud-config\nwrite_files:\n  - path: /etc/haproxy/haproxy.cfg\n    content: |\n      frontend edge\n        bind :80\n",
                ).toString("base64"),
              },
            },
          },
        ],
        says: /osProfile\.customData frontend edge serves in the clear/,
      },
    },
    absent: { stack: [{ type: "kubernetes:core/v1:ConfigMap", props: {} }] },
  });

  testNoneIsLeftOut(haproxyPolicies);
});

function config(...sections: string[]): Given {
  return {
    type: "kubernetes:core/v1:ConfigMap",
    props: { data: { "haproxy.cfg": `${sections.join("\n\n")}\n` } },
  };
}
