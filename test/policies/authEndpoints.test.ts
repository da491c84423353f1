import { authServers } from "../../policies/auth/endpoints.ts";
import { testPolicy } from "./cases.ts";
import { unknown, type Given } from "./evaluation.ts";

const thanosImage = "quay.io/thanos/thanos:v0.42.4";
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
      "an exporter, an operator and a reloader": [
        container("quay.io/prometheus/node-exporter:v1", "--web.listen-address=:9100"),
        { ...container("quay.io/prometheus-operator/prometheus-operator:v0.90"), name: "operator" },
        { ...container("quay.io/prometheus-operator/prometheus-config-reloader:v0.90"), name: "reloader" },
      ],
      "two servers of a script, each with its own": [
        script(`nohup prometheus ${path} ${web} &\nnohup alertmanager --cluster.listen-address= ${web} &`),
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
        stack: [
          {
            type: "pulumi-nodejs:dynamic/vigil:Service",
            props: {
              declaration: JSON.stringify({
                service: { executable: "/usr/bin/thanos", arguments: ["receive", "--tsdb.path=data"] },
              }),
            },
          },
        ],
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
});

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

function release(chart: string, values: object): Given {
  return { type: "kubernetes:helm.sh/v3:Release", props: { chart, values } };
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
