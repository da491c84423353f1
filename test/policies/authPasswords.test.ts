import * as passwords from "../../policies/auth/passwords.ts";
import { authPlainPassword } from "../../policies/auth/passwords.ts";
import { testNoneIsLeftOut, testPolicy } from "./cases.ts";
import { unknown, type Given } from "./evaluation.ts";

// Nobody's; put together here, so that no scanner takes them for somebody's.
const slack = ["https://hooks.slack.com", "services/T0/B0/xyz"].join("/");
const teams = [
  "https://acme.webhook.office.com",
  "webhookb2/1f@2e/IncomingWebhook",
  "0a1b2c3d4e5f60718293",
].join("/");
const chat = [
  "https://chat.googleapis.com/v1/spaces/A/messages?key=AIza",
  "1&token=0a1b2c3d4e5f60718293",
].join("");
const jwt = ["eyJhbGciOiJub25lIn0", "eyJzdWIiOiJhIn0", "c2ln"].join(".");
const awsKey = ["AKIA", "IOSFODNN7EXAMPLE"].join("");
/** Of no password; its cost is 12. */
const hash = `$2y$12$${"a".repeat(53)}`;

const alertmanager = `global:
  smtp_auth_password: 'hunter2secret'
  slack_api_url: ${slack}
receivers:
- name: pager
  pagerduty_configs:
  - routing_key: 0a1b2c3d4e5f
`;

describe("Policies of authentication: passwords", () => {
  testPolicy({
    policy: authPlainPassword,
    passes: {
      "files, and keys of Secrets": [
        release("alertmanager", {
          config: {
            global: { smtp_auth_password_file: "/etc/mail/password", slack_api_url_file: "/etc/slack/url" },
            receivers: [
              {
                pagerduty_configs: [{ routing_key_file: "/etc/pagerduty/key" }],
                webhook_configs: [
                  {
                    url: "http://inbox:9095/hooks/alerts",
                    http_config: { basic_auth: { username: "a", password_file: "/p" } },
                  },
                ],
              },
            ],
          },
        }),
        release(
          "kube-prometheus-stack",
          {
            grafana: { admin: { existingSecret: "grafana-admin", passwordKey: "password" } },
            prometheus: {
              prometheusSpec: {
                remoteWrite: [{ basicAuth: { password: { name: "remote", key: "password" } } }],
              },
            },
            auth: { secretKeys: { password: "redis-password" }, passwordSecret: "redis" },
            env: [{ name: "DB_PASSWORD", valueFrom: { secretKeyRef: { name: "db", key: "password" } } }],
          },
          "stack",
        ),
        configMap({
          "prometheus.yml":
            "remote_write:\n  - url: https://a.example\n    basic_auth:\n      username: u\n      password_file: /etc/p\n    authorization:\n      type: Bearer\n      credentials_file: /etc/token\nalerting:\n  bearer_token_file: /etc/token\n",
        }),
      ],
      "what stands for a password": [
        configMap(
          Object.fromEntries(
            [
              "$__file{/etc/p}",
              "$__env{P}",
              "${P}",
              "$(cat /etc/p)",
              "{{ .Values.p }}",
              "{{secret:p}}",
              '"{{ .password }}"',
              "<secret>",
              '"<password>"',
              "[secret]",
              "ENC[AES256_GCM,data:p]",
              "vault:secret/p#p",
              "!ref p",
              "*shared",
              "|",
              "/run/secrets/p",
              "%PASSWORD%",
              "null",
              "",
              '""',
              "# of the vault",
              "xxxxxx",
              hash,
            ].map((value, index) => [`${String(index)}.yml`, `auth:\n  password: ${value}\n  user: a\n`]),
          ),
        ),
      ],
      "how a password is treated": [
        release("keycloak", {
          password: "strict",
          passwordPolicy: { password: "letters" },
          policies: { password: "long" },
          tokens: { token: true, csrf_token: "same-origin" },
          fetch: { credentials: "include" },
          automountServiceAccountToken: false,
          passwordMinLength: "12",
          token: "projected-token",
        }),
        configMap({
          passwd: "grafana:x:472:0::/:/sbin/nologin",
          ".htpasswd": `admin:${hash}`,
          "nsswitch.conf": "passwd: files systemd\n",
          "a.yml": "credentials: include\ntoken: true\npassword: required\n",
        }),
      ],
      "a tenant, a user and a certificate among what Grafana encrypts": [
        configMap({
          "datasources.yml":
            "secureJsonData:\n  httpHeaderValue1: tenant-1\n  username: a\n  tlsCACert: abc\n",
        }),
      ],
      "what only speaks of one": [
        {
          ...configMap({
            "rules.yml": "annotations:\n  summary: the password: see the runbook\n# password: hunter2\n",
          }),
          props: {
            metadata: { annotations: { password: "hunter2secret" } },
            data: { readme: "Password: see the vault" },
          },
        },
        release("ingress", {
          ingress: { annotations: { "nginx.ingress.kubernetes.io/auth-secret": "a", note: slack } },
        }),
      ],
      "a Secret, also among a chart's objects": [
        {
          type: "kubernetes:core/v1:Secret",
          props: { stringData: { password: "hunter2secret", url: slack } },
        },
        release("kube-prometheus-stack", {
          extraManifests: [{ kind: "Secret", stringData: { password: "hunter2" } }],
        }),
        { ...configMap({ "secret.yml": "kind: Secret\nstringData:\n  password: hunter2\n" }), name: "file" },
      ],
      "what keeps secrets, or makes them": [
        { type: "random:index/randomPassword:RandomPassword", props: { result: "hunter2secret" } },
        {
          type: "aws:secretsmanager/secretVersion:SecretVersion",
          props: { secretString: "password: hunter2" },
        },
      ],
      "what a connection and a repository are opened with": [
        {
          type: "command:remote:Command",
          props: { connection: { password: "hunter2" }, create: "hostname" },
        },
        { ...release("a", {}), props: { chart: "a", repositoryOpts: { password: "hunter2" } } },
      ],
      "what other policies tell": [
        release("grafana", {
          adminPassword: "hunter2",
          "grafana.ini": {
            security: { admin_password: "hunter2", secret_key: "a0b1c2" },
            "auth.azuread": { client_secret: "s3cr3t" },
          },
        }),
        release(
          "oauth2-proxy",
          { config: { clientSecret: "s3cr3t", cookieSecret: "0123456789abcdef" } },
          "proxy",
        ),
        release("thanos", { objstoreConfig: { secret_key: awsKey } }, "thanos"),
        configMap({
          "grafana.ini": "[security]\nadmin_password = hunter2\n[auth.okta]\nclient_secret = s3cr3t\n",
        }),
        pod({
          env: [
            { name: "DB_PASSWORD", value: "hunter2" },
            { name: "DSN", value: "postgres://u:hunter2@db" },
          ],
        }),
        { ...pod({ args: ["--web.password=hunter2"] }), name: "flag" },
        { ...configMap({ "web.yml": `basic_auth_users:\n  admin: hunter2\n` }), name: "web" },
      ],
      "scripts that ask": [
        script(
          [
            "net user monitor /active:no",
            'net user monitor "$password" /add',
            'curl -u "$USER:$PASSWORD" https://a.example',
            'curl -u user: https://a.example && curl -u "user:$(cat /etc/p)" https://a.example',
            "$password = Get-Secret monitor",
            "$token = (Invoke-RestMethod $uri).access_token",
            "token = login(user, secret)",
            "password=args.password",
            'export PGPASSWORD="$(cat /etc/p)"',
            "grafana-cli --password-file /etc/p --show-password now",
            "msiexec /i a.msi -Password $password",
            "docker pull docker://acme:tag@sha256:00",
          ].join("\n"),
        ),
      ],
    },
    fails: {
      "Alertmanager's mail": {
        stack: [release("alertmanager", { config: { global: { smtp_auth_password: "hunter2secret" } } })],
        says: /values\.config\.global\.smtp_auth_password holds smtp_auth_password in the clear/,
      },
      "Slack's address": {
        stack: [release("alertmanager", { config: { global: { slack_api_url: slack } } })],
        says: /global\.slack_api_url holds the address of a webhook in the clear/,
      },
      "PagerDuty's keys": {
        stack: [receiver({ pagerduty_configs: [{ service_key: "0a1b2c3d4e5f" }] })],
        says: /pagerduty_configs\[0\]\.service_key holds service_key/,
      },
      "PagerDuty's newer keys": {
        stack: [receiver({ pagerduty_configs: [{ routing_key: "0a1b2c3d4e5f" }] })],
        says: /holds routing_key/,
      },
      "a webhook's password": {
        stack: [receiver({ webhook_configs: [{ http_config: { basic_auth: { password: "hunter2" } } }] })],
        says: /http_config\.basic_auth\.password holds password/,
      },
      "a webhook's token": {
        stack: [receiver({ webhook_configs: [{ http_config: { authorization: { credentials: jwt } } }] })],
        says: /authorization\.credentials holds credentials/,
      },
      "the same of the operator's chart": {
        stack: [
          release("kube-prometheus-stack", {
            alertmanager: { config: { global: { opsgenie_api_key: "0a1b" } } },
          }),
        ],
        says: /values\.alertmanager\.config\.global\.opsgenie_api_key holds opsgenie_api_key/,
      },
      "a chart's configuration as a text": {
        stack: [release("kube-prometheus-stack", { alertmanager: { stringConfig: alertmanager } })],
        says: /values\.alertmanager\.stringConfig holds smtp_auth_password/,
      },
      "a file of Alertmanager's": {
        stack: [configMap({ "alertmanager.yml": alertmanager })],
        says: /data\.alertmanager\.yml holds routing_key in the clear/,
      },
      "where Prometheus writes to": {
        stack: [
          configMap({
            "prometheus.yml":
              "remote_write:\n  - url: https://a.example\n    basic_auth: {username: u, password: hunter2secret}\n",
          }),
        ],
        says: /data\.prometheus\.yml holds password in the clear/,
      },
      "a token of Prometheus'": {
        stack: [
          configMap({
            "prometheus.yml": `scrape_configs:\n  - authorization:\n      type: Bearer\n      credentials: ${jwt}\n`,
          }),
        ],
        says: /holds credentials/,
      },
      "a token in braces": {
        stack: [configMap({ "prometheus.yml": `- authorization: {type: Bearer, credentials: "${jwt}"}\n` })],
        says: /holds credentials/,
      },
      "a token of old": {
        stack: [configMap({ "prometheus.yml": `  - job_name: a\n    bearer_token: ${jwt} # of CI\n` })],
        says: /holds bearer_token/,
      },
      "a token without a word before it": {
        stack: [configMap({ "prometheus.yml": "consul_sd_configs:\n  - token: 0a1b2c3d-4e5f-6071-8293\n" })],
        says: /holds token/,
      },
      "the operator's": {
        stack: [
          {
            type: "kubernetes:monitoring.coreos.com/v1:Prometheus",
            props: { spec: { remoteWrite: [{ bearerToken: jwt }] } },
          },
        ],
        says: /spec\.remoteWrite\[0\]\.bearerToken holds bearerToken/,
      },
      "a data source of Grafana's": {
        stack: [
          configMap({
            "datasources.yml":
              "datasources:\n  - name: a\n    secureJsonData:\n      basicAuthPassword: hunter2\n",
          }),
        ],
        says: /data\.datasources\.yml holds basicAuthPassword/,
      },
      "the same as JSON in a line": {
        stack: [
          configMap({
            "a.json": JSON.stringify({
              datasources: [{ secureJsonData: { httpHeaderValue1: `Bearer ${jwt}` }, name: "a" }],
            }),
          }),
        ],
        says: /data\.a\.json\.datasources\[0\]\.secureJsonData\.httpHeaderValue1 holds httpHeaderValue1/,
      },
      "the same in a chart's values": {
        stack: [
          release("grafana", {
            datasources: {
              "datasources.yaml": { datasources: [{ secureJsonData: { password: "hunter2" } }] },
            },
          }),
        ],
        says: /secureJsonData\.password holds password/,
      },
      "Grafana's mail and database": {
        stack: [
          release("grafana", {
            "grafana.ini": { smtp: { password: "hunter2" }, database: { password: "hunter2" } },
          }),
        ],
        says: /values\.grafana\.ini\.database\.password holds password/,
      },
      "Grafana's mail in its file": {
        stack: [configMap({ "grafana.ini": '[smtp]\nenabled = true\npassword = """#hunter;2"""\n' })],
        says: /data\.grafana\.ini holds password/,
      },
      "a chart's environment": {
        stack: [release("app", { env: [{ name: "GF_SMTP_PASSWORD", value: "hunter2" }] })],
        says: /values\.env\[0\]\.value holds GF_SMTP_PASSWORD/,
      },
      "a password that looks like base64": {
        stack: [configMap({ password: "hunter2secret" })],
        says: /data\.password holds password/,
      },
      "an application's that is not the organisation's door": {
        stack: [release("dex", { config: { clientSecret: "s3cr3t" } })],
        says: /values\.config\.clientSecret holds clientSecret/,
      },
      "a webhook in a container's environment": {
        stack: [pod({ env: [{ name: "WEBHOOK_URL", value: slack }] })],
        says: /containers\[0\]\.env\[0\]\.value holds the address of a webhook/,
      },
      "a webhook of Teams'": {
        stack: [receiver({ msteams_configs: [{ webhook_url: teams }] })],
        says: /webhook_url holds the address of a webhook/,
      },
      "an address with a token": {
        stack: [configMap({ "a.yml": `url: ${chat}\n` })],
        says: /data\.a\.yml holds an address with a token/,
      },
      "a custom resource's address": {
        stack: [
          {
            type: "kubernetes:monitoring.coreos.com/v1alpha1:AlertmanagerConfig",
            props: { spec: { receivers: [{ webhookConfigs: [{ url: slack }] }] } },
          },
        ],
        says: /webhookConfigs\[0\]\.url holds the address of a webhook/,
      },
      "a password in an address": {
        stack: [configMap({ "a.yml": "url: https://user:hunter2@a.example/write\n" })],
        says: /holds a password in an address/,
      },
      "a password of a connection": {
        stack: [configMap({ dsn: "host=db user=u password=hunter2 sslmode=require" })],
        says: /data\.dsn holds a password of a connection/,
      },
      "a header among values": {
        stack: [release("app", { headers: { Authorization: "Basic dXNlcjpodW50ZXIyc2VjcmV0" } })],
        says: /headers\.Authorization holds Authorization in the clear/,
      },
      "a header": {
        stack: [
          release("app", {
            curl: "-H 'Authorization: Basic dTpodW50ZXIy'",
          }),
        ],
        says: /values\.curl holds an authorization/,
      },
      "an account of Windows": {
        stack: [script("net user monitor P@ssw0rd! /add")],
        says: /create holds a password of net user in the clear/,
      },
      "curl's": {
        stack: [script("curl -fsSu user:hunter2 \\\n  https://a.example")],
        says: /create holds a password of curl's/,
      },
      "curl's behind its other flags": {
        stack: [
          pod({ command: ["sh", "-c", "curl --silent \\\n  --user 'user:hunter2' https://a.example"] }),
        ],
        says: /command\[2\] holds a password of curl's/,
      },
      "a flag": {
        stack: [script("exporter --basic-auth-password hunter2")],
        says: /create holds a password in the clear/,
      },
      "a flag in a file": {
        stack: [configMap({ "pod.yml": "args:\n- --auth-password=hunter2\n" })],
        says: /data\.pod\.yml holds a password in the clear/,
      },
      "a password that PowerShell is told": {
        stack: [script("$secure = ConvertTo-SecureString 'hunter2' -AsPlainText -Force")],
        says: /create holds a password in the clear/,
      },
      "a variable of PowerShell": { stack: [script('$password = "hunter2"')], says: /create holds password/ },
      "a variable of a shell": {
        stack: [script("export PGPASSWORD=hunter2; psql")],
        says: /create holds PGPASSWORD/,
      },
      "the first start of a machine": {
        stack: [
          {
            type: "aws:ec2/launchTemplate:LaunchTemplate",
            props: { userData: Buffer.from("#cloud-config\npassword: hunter2secret\n").toString("base64") },
          },
        ],
        says: /userData holds password/,
      },
      "one beside what a preview does not know": {
        stack: [release("app", { url: unknown, smtp: { password: "hunter2" } })],
        says: /values\.smtp\.password holds password/,
      },
    },
    absent: {
      stack: [
        release("alertmanager", {}),
        configMap({}),
        { type: "kubernetes:core/v1:Pod", props: {}, name: "pod" },
      ],
    },
    unknown: [script(unknown)],
  });

  testNoneIsLeftOut(passwords);
});

function receiver(configs: object): Given {
  return release("alertmanager", { config: { receivers: [{ name: "a", ...configs }] } });
}

function release(chart: string, values: object, name = "release"): Given {
  return { type: "kubernetes:helm.sh/v3:Release", name, props: { chart, values } };
}

function configMap(data: object): Given {
  return { type: "kubernetes:core/v1:ConfigMap", props: { data } };
}

function pod(container: object): Given {
  return {
    type: "kubernetes:core/v1:Pod",
    props: { spec: { containers: [{ name: "main", ...container }] } },
  };
}

function script(create: string): Given {
  return { type: "command:local:Command", props: { create } };
}
