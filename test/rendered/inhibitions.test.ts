/** One cause, one page: what a real Alertmanager still tells of the alerts that a fault raises together. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderAlertmanagerConfig } from "../../monitoring/alertmanager.ts";
import { renderAlertmanagerTemplates } from "../../monitoring/alertmanagerTemplates.ts";
import type { Alert, Labels, System } from "../../monitoring/model.ts";
import { systems } from "../../systems/index.ts";
import { ensureTools } from "../../tools/toolchain.ts";
import { freePorts, start, stop, until, type Server } from "./servers.ts";

type Raised = readonly [alert: string, labels?: Labels];

interface Fault {
  readonly fault: string;
  readonly raises: readonly Raised[];
  readonly told: readonly string[];
}

const target = (instance: string, job: string, more: Labels = {}): Raised => [
  "TargetDown",
  { instance, job, ...more },
];
const edge = (proxy: string, server: string): Raised => [
  "EdgeServerDown",
  { proxy, server, instance: server },
];

const onHosts: readonly Fault[] = [
  {
    fault: "a Prometheus is killed",
    raises: [
      ["PrometheusDown"],
      target("prometheus-1", "prometheus"),
      edge("be_prometheus", "prometheus-1"),
      ["ProbeFailed", { instance: "prometheus-1", job: "certificates" }],
      ["ThanosSidecarPrometheusUnreachable", { instance: "thanos-sidecar-1", job: "thanos-sidecar" }],
      ["ThanosQueryStoresMissing", { instance: "thanos-query-1" }],
      ["PrometheusReplicasDiffer"],
    ],
    told: ["PrometheusDown"],
  },
  {
    fault: "an Alertmanager is killed",
    raises: [
      target("alertmanager-1", "alertmanager"),
      edge("be_alertmanager", "alertmanager-1"),
      ["AlertmanagerClusterMismatch", { instance: "alertmanager-2", job: "alertmanager" }],
      ["AlertmanagerPeersFailed", { instance: "alertmanager-2", job: "alertmanager" }],
      ["PrometheusNotificationsFailing", { instance: "prometheus-1", alertmanager: "https://127.0.0.1/a1" }],
    ],
    told: ["TargetDown"],
  },
  {
    fault: "the only PushGateway is killed",
    raises: [
      ["PushgatewayUnavailable"],
      target("pushgateway", "pushgateway"),
      ["EdgeBackendDown", { proxy: "be_pushgateway", instance: "haproxy", job: "haproxy" }],
      edge("be_pushgateway", "pushgateway"),
    ],
    told: ["PushgatewayUnavailable"],
  },
  {
    fault: "a machine is switched off",
    raises: [
      ["HostDown", { host: "pc-1" }],
      target("prometheus-1", "prometheus", { host: "pc-1" }),
      target("thanos-sidecar-1", "thanos-sidecar", { host: "pc-1" }),
      target("alertmanager-1", "alertmanager", { host: "pc-1" }),
      target("pc-1", "windows", { host: "pc-1" }),
      ["PrometheusDown"],
      ["GrafanaUnavailable", { host: "pc-1" }],
      edge("be_prometheus", "prometheus-1"),
      ["AlertmanagerClusterMismatch", { instance: "alertmanager-2", job: "alertmanager", host: "pc-2" }],
      ["ThanosQueryStoresMissing", { instance: "thanos-query-2" }],
    ],
    told: ["HostDown"],
  },
  {
    fault: "a machine is switched off, and Grafana is killed on another one",
    raises: [
      ["HostDown", { host: "pc-1" }],
      ["GrafanaUnavailable", { host: "pc-2" }],
    ],
    told: ["GrafanaUnavailable", "HostDown"],
  },
  {
    fault: "a service of Windows is stopped, and another one on the machine is stuck",
    raises: [
      ["WindowsServiceNotRunning", { host: "pc-1", instance: "pc-1", service: "prometheus" }],
      target("prometheus-1", "prometheus", { host: "pc-1", service: "prometheus" }),
      target("thanos-store-1", "thanos-store", { host: "pc-1", service: "thanos-store" }),
    ],
    told: ["TargetDown", "WindowsServiceNotRunning"],
  },
  {
    fault: "the storage of a Prometheus is stuck, and a target is killed",
    raises: [
      ["PrometheusNotIngesting", { instance: "prometheus-1" }],
      ["PrometheusReplicasDiffer"],
      target("backend", "backend"),
    ],
    told: ["PrometheusNotIngesting", "TargetDown"],
  },
  {
    fault: "a job pushes what contradicts what is there",
    raises: [
      ["PushgatewayPushFailed", { job: "nightly" }],
      ["PushgatewayPushesRejected", { instance: "pushgateway" }],
    ],
    told: ["PushgatewayPushFailed"],
  },
  {
    fault: "one server of the edge comes and goes, and another one is gone",
    raises: [
      ["EdgeServerFlapping", { proxy: "be_prometheus", server: "prometheus-1", instance: "haproxy" }],
      edge("be_prometheus", "prometheus-1"),
      edge("be_prometheus", "prometheus-2"),
    ],
    told: ["EdgeServerDown", "EdgeServerFlapping"],
  },
  {
    fault: "a disk fills up",
    raises: [
      ["HostDiskFull", { severity: "critical", instance: "vm-1", mountpoint: "/" }],
      ["HostDiskFull", { severity: "warning", instance: "vm-1", mountpoint: "/" }],
      ["HostDiskPredictedFull", { instance: "vm-1", mountpoint: "/" }],
    ],
    told: ["HostDiskFull"],
  },
  {
    fault: "the Redis of the signals stops",
    raises: [
      ["RedisDown", { redis_instance: "redis-signal-stream", instance: "redis-signal-stream" }],
      ["SignalLoss", { redis_instance: "redis-signal-stream", stream: "signals" }],
      ["SignalLoss", { redis_instance: "redis-result-stream", stream: "results" }],
    ],
    told: ["RedisDown"],
  },
  {
    fault: "the bucket refuses everybody",
    raises: [
      ["ThanosBucketOperationsFailing", { job: "thanos-sidecar", operation: "upload" }],
      ["ThanosSidecarUploadFailing", { instance: "thanos-sidecar-1", job: "thanos-sidecar" }],
      ["ThanosBlockSyncFailing", { instance: "thanos-compactor", job: "thanos-compactor" }],
      ["ThanosCompactFailing", { instance: "thanos-compactor" }],
    ],
    told: ["ThanosBucketOperationsFailing"],
  },
  {
    fault: "two things fail that have nothing to do with each other",
    raises: [
      target("backend", "backend"),
      ["ThanosCompactHalted", { instance: "thanos-compactor", job: "thanos-compactor" }],
      edge("be_prometheus", "prometheus-2"),
    ],
    told: ["EdgeServerDown", "TargetDown", "ThanosCompactHalted"],
  },
];

const onCluster: readonly Fault[] = [
  {
    fault: "another region is cut off",
    raises: [
      ["RegionUnreachable", { instance: "prometheus-westus:9090", job: "federate", region: "westus" }],
      ["TargetFlapping", { instance: "prometheus-westus:9090", job: "federate", region: "westus" }],
    ],
    told: ["RegionUnreachable"],
  },
  {
    fault: "two of three receivers are down",
    raises: [
      ["ThanosReceiveQuorumLost"],
      target("thanos-receive-1", "thanos-receive"),
      target("thanos-receive-2", "thanos-receive"),
      ["ThanosReceiveErrors", { job: "thanos-receive" }],
      ["ThanosReceiveReplicationFailing", { job: "thanos-receive" }],
      ["ThanosReceiveForwardFailing", { instance: "thanos-receive-0" }],
      ["PrometheusRemoteWriteBehind", { instance: "prometheus-0", remote_name: "thanos-receive" }],
      ["PrometheusRemoteWriteShardsAtMax", { instance: "prometheus-0", remote_name: "thanos-receive" }],
    ],
    told: ["ThanosReceiveQuorumLost"],
  },
  {
    fault: "remote write is refused",
    raises: [
      ["PrometheusRemoteWriteFailing", { instance: "prometheus-0", remote_name: "thanos-receive" }],
      ["PrometheusRemoteWriteBehind", { instance: "prometheus-0", remote_name: "thanos-receive" }],
    ],
    told: ["PrometheusRemoteWriteFailing"],
  },
  {
    fault: "a node is gone",
    raises: [
      ["KubeNodeNotReady", { node: "node-1", instance: "node-1" }],
      target("node-1", "kubernetes-nodes"),
      target("node-1", "cadvisor"),
      target("alertmanager-0", "alertmanager", { node: "node-1", namespace: "monitoring" }),
      ["KubePodNotReady", { namespace: "monitoring", pod: "alertmanager-0", node: "node-1" }],
      ["KubeStatefulSetReplicasMismatch", { namespace: "monitoring", statefulset: "alertmanager" }],
      ["AlertmanagerClusterMismatch", { instance: "alertmanager-1" }],
    ],
    told: ["KubeNodeNotReady"],
  },
  {
    fault: "a release crashes",
    raises: [
      ["KubePodCrashLooping", { namespace: "shop", pod: "web-1" }],
      ["KubeContainerOomKilled", { namespace: "shop", pod: "web-1" }],
      ["KubePodNotReady", { namespace: "shop", pod: "web-1", node: "node-1" }],
      ["KubeDeploymentReplicasMismatch", { namespace: "shop", deployment: "web" }],
      // Another namespace is another matter.
      ["KubeDeploymentReplicasMismatch", { namespace: "bank", deployment: "web" }],
    ],
    told: ["KubeContainerOomKilled", "KubeDeploymentReplicasMismatch"],
  },
  {
    fault: "a container beside a ready one crashes, and a quota refuses another deployment's pods",
    raises: [
      ["KubePodCrashLooping", { namespace: "shop", pod: "web-1" }],
      ["KubeDeploymentReplicasMismatch", { namespace: "shop", deployment: "cart" }],
    ],
    told: ["KubeDeploymentReplicasMismatch", "KubePodCrashLooping"],
  },
];

for (const [name, faults] of [
  ["trade", onHosts],
  ["oversight", onCluster],
] as const)
  describe(`Of the alerts of ${name} that a fault raises together, an Alertmanager tells the cause`, function () {
    this.timeout(30_000);
    const system = systems[name]({ environment: "production", region: "eastus", layout: "cluster" });
    let directory: string;
    let server: Server;
    let url: string;

    before(async function () {
      this.timeout(600_000);
      const tools = await ensureTools(["alertmanager"]);
      directory = await mkdtemp(join(tmpdir(), "vigil-inhibitions-"));
      const [port] = await freePorts(1);
      url = `http://127.0.0.1:${String(port)}/api/v2/alerts`;
      await writeFile(join(directory, "vigil.tmpl"), renderAlertmanagerTemplates());
      await writeFile(join(directory, "alertmanager.yml"), configOf(system, directory));
      server = start("alertmanager", tools.path("alertmanager"), [
        `--config.file=${join(directory, "alertmanager.yml")}`,
        `--storage.path=${directory}`,
        `--web.listen-address=127.0.0.1:${String(port)}`,
        "--cluster.listen-address=",
      ]);
      await until("ready", 10, async () => ((await alertsAt(url)) === undefined ? "no answer" : true), [
        server,
      ]);
    });

    after(async () => {
      await stop([server]);
      await rm(directory, { recursive: true, force: true });
    });

    for (const { fault, raises, told } of faults)
      it(`when ${fault}`, async () => {
        const labels = raises.map((raised) => labelsOf(system, raised));
        await post(url, labels, 3_600_000);
        await until(
          fault,
          10,
          async () => {
            const all = (await alertsAt(url)) ?? [];
            const named = all
              .filter(({ status }) => status.inhibitedBy.length === 0)
              .map((one) => one.labels["alertname"]);
            const seen = JSON.stringify(named.sort());
            return all.length === raises.length && seen === JSON.stringify([...told].sort()) ? true : seen;
          },
          [server],
        );
        await post(url, labels, 0);
        await until(
          "the end of it",
          10,
          async () => ((await alertsAt(url))?.length === 0 ? true : "still there"),
          [server],
        );
      });
  });

/** Nobody is told in a test: what matters is whether somebody would be. */
function configOf(system: System, directory: string): string {
  const receivers = system.notifications.receivers.map(({ name }) => ({ name, kind: "none" }) as const);
  return renderAlertmanagerConfig(
    { ...system, notifications: { ...system.notifications, receivers } },
    { secretFile: (secret) => join(directory, secret), templatesGlob: "vigil.tmpl" },
  );
}

/** With what the alert itself and the system add. */
function labelsOf(system: System, [name, labels = {}]: Raised): Labels {
  const alerts = system.alerts.flatMap((group) => group.alerts).filter((alert) => alert.name === name);
  const alert: Alert | undefined = alerts.find(
    ({ severity }) => severity === (labels["severity"] ?? alerts[0]?.severity),
  );
  assert.ok(alert, `${system.name} has no alert ${name}`);
  return { alertname: name, severity: alert.severity, ...system.externalLabels, ...alert.labels, ...labels };
}

async function post(url: string, alerts: readonly Labels[], milliseconds: number): Promise<void> {
  const now = Date.now();
  const answer = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(
      alerts.map((labels) => ({
        labels,
        startsAt: new Date(now - 60_000).toISOString(),
        endsAt: new Date(now + milliseconds).toISOString(),
      })),
    ),
  });
  assert.equal(answer.status, 200, await answer.text());
}

interface Told {
  readonly labels: Labels;
  readonly status: { readonly inhibitedBy: readonly string[] };
}

/** What is active; undefined while nobody answers. */
async function alertsAt(url: string): Promise<Told[] | undefined> {
  try {
    const answer = await fetch(url);
    return answer.ok ? ((await answer.json()) as Told[]) : undefined;
  } catch {
    return undefined;
  }
}
