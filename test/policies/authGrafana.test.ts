import * as grafanaPolicies from "../../policies/auth/grafana.ts";
import {
  authGrafanaAnonymous,
  authGrafanaKey,
  authGrafanaLogin,
  authGrafanaPassword,
  authGrafanaSessions,
} from "../../policies/auth/grafana.ts";
import { testNoneIsLeftOut, testPolicy } from "./cases.ts";
import { unknown, type Given } from "./evaluation.ts";

const closed = {
  "auth.anonymous": { enabled: false },
  public_dashboards: { enabled: false },
  snapshots: { external_enabled: false },
};
const file = "$__file{/etc/grafana/secrets/it}";
const travelling = { security: { cookie_secure: true }, server: { protocol: "https" } };
const login = {
  auth: { disable_login_form: true },
  "auth.basic": { enabled: false },
  "auth.generic_oauth": {
    enabled: true,
    use_pkce: true,
    role_attribute_strict: true,
    client_secret: file,
    token_url: "https://id.example.org/token",
  },
};

describe("Policies of authentication: who comes into Grafana", () => {
  testPolicy({
    policy: authGrafanaAnonymous,
    passes: {
      "a Grafana for whom it knows": [chart({ "grafana.ini": closed })],
      "the same, in the words of INI files": [
        chart({
          "grafana.ini": {
            ...closed,
            "auth.anonymous": { enabled: "False" },
            public_dashboards: { enabled: 0 },
            snapshots: { external_enabled: "off" },
          },
        }),
      ],
      "the environment's last word": [
        chart({
          "grafana.ini": { ...closed, "auth.anonymous": { enabled: true } },
          env: { GF_AUTH_ANONYMOUS_ENABLED: "false" },
        }),
      ],
      "a Grafana that is off": [stack({ enabled: false })],
      "a pod whose file says the rest": [
        pod({
          volumeMounts: [
            { name: "configuration", mountPath: "/etc/grafana/grafana.ini", subPath: "grafana.ini" },
          ],
        }),
      ],
      "a pod of others, with a variable that a preview does not know": [
        pod({ image: "quay.io/thanos/thanos:v0.42.4", env: [{ name: "AZURE_CLIENT_ID", value: unknown }] }),
      ],
      "somebody else's anonymous section": [configMap("[auth.anonymous]\nenabled = false\n")],
    },
    fails: {
      "everybody who comes": {
        stack: [chart({ "grafana.ini": { ...closed, "auth.anonymous": { enabled: true } } })],
        says: /values\.grafana\.ini \[auth\.anonymous\] enabled is "true", expected false/,
      },
      "everybody, by a number": {
        stack: [stack({ "grafana.ini": { ...closed, "auth.anonymous": { enabled: 1 } } })],
        says: /values\.grafana\.grafana\.ini \[auth\.anonymous\] enabled is "1"/,
      },
      "everybody, by the environment": {
        stack: [chart({ "grafana.ini": closed, env: { GF_AUTH_ANONYMOUS_ENABLED: "true" } })],
        says: /\[auth\.anonymous\] enabled is "true"/,
      },
      "everybody, in a pod": {
        stack: [pod({ env: [{ name: "GF_AUTH_ANONYMOUS_ENABLED", value: "True" }] })],
        says: /containers\[0\]\.env \[auth\.anonymous\] enabled is "True"/,
      },
      "everybody, beside what a preview does not know": {
        stack: [
          pod({
            env: [
              { name: "GF_SERVER_ROOT_URL", value: unknown },
              { name: "GF_AUTH_ANONYMOUS_ENABLED", value: "true" },
            ],
          }),
        ],
        says: /containers\[0\]\.env \[auth\.anonymous\] enabled is "true"/,
      },
      "everybody, in a file": {
        stack: [configMap("[server]\nprotocol = https\n\n[auth.anonymous]\nenabled = true\n")],
        says: /data\.grafana\.ini \[auth\.anonymous\] enabled is "true"/,
      },
      "everybody, in a section that is there twice": {
        stack: [
          configMap(
            "[auth.anonymous]\nenabled = false\n[users]\nallow_sign_up = false\n[auth.anonymous]\nenabled = yes\n",
          ),
        ],
        says: /\[auth\.anonymous\] enabled is "yes"/,
      },
      "everybody, in the first start of a machine": {
        stack: [
          {
            type: "aws:ec2/instance:Instance",
            props: {
              userDataBase64: base64(
                "#!/bin/sh\ndocker run -e GF_AUTH_ANONYMOUS_ENABLED=true grafana/grafana\n",
              ),
            },
          },
        ],
        says: /userDataBase64 \[auth\.anonymous\] enabled is "true"/,
      },
      "everybody, of the operator's": {
        stack: [custom({ ...closed, "auth.anonymous": { enabled: "true" } })],
        says: /spec\.config \[auth\.anonymous\] enabled is "true"/,
      },
      "accounts that people make for themselves": {
        stack: [chart({ "grafana.ini": { ...closed, users: { allow_sign_up: true } } })],
        says: /\[users\] allow_sign_up is "true"/,
      },
      "dashboards for everybody": {
        stack: [chart({ "grafana.ini": { ...closed, public_dashboards: {} } })],
        says: /\[public_dashboards\] enabled is not set, expected false/,
      },
      "snapshots that leave the house": {
        stack: [chart({ "grafana.ini": { ...closed, snapshots: { external_enabled: true } } })],
        says: /\[snapshots\] external_enabled is "true"/,
      },
      "new people who may change things": {
        stack: [chart({ "grafana.ini": { ...closed, users: { auto_assign_org_role: "Editor" } } })],
        says: /\[users\] auto_assign_org_role is "Editor", expected viewer or none/,
      },
      "pages that others frame": {
        stack: [chart({ "grafana.ini": { ...closed, security: { allow_embedding: true } } })],
        says: /\[security\] allow_embedding is "true"/,
      },
      "a Grafana without any administrator": {
        stack: [chart({ "grafana.ini": { ...closed, security: { disable_initial_admin_creation: true } } })],
        says: /disable_initial_admin_creation is "true"/,
      },
    },
    absent: { stack: [pod({})], says: /\[public_dashboards\] enabled is not set/ },
    unknown: [chart({ "grafana.ini": unknown })],
  });

  testPolicy({
    policy: authGrafanaPassword,
    passes: {
      "a Secret": [stack({ admin: { existingSecret: "grafana-admin" } })],
      "a file": [stack({ env: { GF_SECURITY_ADMIN_PASSWORD__FILE: "/etc/secrets/password" } })],
      "a file of the settings": [stack({ "grafana.ini": { security: { admin_password: file } } })],
      "a Secret's variable": [
        stack({ envValueFrom: { GF_SECURITY_ADMIN_PASSWORD: { secretKeyRef: { name: "a", key: "b" } } } }),
      ],
      "a Secret's variables": [stack({ envFromSecret: "grafana-admin" })],
      "one that the chart makes": [chart({})],
      "a Secret's variable, in a pod": [
        pod({
          env: [{ name: "GF_SECURITY_ADMIN_PASSWORD", valueFrom: { secretKeyRef: { name: "a", key: "b" } } }],
        }),
      ],
      "one that the operator makes": [custom(closed)],
    },
    fails: {
      "a password that everybody knows": {
        stack: [chart({ adminPassword: "Admin" })],
        says: /values\.adminPassword is a password that everybody knows/,
      },
      "a password among the values": {
        stack: [stack({ adminPassword: "a7!kd9-Xw" })],
        says: /values\.grafana\.adminPassword is written in the clear/,
      },
      "a password that is a number": {
        stack: [chart({ adminPassword: 123_456 })],
        says: /values\.adminPassword is written in the clear/,
      },
      "a password among the settings": {
        stack: [chart({ "grafana.ini": { security: { admin_password: "hunter2" } } })],
        says: /values\.grafana\.ini \[security\] admin_password is written in the clear/,
      },
      "a password in the environment": {
        stack: [stack({ admin: { existingSecret: "a" }, env: { GF_SECURITY_ADMIN_PASSWORD: "hunter2" } })],
        says: /values\.grafana\.env GF_SECURITY_ADMIN_PASSWORD is written in the clear/,
      },
      "a password in a pod": {
        stack: [pod({ env: [{ name: "GF_SECURITY_ADMIN_PASSWORD", value: "changeme" }] })],
        says: /env GF_SECURITY_ADMIN_PASSWORD is a password that everybody knows/,
      },
      "a password in a file": {
        stack: [configMap("[security]\nadmin_password = hunter2\n")],
        says: /data\.grafana\.ini \[security\] admin_password is written in the clear/,
      },
      "a password in a unit of a machine": {
        stack: [
          {
            type: "command:remote:Command",
            props: {
              create: 'printf "[Service]\\nEnvironment=GF_SECURITY_ADMIN_PASSWORD=hunter2\\n" > a.conf',
            },
          },
        ],
        says: /create GF_SECURITY_ADMIN_PASSWORD is written in the clear/,
      },
      "the password of Grafana's own": {
        stack: [pod({})],
        says: /says no administrator's password, so that it is one that everybody knows/,
      },
    },
    absent: { stack: [stack({})], says: /says no administrator's password/ },
    unknown: [chart({ adminPassword: unknown })],
  });

  testPolicy({
    policy: authGrafanaKey,
    passes: {
      "a file": [chart({ "grafana.ini": { security: { secret_key: file } } })],
      "a file of settings, of which the pod's environment says the rest": [
        configMap("[security]\ncookie_secure = true\n"),
      ],
      "a file of the environment's": [chart({ env: { GF_SECURITY_SECRET_KEY__FILE: "/etc/secrets/key" } })],
      "a Secret's variable, in a pod": [
        pod({
          env: [{ name: "GF_SECURITY_SECRET_KEY", valueFrom: { secretKeyRef: { name: "a", key: "b" } } }],
        }),
      ],
    },
    fails: {
      "Grafana's own": {
        stack: [chart({ "grafana.ini": { security: { secret_key: "SW2YcwTIb9zpOOhoPsMm" } } })],
        says: /\[security\] secret_key is Grafana's public default/,
      },
      "a key among the settings": {
        stack: [chart({ "grafana.ini": { security: { secret_key: "a0b1c2d3e4f5" } } })],
        says: /\[security\] secret_key is written in the clear/,
      },
      "a key in a pod": {
        stack: [pod({ env: [{ name: "GF_SECURITY_SECRET_KEY", value: "a0b1c2d3e4f5" }] })],
        says: /\[security\] secret_key is written in the clear/,
      },
      "a key that is empty": {
        stack: [configMap("[security]\nadmin_user = root\nsecret_key =\n")],
        says: /secret_key is Grafana's public default/,
      },
    },
    absent: {
      stack: [chart({})],
      says: /\[security\] secret_key is not set, which is Grafana's public default/,
    },
    unknown: [stack({ "grafana.ini": { security: { secret_key: unknown } } })],
  });

  testPolicy({
    policy: authGrafanaSessions,
    passes: {
      "cookies and pages over TLS": [
        chart({ "grafana.ini": { security: { cookie_secure: true }, server: { protocol: "https" } } }),
      ],
      "the same by the environment": [
        pod({
          env: [
            { name: "GF_SECURITY_COOKIE_SECURE", value: "True" },
            { name: "GF_SERVER_PROTOCOL", value: "h2" },
          ],
        }),
      ],
      "sessions of a day": [
        chart({ "grafana.ini": { ...travelling, auth: { login_maximum_lifetime_duration: "24h" } } }),
      ],
    },
    fails: {
      "cookies without TLS": {
        stack: [chart({ "grafana.ini": { ...travelling, security: { cookie_secure: false } } })],
        says: /\[security\] cookie_secure is "false", expected true/,
      },
      "cookies that other sites send": {
        stack: [
          chart({
            "grafana.ini": { ...travelling, security: { cookie_secure: true, cookie_samesite: "none" } },
          }),
        ],
        says: /\[security\] cookie_samesite is "none", expected lax or strict/,
      },
      "pages without TLS": {
        stack: [chart({ "grafana.ini": { security: travelling.security } })],
        says: /\[server\] protocol is not set, expected https or h2/,
      },
      "an old TLS": {
        stack: [
          chart({
            "grafana.ini": { ...travelling, server: { protocol: "https", min_tls_version: "TLS1.0" } },
          }),
        ],
        says: /\[server\] min_tls_version is "TLS1\.0"/,
      },
      "sessions of a year": {
        stack: [
          chart({ "grafana.ini": { ...travelling, auth: { login_maximum_lifetime_duration: "365d" } } }),
        ],
        says: /\[auth\] login_maximum_lifetime_duration is "365d", expected 30d or less/,
      },
      "sessions that nobody uses": {
        stack: [
          chart({
            "grafana.ini": { ...travelling, auth: { login_maximum_inactive_lifetime_duration: "30d" } },
          }),
        ],
        says: /login_maximum_inactive_lifetime_duration is "30d", expected 7d or less/,
      },
    },
    absent: { stack: [chart({})], says: /cookie_secure is not set, expected true/ },
    unknown: [chart({ "grafana.ini": { security: { cookie_secure: unknown } } })],
  });

  testPolicy({
    policy: authGrafanaLogin,
    passes: {
      "the organisation's own door": [chart({ ingress: { enabled: true }, "grafana.ini": login })],
      "a Grafana that nobody outside reaches": [chart({})],
      Entra: [
        chart({
          service: { type: "LoadBalancer" },
          "grafana.ini": {
            ...login,
            "auth.generic_oauth": {},
            "auth.azuread": { enabled: true, use_pkce: true },
          },
        }),
      ],
      "a proxy of a known address": [
        chart({
          "grafana.ini": {
            ...login,
            "auth.generic_oauth": {},
            "auth.proxy": { enabled: true, whitelist: "10.20.0.0/24" },
          },
        }),
      ],
    },
    fails: {
      "a published one with passwords of its own": {
        stack: [chart({ ingress: { enabled: true } })],
        says: /publishes a Grafana whose people have passwords of its own/,
      },
      "one that a text publishes": {
        stack: [stack({ ingress: { enabled: "true" } })],
        says: /publishes a Grafana/,
      },
      "one that a route publishes": {
        stack: [chart({ route: { main: { enabled: true } } })],
        says: /publishes a Grafana/,
      },
      "one on a port of every node": {
        stack: [chart({ service: { type: "NodePort" } })],
        says: /publishes a Grafana/,
      },
      "codes that others catch": {
        stack: [chart(door({ use_pkce: false }))],
        says: /\[auth\.generic_oauth\] use_pkce is "false", expected true/,
      },
      "people without a role": {
        stack: [chart(door({ role_attribute_strict: false }))],
        says: /\[auth\.generic_oauth\] role_attribute_strict is "false", expected true/,
      },
      "a secret in the clear": {
        stack: [chart(door({ client_secret: "s3cr3t" }))],
        says: /\[auth\.generic_oauth\] client_secret is written in the clear/,
      },
      "a door that is asked in the clear": {
        stack: [chart(door({ token_url: "HTTP://id.example.org/token" }))],
        says: /\[auth\.generic_oauth\] token_url is asked in the clear/,
      },
      "another provider's secret in the clear": {
        stack: [
          chart({
            "grafana.ini": { ...login, "auth.azuread": { enabled: true, client_secret: "s3cr3t" } },
          }),
        ],
        says: /\[auth\.azuread\] client_secret is written in the clear/,
      },
      "a password beside the door": {
        stack: [chart({ "grafana.ini": { ...login, auth: {} } })],
        says: /\[auth\] disable_login_form is not set, expected true/,
      },
      "a password beside another door": {
        stack: [
          chart({ "grafana.ini": { "auth.github": { enabled: true }, "auth.basic": { enabled: false } } }),
        ],
        says: /\[auth\] disable_login_form is not set/,
      },
      "passwords for programs": {
        stack: [chart({ "grafana.ini": { ...login, "auth.basic": { enabled: "yes" } } })],
        says: /\[auth\.basic\] enabled is "yes", expected false/,
      },
      "people who are known by an address that anybody may claim": {
        stack: [
          chart({
            "grafana.ini": {
              ...login,
              auth: { disable_login_form: true, oauth_allow_insecure_email_lookup: true },
            },
          }),
        ],
        says: /\[auth\] oauth_allow_insecure_email_lookup is "true"/,
      },
      "whoever says who they are": {
        stack: [chart({ "grafana.ini": { ...login, "auth.proxy": { enabled: true } } })],
        says: /\[auth\.proxy\] whitelist is not set/,
      },
      "the same by the environment, in a pod": {
        stack: [pod({ env: [{ name: "GF_AUTH_PROXY_ENABLED", value: "true" }] })],
        says: /\[auth\.proxy\] whitelist is not set/,
      },
    },
    absent: { stack: [pod({})] },
    unknown: [chart({ ingress: { enabled: unknown } })],
  });

  testNoneIsLeftOut(grafanaPolicies);
});

function chart(values: object): Given {
  return release("grafana", values);
}

function stack(grafana: object): Given {
  return release("kube-prometheus-stack", { grafana });
}

function release(name: string, values: object): Given {
  return { type: "kubernetes:helm.sh/v3:Release", props: { chart: `repository/${name}`, values } };
}

function door(oauth: object): object {
  return {
    "grafana.ini": { ...login, "auth.generic_oauth": { ...login["auth.generic_oauth"], ...oauth } },
  };
}

function pod(container: object): Given {
  const containers = [{ name: "grafana", image: "docker.io/grafana/grafana:13.2.0", ...container }];
  return { type: "kubernetes:apps/v1:Deployment", props: { spec: { template: { spec: { containers } } } } };
}

function configMap(text: string): Given {
  return { type: "kubernetes:core/v1:ConfigMap", props: { data: { "grafana.ini": text } } };
}

function custom(config: object): Given {
  return { type: "kubernetes:grafana.integreatly.org/v1beta1:Grafana", props: { spec: { config } } };
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
