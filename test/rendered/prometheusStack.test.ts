import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { metricsPort } from "../../monitoring/kubernetes/layout.ts";
import type { ClusterFacts } from "../../monitoring/kubernetes/model.ts";
import { jobsLeftOut } from "../../monitoring/kubernetes/monitors.ts";
import { operatorCrds, prometheusStack } from "../../monitoring/kubernetes/prometheusStack.ts";
import { rulerConfigMaps } from "../../monitoring/kubernetes/ruleObjects.ts";
import { workloadOf } from "../../monitoring/kubernetes/workloads.ts";
import type { Alert, System } from "../../monitoring/model.ts";
import { ensureTools, type Toolchain } from "../../tools/toolchain.ts";
import { check } from "./checkers.ts";
import {
  examples,
  greenlangOnAks,
  greenlangOnEks,
  oversightOnAks,
  oversightOnEks,
  type Example,
} from "./clusterFacts.ts";
import {
  all,
  alertmanagerSpec,
  find,
  jobNames,
  leaves,
  monitors,
  objects,
  part,
  prometheusSpec,
  rules,
  textOf,
  toText,
  values,
  type Tree,
} from "./stackParts.ts";

describe("The Prometheus stack on a cluster", function () {
  let directory: string;
  let tools: Toolchain;

  before(async function () {
    this.timeout(600_000);
    tools = await ensureTools(["prometheus", "alertmanager"]);
    directory = await mkdtemp(join(tmpdir(), "vigil-cluster-"));
  });

  after(() => rm(directory, { recursive: true }));

  for (const example of examples)
    describe(`of ${example.name}`, () => {
      it("has jobs that promtool accepts", async () => {
        const file = join(directory, "prometheus.yml");
        const jobs = textOf(example, "Secret", "prometheus-scrape-jobs", "scrape-jobs.yaml");
        await writeFile(file, `scrape_configs:\n${jobs.replaceAll(/^/gm, "  ")}\n`);
        await check(tools.path("promtool"), "check", "config", "--syntax-only", file);
      });

      it("has rules that promtool accepts, Prometheus' and the Ruler's", async () => {
        const groups = rules(example).map(({ spec }: Tree) => toText(spec));
        const texts = [...groups, ...rulerConfigMaps(example.system).map(({ text }) => text)];
        for (const [index, text] of texts.entries()) {
          const file = join(directory, `rules-${index}.yaml`);
          await writeFile(file, text.replaceAll(/^ *partial_response_strategy:.*\n/gm, ""));
          await check(tools.path("promtool"), "check", "rules", "--lint=all", "--lint-fatal", file);
        }
        assert.ok(texts.length > 0);
      });

      it("has a configuration and templates that amtool accepts", async () => {
        await acceptedByAmtool(example);
      });

      it("scrapes every job of the system that its cloud can serve, once", () => {
        const left = jobsLeftOut(example.system, example.facts).map(({ job }) => job);
        const wanted = example.system.jobs
          .filter((job) => !left.includes(job.name))
          .map(({ name }) => name)
          .sort();
        const scraped = [...monitors(example).map(({ metadata }) => metadata.name), ...jobNames(example)];
        assert.deepEqual(scraped.sort(), wanted);
      });

      it("names every monitor's series after the job, within limits", () => {
        for (const { metadata, spec } of monitors(example) as Tree[]) {
          const [endpoint] = spec.endpoints ?? spec.podMetricsEndpoints;
          assert.deepEqual(endpoint.relabelings[0], { targetLabel: "job", replacement: metadata.name });
          assert.ok(spec.sampleLimit > 0 && spec.labelLimit > 0 && spec.bodySizeLimit, metadata.name);
        }
      });

      it("speaks to its own servers over TLS wherever they have it, and verifies their names", () => {
        for (const { metadata, spec } of monitors(example) as Tree[]) {
          const port = metricsPort(example.system, metadata.name);
          if (port === undefined || spec.podMetricsEndpoints === undefined) continue;
          const [endpoint] = spec.podMetricsEndpoints;
          assert.equal(endpoint.scheme, port.tls ? "https" : "http", metadata.name);
          assert.equal(spec.scrapeClass, port.tls ? "stack" : undefined, metadata.name);
          assert.equal(
            endpoint.tlsConfig?.serverName?.endsWith(`.${port.workload.namespace}.svc`),
            port.tls || undefined,
          );
        }
      });

      it("lets nobody write outside the stack's namespace, and says every right by its name", () => {
        assert.equal(values(example).global.rbac.create, false);
        const roles = (kind: string): Tree[] => objects(example).filter((object) => object.kind === kind);
        const rights = [...roles("ClusterRole"), ...roles("Role")];
        assert.equal(rights.length, 3);
        assert.doesNotMatch(JSON.stringify(rights), /"\*"/);
        assert.equal(roles("Role")[0].metadata.namespace, example.system.namespace);
        const reading = ["get", "list", "watch"];
        const written = roles("ClusterRole")
          .flatMap(({ rules: all }) => all)
          .filter(({ verbs }) => verbs.some((verb: string) => !reading.includes(verb)))
          .flatMap(({ resources }): string[] => resources)
          .filter((resource) => !resource.endsWith("/status"));
        assert.deepEqual(written, ["events"]);
      });

      it("keeps two replicas of Prometheus and Alertmanager on nodes and in zones of their own", () => {
        for (const spec of [prometheusSpec(example), alertmanagerSpec(example)]) {
          assert.equal(spec.replicas, 2);
          assert.equal(spec.podAntiAffinity, "", "said twice, the object would be refused");
          const [term] = spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution;
          assert.equal(term.topologyKey, "kubernetes.io/hostname");
          assert.equal(spec.topologySpreadConstraints[0].topologyKey, "topology.kubernetes.io/zone");
        }
        const { prometheus, alertmanager } = values(example);
        for (const one of [prometheus, alertmanager])
          assert.deepEqual(one.podDisruptionBudget, { enabled: true, minAvailable: 1 });
      });

      it("keeps what the system promises on volumes that outlive a replica", () => {
        const { local } = example.system.retention;
        const spec = prometheusSpec(example);
        assert.equal(spec.retention, local.time);
        assert.equal(spec.retentionSize, local.size.replace("iB", "B"));
        for (const one of [spec, alertmanagerSpec(example)]) {
          const claim = (one.storageSpec ?? one.storage).volumeClaimTemplate.spec;
          assert.equal(claim.storageClassName, example.facts.storageClass);
          assert.deepEqual(one.persistentVolumeClaimRetentionPolicy, {
            whenDeleted: "Retain",
            whenScaled: "Retain",
          });
        }
        const volume = Number.parseInt(spec.storageSpec.volumeClaimTemplate.spec.resources.requests.storage);
        assert.ok(
          Number.parseInt(local.size) <= 0.8 * volume,
          "size retention must act before the disk is full",
        );
      });

      it("has the system's labels, and the replica's, which the alerts of a pair must not have", () => {
        const spec = prometheusSpec(example);
        assert.deepEqual(spec.externalLabels, example.system.externalLabels);
        assert.equal(spec.replicaExternalLabelName, example.system.replicaLabel);
        assert.equal(spec.prometheusExternalLabelNameClear, true);
      });

      it("tells every Alertmanager over verified TLS, and gossips over mutual TLS only", () => {
        const [endpoint] = prometheusSpec(example).alertingEndpoints;
        assert.equal(endpoint.scheme, "https");
        assert.equal(endpoint.tlsConfig.serverName, "alertmanager.monitoring.svc");
        const { server, client } = alertmanagerSpec(example).clusterTLS;
        assert.equal(server.clientAuthType, "RequireAndVerifyClientCert");
        assert.equal(client.serverName, "alertmanager.monitoring.svc");
        assert.equal(alertmanagerSpec(example).clusterPeerTimeout, example.system.notifications.peerTimeout);
      });

      it("never opens the administrators' API, and bounds what one query or monitor may take", () => {
        const spec = prometheusSpec(example);
        assert.equal(spec.enableAdminAPI, false);
        // By HTTP, the operator would turn on `/-/quit` with `/-/reload`.
        assert.equal((spec as { reloadStrategy?: string }).reloadStrategy, "ProcessSignal");
        assert.ok(spec.query.maxSamples > 0 && spec.query.maxConcurrency > 0);
        assert.ok(spec.enforcedSampleLimit > 0 && spec.enforcedLabelLimit > 0);
        assert.deepEqual(spec.additionalConfig.arbitraryFSAccessThroughSMs, { deny: true });
      });

      it("takes rules of its own namespace only, and pages nobody by somebody else's object", () => {
        const own = [{ key: "kubernetes.io/metadata.name", operator: "In", values: ["monitoring"] }];
        assert.deepEqual(prometheusSpec(example).ruleNamespaceSelector.matchExpressions, own);
        assert.deepEqual(alertmanagerSpec(example).alertmanagerConfigNamespaceSelector, {
          matchLabels: { "kubernetes.io/metadata.name": "monitoring" },
        });
      });

      it("leaves out what clouds hide, and every rule and dashboard of the chart", () => {
        const all = values(example);
        for (const name of ["kubeControllerManager", "kubeScheduler", "kubeProxy", "kubeEtcd"])
          assert.deepEqual(all[name], { enabled: false }, name);
        assert.deepEqual([all.defaultRules, all.crds], [{ create: false }, { enabled: false }]);
        assert.equal(all.grafana.defaultDashboardsEnabled, false);
        const kinds = operatorCrds(example.system, example.facts).release;
        assert.equal(kinds?.chart, "prometheus-operator-crds");
        // Other people's rules would go with the kinds.
        assert.deepEqual(kinds.values, { crds: { annotations: { "helm.sh/resource-policy": "keep" } } });
      });

      it("has no secret in its values and objects, only files and references", () => {
        const secrets = /password: |_key: |api_url: |[a-z]+:\/\/[^/\s:@]+:[^/\s@]+@|-----BEGIN|hooks\.slack/;
        for (const object of objects(example)) {
          if (object.kind === "Secret") assert.ok("stringData" in object && !("data" in object));
          if (object.kind !== "ExternalSecret")
            assert.doesNotMatch(toText(object), secrets, object.metadata.name);
        }
        for (const [key, value] of leaves(values(example)))
          if (/(^|_)(password|secret|secret_key|api_key|token)$/.test(key))
            assert.match(String(value), /^\$__file\{/, key);
      });

      it("mounts every file that a configuration names from a Secret that the cloud's store fills", () => {
        const filled = objects(example).filter(({ kind }) => kind === "ExternalSecret") as Tree[];
        const texts = objects(example).flatMap((object: Tree) => Object.values(object.stringData ?? {}));
        const named = [
          ...texts.join("\n").matchAll(/\/etc\/(?:alertmanager|prometheus)\/secrets\/([^/\s]+)\/(\S+)/g),
        ];
        assert.ok(named.length > 0);
        const mounted = [...prometheusSpec(example).secrets, ...alertmanagerSpec(example).secrets];
        for (const [path, secret, key] of named) {
          assert.ok(mounted.includes(secret), path);
          const keys = filled.find(({ metadata }) => metadata.name === secret)?.spec.data;
          assert.ok(
            keys?.some(({ secretKey }: Tree) => secretKey === key),
            path,
          );
        }
      });

      it("is the same text for the same system", () => {
        assert.equal(toText(prometheusStack(example.system, example.facts)), toText(part(example)));
      });
    });

  describe("How samples leave", () => {
    it("by remote write over mutual TLS where the system receives, without a sidecar", () => {
      const spec = prometheusSpec(oversightOnAks);
      const [remote] = spec.remoteWrite;
      assert.equal(remote.url, "https://thanos-receive.monitoring.svc:10908/api/v1/receive");
      assert.deepEqual(Object.keys(remote.tlsConfig), ["caFile", "certFile", "keyFile"]);
      assert.equal(remote.queueConfig.maxBackoff, "10s");
      assert.equal(remote.queueConfig.capacity, 10_000);
      assert.equal(spec.thanos, undefined);
    });

    it("by a sidecar with the bucket and mutual TLS elsewhere, without remote write", () => {
      const spec = prometheusSpec(greenlangOnEks);
      assert.deepEqual(spec.thanos.objectStorageConfig.existingSecret, {
        name: "thanos-objstore",
        key: "objstore.yml",
      });
      assert.equal(spec.thanos.grpcServerTlsConfig.caFile, "/etc/vigil/tls/ca.crt");
      assert.equal(spec.remoteWrite, undefined);
      assert.ok(part(greenlangOnEks).after.includes("object-store"));
    });
  });

  describe("Names that clients know", () => {
    it("are Services of Prometheus' pods, which keep a client at one replica", () => {
      const service = find(oversightOnAks, "Service", "prometheus") as Tree;
      assert.equal(service.metadata.namespace, "monitoring");
      assert.equal(service.spec.ports[0].port, 9090);
      assert.deepEqual(service.spec.selector, workloadOf(oversightOnAks.system, "prometheus").selector);
      assert.equal(service.spec.sessionAffinity, "ClientIP");
    });
  });

  describe("Jobs that a cloud cannot serve", () => {
    it("are machines of Azure on AWS, said so and left out", () => {
      const [left] = jobsLeftOut(oversightOnEks.system, oversightOnEks.facts);
      assert.equal(left?.job, "azure-vms");
      assert.match(left.why, /Azure/);
      assert.ok(!jobNames(oversightOnEks).includes("azure-vms"));
      assert.deepEqual(jobsLeftOut(oversightOnAks.system, oversightOnAks.facts), []);
      assert.ok(jobNames(oversightOnAks).includes("azure-vms"));
    });

    it("Azure's are found with the pod's own identity", () => {
      const labels = { "azure.workload.identity/use": "true" };
      assert.deepEqual(prometheusSpec(oversightOnAks).podMetadata, { labels });
      assert.equal(prometheusSpec(greenlangOnEks).podMetadata, undefined);
    });
  });

  describe("The dead-man's switch", () => {
    const armed = (example: Example): Example => ({
      ...example,
      facts: { ...example.facts, deadMansSwitch: true },
    });

    it("is told of the Watchdog every minute or two by an address that no text holds", async () => {
      const example = armed(greenlangOnEks);
      const config = parse(textOf(example, "Secret", "alertmanager-notifications", "alertmanager.yaml"));
      const [watchdog] = config.route.routes;
      assert.deepEqual(watchdog.matchers, ['alertname="Watchdog"']);
      assert.deepEqual([watchdog.repeat_interval, watchdog.group_interval], ["1m", "30s"]);
      const receiver = config.receivers.find(({ name }: { name: string }) => name === watchdog.receiver);
      const path = "/etc/alertmanager/secrets/alertmanager-receivers/deadmans-switch-url";
      assert.equal(receiver.webhook_configs[0].url_file, path);
      await acceptedByAmtool(example);
    });

    it("is not there without its address: nobody is told of what always fires", () => {
      const config = parse(
        textOf(greenlangOnEks, "Secret", "alertmanager-notifications", "alertmanager.yaml"),
      );
      const [watchdog] = config.route.routes;
      assert.equal(watchdog.receiver, "nobody");
    });
  });

  describe("A change of one alert", () => {
    for (const [evaluator, group] of [
      ["Prometheus", "stack-prometheus"],
      ["Thanos Ruler", "slo-slow"],
    ] as const)
      it(`of ${evaluator} changes one object of all`, () => {
        const after = { ...greenlangOnAks, system: withLouderAlert(greenlangOnAks.system, group) };
        const before = all(greenlangOnAks);
        const changed = all(after).filter((text, index) => text !== before[index]);
        assert.equal(changed.length, 1);
        assert.match(changed[0] ?? "", new RegExp(`name: .*${group}`));
      });
  });

  describe("Digests", () => {
    it("pin an image where the stack's configuration names one", () => {
      const digest = `sha256:${"ab".repeat(32)}`;
      const facts: ClusterFacts = {
        ...oversightOnAks.facts,
        imageDigests: { "quay.io/prometheus/prometheus": digest },
      };
      const spec = prometheusSpec({ ...oversightOnAks, facts });
      assert.equal(spec.image.sha, "ab".repeat(32));
      assert.equal(prometheusSpec(oversightOnAks).image.sha, "");
    });
  });

  async function acceptedByAmtool(example: Example): Promise<void> {
    const secret = find(example, "Secret", "alertmanager-notifications") as Tree;
    const templates = join(directory, "vigil.tmpl");
    await writeFile(templates, secret.stringData["vigil.tmpl"]);
    const file = join(directory, "alertmanager.yaml");
    const mounted = "/etc/alertmanager/config/*.tmpl";
    await writeFile(file, secret.stringData["alertmanager.yaml"].replace(mounted, templates));
    assert.match(await check(tools.path("amtool"), "check-config", file), /1 templates\s+SUCCESS/);
  }
});

function withLouderAlert(system: System, group: string): System {
  const louder = (alert: Alert): Alert => ({ ...alert, severity: "critical", for: "7m" });
  return {
    ...system,
    alerts: system.alerts.map((one) =>
      one.name === group
        ? { ...one, alerts: one.alerts.map((alert, index) => (index === 0 ? louder(alert) : alert)) }
        : one,
    ),
  };
}
