import * as endpoints from "../../policies/auth/endpoints.ts";
import { authServers, authWebConfig } from "../../policies/auth/endpoints.ts";
import { testNoneIsLeftOut, testPolicy } from "./cases.ts";
import { unknown, type Given } from "./evaluation.ts";

const thanosImage = "quay.io/thanos/thanos:v0.42.4";
const tls = "tls_server_config:\n  cert_file: /etc/tls/tls.crt\n  key_file: /etc/tls/tls.key";
/** Of no password; its cost is 12. */
const hash = `$2y$12$${"a".repeat(53)}`;
const path = "--storage.tsdb.path=/prometheus";
const web = "--web.config.file=/etc/web/web.yml";

describe("Policies of authentication: servers", () => {
  testPolicy({
    policy: authServers,
    passes: {
      "Prometheus with a web configuration": [container("", path, web)],
      "a flag and its file apart": [container("", path, "--web.config.file", "/etc/web/web.yml")],
      "Thanos with one": [container(thanosImage, "query", "--http.config=/etc/web/web.yml")],
      "a server of its own host": [container("", path, "--web.listen-address=127.0.0.1:9090")],
      "a server of its own host, by both of its names": [
        container("", path, "--web.listen-address=localhost:9090", "--web.listen-address=[::1]:9090"),
      ],
      "what only looks at files": [
        container("quay.io/prometheus/prometheus:v3", "promtool", "check", "config", "prometheus.yml"),
        { ...container(thanosImage, "tools", "bucket", "verify"), name: "verify" },
      ],
      "a log-in before them": [
        container(
          "quay.io/oauth2-proxy/oauth2-proxy:v7",
          "--http-address=0.0.0.0:4180",
          "--config=/etc/proxy.cfg",
        ),
      ],
      "an exporter, an operator and a reloader": [
        container("quay.io/prometheus/node-exporter:v1", "--web.listen-address=:9100"),
        { ...container("quay.io/prometheus-operator/prometheus-operator:v0.90"), name: "operator" },
        { ...container("quay.io/prometheus-operator/prometheus-config-reloader:v0.90"), name: "reloader" },
      ],
      "two servers of a script, each with its own": [
        script(`nohup prometheus ${path} ${web} &\nnohup alertmanager --cluster.listen-address= ${web} &`),
      ],
      "a folder of a server's name": [
        script("prometheus --storage.tsdb.path /var/prometheus --web.config.file /etc/web/web.yml"),
      ],
      "a unit that goes on in the next line": [
        script(`ExecStart=/usr/bin/prometheus \\\n  ${path} \\\n  ${web}\n`),
      ],
      "the package of a server": [
        script("apt-get install --yes prometheus\nsystemctl enable prometheus --now"),
      ],
      "a chart of it with a web configuration": [
        release("prometheus", {
          server: { extraFlags: ["web.enable-lifecycle", "web.config.file=/etc/web/web.yml"] },
          alertmanager: { extraArgs: { "web.config.file": "/etc/web/web.yml" } },
          "prometheus-pushgateway": { enabled: false },
        }),
      ],
      "PushGateway's chart with one": [
        release("prometheus-pushgateway", { webConfiguration: { tls_server_config: {} } }),
      ],
    },
    fails: {
      "Prometheus for everybody": {
        stack: [container("", path)],
        says: /containers\[0\]\.args starts Prometheus without --web\.config\.file/,
      },
      "an image whose flags are its own": {
        stack: [container("docker.io/prom/prometheus:v3.15.0")],
        says: /starts Prometheus without/,
      },
      "Prometheus with nothing but its configuration": {
        stack: [container("quay.io/prometheus/prometheus@sha256:00", "--config.file=/etc/prometheus.yml")],
        says: /starts Prometheus without/,
      },
      "Alertmanager without its gossip": {
        stack: [container("", "/bin/alertmanager", "--config.file=/a.yml", "--cluster.listen-address=")],
        says: /starts Alertmanager without/,
      },
      "PushGateway that keeps nothing": {
        stack: [container("prom/pushgateway")],
        says: /starts PushGateway without --web\.config\.file/,
      },
      "Thanos that is not told where to listen": {
        stack: [container(thanosImage, "store", "--data-dir=/data")],
        says: /starts a Thanos component without --http\.config/,
      },
      "a web configuration of no name": {
        stack: [container("", path, "--web.config.file=")],
        says: /starts Prometheus without/,
      },
      "an address of the host's own beside another": {
        stack: [container("", path, "--web.listen-address=127.0.0.1:9090", "--web.listen-address=:9091")],
        says: /starts Prometheus without/,
      },
      "a name that only begins as the host's own": {
        stack: [container("", path, "--web.listen-address=localhost.example.org:9090")],
        says: /starts Prometheus without/,
      },
      "a shell that starts it": {
        stack: [container("", "sh", "-c", "exec prometheus --config.file=/etc/prometheus.yml")],
        says: /starts Prometheus without/,
      },
      "a container of the start that stays": {
        stack: [pod({ initContainers: [{ image: "prom/alertmanager:v0.31", restartPolicy: "Always" }] })],
        says: /initContainers\[0\]\.args starts Alertmanager without/,
      },
      "a CronJob's": {
        stack: [
          {
            type: "kubernetes:batch/v1:CronJob",
            props: {
              spec: {
                jobTemplate: {
                  spec: { template: { spec: { containers: [{ image: "prom/pushgateway" }] } } },
                },
              },
            },
          },
        ],
        says: /spec\.jobTemplate\.spec\.template\.spec\.containers\[0\]\.args starts PushGateway/,
      },
      "a script of Azure's agent": {
        stack: [script(`C:\\vigil\\prometheus.exe ${path}`)],
        says: /source\.script starts Prometheus without/,
      },
      "a second server of a script, whose first has one": {
        stack: [script(`nohup prometheus ${path} ${web} &\nnohup alertmanager --config.file=a.yml &`)],
        says: /starts Alertmanager without/,
      },
      "a web configuration in a remark": {
        stack: [script(`# once with ${web}\nprometheus ${path}`)],
        says: /starts Prometheus without/,
      },
      "the first start of a machine, in base64": {
        stack: [
          {
            type: "azure-native:compute:VirtualMachine",
            props: { osProfile: { customData: base64(`#cloud-config\nruncmd:\n  - prometheus ${path}\n`) } },
          },
        ],
        says: /osProfile\.customData starts Prometheus/,
      },
      "a service of the machine in front of somebody": {
        stack: [declared({ executable: "/usr/bin/thanos", arguments: ["receive", "--tsdb.path=data"] })],
        says: /declaration\.service\.arguments starts a Thanos component/,
      },
      "the chart of it": {
        stack: [release("prometheus-community/prometheus", { server: { retention: "15d" } })],
        says: /values\.server\.extraArgs starts Prometheus without/,
      },
      "what a chart brings beside it": {
        stack: [release("prometheus", { server: { extraArgs: { "web.config.file": "/etc/web/web.yml" } } })],
        says: /values\.prometheus-pushgateway\.extraArgs starts PushGateway without/,
      },
      "Alertmanager's chart": {
        stack: [release("alertmanager", {})],
        says: /values\.extraArgs starts Alertmanager without/,
      },
    },
    absent: { stack: [container("")] },
    unknown: [pod({ containers: [{ name: "main", args: unknown }] })],
  });

  testPolicy({
    policy: authWebConfig,
    passes: {
      "users over TLS": [secret(tls, `basic_auth_users:`, `  prometheus: ${hash}`, `  grafana: "${hash}"`)],
      "certificates of an authority": [
        secret(tls, "  client_auth_type: RequireAndVerifyClientCert", "  client_ca_file: /etc/tls/ca.crt"),
      ],
      "certificates where they are given, for the sake of probes": [
        secret(tls, "  client_auth_type: VerifyClientCertIfGiven", "  client_ca_file: /etc/tls/ca.crt"),
      ],
      "TLS 1.3": [secret(tls, "  min_version: TLS13", "basic_auth_users:", `  a: ${hash}`)],
      "a hash that a template puts in": [secret(tls, "basic_auth_users:", '  a: "{{ .hash }}"')],
      "users in one line": [secret(tls, `basic_auth_users: { a: '${hash}', "b": "${hash}" }`)],
      JSON: [
        secret(
          JSON.stringify({ tls_server_config: { cert_file: "c" }, basic_auth_users: { a: hash } }, null, 2),
        ),
      ],
      "hashes that a script puts in": [
        script(
          `{ printf %s 'basic_auth_users:\n  a: "'; value bcrypt:a; printf %s '"\n  b: "'; value bcrypt:b; printf %s '"\n${tls}\n'; } | stage web.yml`,
        ),
      ],
      "a client's version beside it": [
        script(
          `printf %s 'basic_auth_users:\n  a: ${hash}\n${tls}\n' > web.yml\nprintf %s 'tls_config:\n  min_version: "1.3"\n' > client.yml`,
        ),
      ],
      "what is no web configuration": [secret("scrape_configs:", "  - basic_auth:", "      username: a")],
    },
    fails: {
      "nobody who is asked for": {
        stack: [secret(tls)],
        says: /stringData\.web\.yml lets everybody in/,
      },
      "passwords in the clear": {
        stack: [secret("basic_auth_users:", `  prometheus: ${hash}`)],
        says: /has no TLS: passwords travel in the clear/,
      },
      "users that are none": {
        stack: [secret(tls, "basic_auth_users: {}")],
        says: /lets everybody in/,
      },
      "a user in a remark": {
        stack: [secret(tls, "basic_auth_users:", `#  prometheus: ${hash}`)],
        says: /lets everybody in/,
      },
      "a wish for certificates in a remark": {
        stack: [secret(tls, "  # client_auth_type: RequireAndVerifyClientCert", "  client_ca_file: ca.crt")],
        says: /lets everybody in/,
      },
      "any certificate": {
        stack: [secret(tls, "  client_auth_type: RequireAnyClientCert", "  client_ca_file: ca.crt")],
        says: /lets everybody in/,
      },
      "certificates where they are given, on a machine": {
        stack: [script(`cat <<END\n${tls}\n  client_auth_type: VerifyClientCertIfGiven\nEND`)],
        says: /source\.script lets everybody in/,
      },
      "certificates of every authority": {
        stack: [secret(tls, "  client_auth_type: RequireAndVerifyClientCert")],
        says: /names no client_ca_file/,
      },
      "a second file of a script, with no users": {
        stack: [
          script(`cat > a.yml <<A\n${tls}\nbasic_auth_users:\n  a: ${hash}\nA\ncat > b.yml <<B\n${tls}\nB\n`),
        ],
        says: /source\.script lets everybody in/,
      },
      "a hash that is soon guessed": {
        stack: [secret(tls, "basic_auth_users:", `  a: ${hash.replace("$12$", "$05$")}`)],
        says: /has a bcrypt hash of cost 5/,
      },
      "a password": {
        stack: [secret(tls, "basic_auth_users:", "  a: hunter2")],
        says: /has a password that is no bcrypt hash/,
      },
      "a second user's password": {
        stack: [secret(tls, "basic_auth_users:", `  a: ${hash}`, `  "b": hunter2`)],
        says: /has a password that is no bcrypt hash/,
      },
      "a ConfigMap's, in base64 of a Secret": {
        stack: [
          { type: "kubernetes:core/v1:Secret", props: { data: { "web.yml": base64(`${tls}\n`) } } },
          { type: "kubernetes:core/v1:ConfigMap", props: { data: { "web.yml": tls } } },
        ],
        says: /data\.web\.yml lets everybody in/,
      },
      "a file of a service of the machine in front of somebody": {
        stack: [declared({ files: [{ path: "/srv/web.yml", content: `${tls}\n` }] })],
        says: /declaration\.service\.files\[0\]\.content lets everybody in/,
      },
      "the first start of a machine, in base64": {
        stack: [
          { type: "aws:ec2/instance:Instance", props: { userDataBase64: base64(`#!/bin/sh\n${tls}`) } },
        ],
        says: /userDataBase64 lets everybody in/,
      },
    },
    absent: { stack: [{ type: "kubernetes:core/v1:ConfigMap", props: {} }] },
  });

  testNoneIsLeftOut(endpoints);
});

function secret(...lines: string[]): Given {
  return { type: "kubernetes:core/v1:Secret", props: { stringData: { "web.yml": lines.join("\n") } } };
}

function container(image: string, ...args: string[]): Given {
  return pod({ containers: [{ name: "main", image, args }] });
}

function pod(spec: object): Given {
  return { type: "kubernetes:apps/v1:Deployment", props: { spec: { template: { spec } } } };
}

function script(text: string): Given {
  return {
    type: "azure-native:compute/v20240301:VirtualMachineRunCommandByVirtualMachine",
    props: { source: { script: text } },
  };
}

function declared(service: object): Given {
  return {
    type: "pulumi-nodejs:dynamic/vigil:Service",
    props: { declaration: JSON.stringify({ service }) },
  };
}

function release(chart: string, values: object): Given {
  return { type: "kubernetes:helm.sh/v3:Release", props: { chart, values } };
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
