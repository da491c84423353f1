import assert from "node:assert/strict";
import { parse } from "yaml";
import { dnsNamesOf } from "../../monitoring/kubernetes/certificates.ts";
import { workloadOf } from "../../monitoring/kubernetes/workloads.ts";
import { thanosParts } from "../../monitoring/kubernetes/thanos.ts";
import { resourcesOf } from "../../monitoring/kubernetes/sizes.ts";
import { ensureTools, type Toolchain } from "../../tools/toolchain.ts";
import { check } from "./checkers.ts";
import {
  examples,
  greenlangDev,
  greenlangOnAks,
  greenlangOnEks,
  oversightOnAks,
  type Example,
} from "./clusterFacts.ts";
import {
  commandLine,
  commandLines,
  objectOf,
  objectsOf,
  ofChart,
  ownContainer,
  ownObjectOf,
  ownWorkloads,
  podsOf,
  releaseOf,
  running,
  textOf,
  valuesOf,
  type ThanosWorkload,
} from "./thanosChart.ts";

/** Flags that Thanos takes more than once. */
const repeatable = [
  "--label",
  "--alert.label-drop",
  "--query.replica-label",
  "--deduplication.replica-label",
  "--rule-file",
];

const replicated: readonly ThanosWorkload[] = [
  "thanos-query",
  "thanos-store",
  "thanos-ruler",
  "thanos-receive",
];

describe("Thanos on Kubernetes", () => {
  for (const example of examples)
    describe(example.name, () => {
      it("gives no flag twice", () => {
        for (const [workload, line] of Object.entries(commandLines(example))) {
          const flags = line.map((flag) => flag.replace(/=.*/s, ""));
          const once = flags.filter((flag) => !repeatable.includes(flag));
          assert.deepEqual([...new Set(once)], once, workload);
        }
      });

      it("runs as many of each as the sizing says, with its requests and limits", () => {
        for (const workload of running(example)) {
          const sizing = example.system.components.find(({ component }) => component === workload);
          const { replicas, resources } = podsOf(example, workload);
          // How many queries there are is the autoscaler's to say: an update of theirs must not take it back.
          const scaled = workload === "thanos-query" && sizing?.maxReplicas !== undefined;
          assert.equal(replicas, scaled ? undefined : sizing?.replicas, workload);
          assert.deepEqual(resources, resourcesOf(example.system, workload), workload);
        }
      });

      it("keeps replicas on nodes of their own, and evicts one at a time", () => {
        for (const workload of running(example).filter((name) => replicated.includes(name))) {
          const { affinity, evictable } = podsOf(example, workload);
          const strictness = workload === "thanos-query" ? "preferred" : "required";
          assert.match(
            JSON.stringify(affinity),
            new RegExp(
              `^{"podAntiAffinity":{"${strictness}During[^\\]]*kubernetes\\.io/hostname[^\\]]*\\]}}$`,
            ),
            workload,
          );
          assert.equal(evictable, 1, workload);
        }
      });

      it("asks for a client certificate at every gRPC port and at remote write", () => {
        for (const workload of running(example)) {
          const line = commandLine(example, workload);
          for (const [address, ca] of [
            ["--grpc-address=", "--grpc-server-tls-client-ca=/etc/vigil/tls/ca.crt"],
            ["--remote-write.address=", "--remote-write.server-tls-client-ca=/etc/vigil/tls/ca.crt"],
          ] as const)
            if (line.some((flag) => flag.startsWith(address))) assert.ok(line.includes(ca), workload);
        }
      });

      it("has one compactor, which no budget protects from being moved", () => {
        const { replicas, evictable } = podsOf(example, "thanos-compactor");
        assert.deepEqual([replicas, evictable], [1, undefined]);
        const { global } = releaseOf(example, "thanos").values as { global: { pdb: { enabled: boolean } } };
        assert.equal(global.pdb.enabled, false);
      });

      it("gives every workload an account of its own, which the stack makes and which has no token", () => {
        for (const workload of running(example)) {
          assert.equal(podsOf(example, workload).serviceAccountName, workload);
          const account = objectOf(example, "ServiceAccount", workload);
          assert.equal(account["automountServiceAccountToken"], false);
        }
        for (const workload of ofChart(example))
          assert.equal(valuesOf(example, workload).serviceAccount.create, false);
        for (const workload of ownWorkloads)
          assert.equal(
            ownObjectOf(example, workload).spec.template.spec.automountServiceAccountToken,
            false,
            workload,
          );
      });

      it("expects of whom it asks a name that is in the certificate", () => {
        const { endpoints, default_client_config: byDefault } = endpointsOf(example);
        for (const { address, client_config: own } of endpoints) {
          const workload = grpcWorkloads.find((name) => address.replace("dns+", "").startsWith(name));
          if (example.facts.peers.some((peer) => peer.address === address)) continue;
          assert.ok(workload, address);
          const names = dnsNamesOf(workloadOf(example.system, workload));
          assert.ok(names.includes(own?.server_name ?? byDefault.server_name ?? ""), address);
        }
      });

      it("lets a frontend or a query too many for the nodes start beside another", () => {
        for (const workload of ["thanos-query-frontend", "thanos-query"] as const) {
          const { affinity, topologySpreadConstraints } = podsOf(example, workload);
          if (affinity === undefined) continue;
          assert.doesNotMatch(JSON.stringify(affinity), /required/);
          assert.match(JSON.stringify(topologySpreadConstraints), /zone.*ScheduleAnyway/);
        }
      });

      it("asks its queries over TLS, by a name in their certificate and verified by the stack's authority", () => {
        const names = dnsNamesOf(workloadOf(example.system, "thanos-query"));
        const flag = commandLine(example, "thanos-query-frontend").find((one) =>
          one.startsWith("--query-frontend.downstream-url="),
        );
        const url = new URL(flag?.replace(/^[^=]*=/, "") ?? "");
        assert.equal(url.protocol, "https:");
        assert.ok(names.includes(url.hostname), url.hostname);
        const tripper = textOf(example, "ConfigMap", "thanos-query-frontend", "downstream.yml");
        assert.deepEqual(parse(tripper).tls_config, { ca_file: "/etc/vigil/tls/ca.crt" });
        for (const workload of ofChart(example).filter((name) => name === "thanos-ruler")) {
          const { query, extraEnv } = valuesOf(example, workload);
          assert.deepEqual(query?.urls, [url.href.replace(/\/$/, "")]);
          assert.deepEqual(extraEnv, [{ name: "SSL_CERT_DIR", value: "/etc/vigil/tls" }]);
        }
      });

      it("has people, queries and the compactor asked over TLS, by the kubelet as well", () => {
        for (const workload of ownWorkloads) {
          const { args, readinessProbe, livenessProbe } = ownContainer(example, workload);
          assert.ok(args.includes("--http.config=/etc/vigil/web/web.yml"), workload);
          for (const { httpGet } of [readinessProbe, livenessProbe]) assert.equal(httpGet.scheme, "HTTPS");
          const web = textOf(example, "ConfigMap", `${workload}-web`, "web.yml");
          assert.equal(parse(web).tls_server_config.cert_file, "/etc/vigil/tls/tls.crt");
        }
      });

      it("holds no credential of the bucket", () => {
        const text = textOf(example, "Secret", "thanos-objstore", "objstore.yml");
        assert.doesNotMatch(text, /access_key|secret_key|account_key|connection_string|client_secret/);
      });

      it("leaves out what the stack does not have, or has of its own", () => {
        const { values } = releaseOf(example, "thanos");
        assert.doesNotMatch(JSON.stringify(values), /latest|"enabled":true,"targetKind"/);
        const { global } = values as { global: Record<string, { enabled: boolean }> };
        assert.equal(global["thanosRules"]?.enabled, false);
        assert.equal(global["serviceMonitor"]?.enabled, false);
        assert.equal(global["networkPolicies"], false);
        for (const key of [
          "bucket",
          "rustfs",
          "kube-prometheus-stack",
          "query",
          "queryFrontend",
          "compactor",
        ])
          assert.deepEqual(values[key], { enabled: false });
      });

      it("scales queries by their rate, from the sizing's replicas to its most", () => {
        const query = example.system.components.find(({ component }) => component === "thanos-query");
        const { spec } = objectOf(example, "HorizontalPodAutoscaler", "thanos-query") as unknown as {
          spec: {
            minReplicas: number;
            maxReplicas: number;
            metrics: unknown[];
            behavior: { scaleUp: { policies: { value: number }[] } };
          };
        };
        assert.deepEqual([spec.minReplicas, spec.maxReplicas], [query?.replicas, query?.maxReplicas]);
        // All that is missing comes in one step.
        const [step] = spec.behavior.scaleUp.policies;
        assert.ok(spec.minReplicas + (step?.value ?? 0) >= spec.maxReplicas);
        const metric = { name: "thanos_queries_per_second" };
        assert.deepEqual(spec.metrics, [
          { type: "Pods", pods: { metric, target: { type: "AverageValue", averageValue: "100" } } },
        ]);
        const { rules, prometheus } = releaseOf(example, "prometheus-adapter").values as {
          rules: { custom: { name: { as: string } }[] };
          prometheus: { url: string };
        };
        assert.equal(rules.custom[0]?.name.as, metric.name);
        assert.match(prometheus.url, /^https:/);
      });
    });

  describe("GreenLang", () => {
    it("keeps raw samples 30 days, five minutes 120 and hours 730", () => {
      const retention = commandLine(greenlangOnEks, "thanos-compactor").filter((flag) =>
        flag.startsWith("--retention."),
      );
      assert.deepEqual(retention, [
        "--retention.resolution-raw=30d",
        "--retention.resolution-5m=120d",
        "--retention.resolution-1h=730d",
      ]);
    });

    it("has volumes of 50 Gi for stores and 100 Gi for the compactor", () => {
      const sizes = (["thanos-store", "thanos-compactor"] as const).map(
        (workload) => podsOf(greenlangOnEks, workload).volume,
      );
      assert.deepEqual(sizes, ["50Gi", "100Gi"]);
    });

    it("caches 1 GiB of the index in each store, and 2 GiB of chunks in the shared cache", () => {
      const index = parse(textOf(greenlangOnEks, "ConfigMap", "thanos-store", "index-cache.yml"));
      assert.deepEqual([index.type, index.config.max_size], ["IN-MEMORY", "1GB"]);
      const chunks = parse(textOf(greenlangOnEks, "ConfigMap", "thanos-store", "chunk-cache.yml"));
      assert.equal(chunks.type, "MEMCACHED");
      const { replicaCount, config } = releaseOf(greenlangOnEks, "thanos-memcached").values as {
        replicaCount: number;
        config: { memoryLimit: number };
      };
      assert.ok(replicaCount >= 2);
      assert.equal(replicaCount * config.memoryLimit, 2_048);
    });

    it("asks the sidecars of every shard of Prometheus, both rulers, and one store of a shard at a time", () => {
      const { endpoints } = endpointsOf(greenlangOnEks);
      const addresses = endpoints.map(({ address }) => address);
      assert.ok(addresses.includes("dns+prometheus-operated.monitoring.svc.cluster.local:10901"));
      for (const ruler of ["thanos-ruler-0", "thanos-ruler-1"])
        assert.ok(addresses.includes(`${ruler}.monitoring.svc.cluster.local:10901`));
      const groups = endpoints.filter(({ group }) => group).map(({ address }) => address);
      assert.deepEqual(groups, ["dns+thanos-store-grpc.monitoring.svc.cluster.local:10901"]);
    });

    it("has rulers whose alerts are one, sent to every Alertmanager over verified TLS", () => {
      const line = commandLine(greenlangOnEks, "thanos-ruler");
      assert.ok(line.includes("--alert.label-drop=ruler_replica"));
      assert.ok(!line.some((flag) => flag.startsWith("--label=replica=")));
      assert.ok(line.includes('--label=producer="thanos-ruler"'));
      const [alertmanager] = parse(
        valuesOf(greenlangOnEks, "thanos-ruler").alertmanagers?.config ?? "",
      ).alertmanagers;
      assert.equal(alertmanager.scheme, "https");
      assert.deepEqual(alertmanager.static_configs, [
        "dns+alertmanager-operated.monitoring.svc.cluster.local:9093",
      ]);
      const name = alertmanager.http_config.tls_config.server_name;
      assert.ok(dnsNamesOf(workloadOf(greenlangOnEks.system, "alertmanager")).includes(name));
    });

    it("gives rulers the stack's rules in place of the chart's example", () => {
      const { rules, autoImportPrometheusRules, extraVolumes } = valuesOf(greenlangOnEks, "thanos-ruler");
      assert.deepEqual(
        Object.values(rules ?? {}).map((text) => parse(text)),
        [{ groups: [] }],
      );
      assert.equal(autoImportPrometheusRules?.enabled, false);
      const mounted = extraVolumes.flatMap(({ configMap }) => configMap?.name ?? []);
      assert.ok(
        mounted.some((name) => name.includes("slo-slow")),
        mounted.join(),
      );
    });

    it("keeps its bucket in S3 with the stack's key on EKS, and in Blob Storage on AKS", () => {
      const s3 = parse(textOf(greenlangOnEks, "Secret", "thanos-objstore", "objstore.yml"));
      assert.deepEqual(s3.config.sse_config, {
        type: "SSE-KMS",
        kms_key_id: "alias/gl-thanos-metrics-production",
      });
      const blob = parse(textOf(greenlangOnAks, "Secret", "thanos-objstore", "objstore.yml"));
      assert.equal(blob.type, "AZURE");
      assert.equal(valuesOf(greenlangOnAks, "thanos-store").podLabels["azure.workload.identity/use"], "true");
    });

    it("names the bucket of its environment", () => {
      const text = textOf(greenlangDev, "Secret", "thanos-objstore", "objstore.yml");
      assert.equal(parse(text).config.bucket, "gl-thanos-metrics-dev");
    });

    it("shards the store by the plan, two replicas to each shard, and refuses fewer", () => {
      const { system, facts } = greenlangOnEks;
      const sharded = (replicas: number): Example => ({
        ...greenlangOnEks,
        facts,
        system: {
          ...system,
          longTerm: { ...system.longTerm, store: { ...system.longTerm.store, shards: 2 } },
          components: system.components.map((sizing) =>
            sizing.component === "thanos-store" ? { ...sizing, replicas } : sizing,
          ),
        },
      });
      const { replicaCount, sharded: shards } = valuesOf(sharded(4), "thanos-store");
      assert.deepEqual([replicaCount, shards?.hashPartitioning.shards], [2, 2]);
      assert.equal(endpointsOf(sharded(4)).endpoints.filter(({ group }) => group).length, 2);
      const { spec } = objectOf(sharded(4), "Service", "thanos-store-grpc-1") as unknown as {
        spec: { selector: Record<string, string> };
      };
      assert.equal(spec.selector["thanos.io/storegateway-shard"], "1");
      assert.throws(() => thanosParts(sharded(2).system, facts), /2 for 2 shards, expected 4/);
    });
  });

  describe("Oversight", () => {
    it("receives on three, keeps 7 days on 100 Gi, and replicates to all three", () => {
      const { replicaCount, tsdb, persistence } = valuesOf(oversightOnAks, "thanos-receive");
      assert.deepEqual([replicaCount, tsdb?.retention, persistence?.size], [3, "7d", "100Gi"]);
      const line = commandLine(oversightOnAks, "thanos-receive");
      assert.ok(line.includes("--receive.replication-factor=3"));
      assert.ok(line.includes("--receive.hashrings-algorithm=ketama"));
      assert.ok(line.includes("--receive.capnproto-address=127.0.0.1:0"));
    });

    it("has a hashring of every receiver, in which each finds itself", () => {
      const ring = valuesOf(oversightOnAks, "thanos-receive").hashrings?.static[0]?.endpoints ?? [];
      assert.equal(ring.length, 3);
      const self = commandLine(oversightOnAks, "thanos-receive").find((flag) =>
        flag.startsWith("--receive.local-endpoint="),
      );
      assert.equal(self, `--receive.local-endpoint=${ring[0]?.address ?? ""}`);
    });

    it("is known to writers as thanos-receiver:19291", () => {
      const { spec } = objectOf(oversightOnAks, "Service", "thanos-receiver") as unknown as {
        spec: { ports: { port: number; targetPort: string }[] };
      };
      assert.deepEqual(
        spec.ports.map(({ port, targetPort }) => [port, targetPort]),
        [[19291, "remote-write"]],
      );
    });

    it("makes one of what a pair wrote and three received", () => {
      const labels = commandLine(oversightOnAks, "thanos-query").filter((flag) =>
        flag.startsWith("--query.replica-label="),
      );
      assert.deepEqual(labels, ["--query.replica-label=replica", "--query.replica-label=receive_replica"]);
    });

    it("publishes its queries to other clusters by an internal load balancer, to their networks only", () => {
      const peers = [
        { name: "westus", address: "query.westus.example.com:10901", networkCidr: "10.41.0.0/16" },
      ];
      const example: Example = { ...oversightOnAks, facts: { ...oversightOnAks.facts, peers } };
      const { metadata, spec } = objectOf(example, "Service", "thanos-query-grpc") as unknown as {
        metadata: { annotations: Record<string, string> };
        spec: { type: string; loadBalancerSourceRanges: string[] };
      };
      assert.equal(spec.type, "LoadBalancer");
      assert.deepEqual(spec.loadBalancerSourceRanges, ["10.40.0.0/16", "10.41.0.0/16"]);
      assert.equal(metadata.annotations["service.beta.kubernetes.io/azure-load-balancer-internal"], "true");
    });

    it("publishes nothing where there is no other cluster", () => {
      const alone: Example = { ...oversightOnAks, facts: { ...oversightOnAks.facts, peers: [] } };
      assert.ok(!objectsOf(alone).some(({ metadata }) => metadata.name === "thanos-query-grpc"));
    });
  });

  describe("Thanos itself", () => {
    let tools: Toolchain;

    before(async function () {
      this.timeout(600_000);
      tools = await ensureTools(["thanos"]);
    });

    it("takes every command line: what it complains of is the absence of a file", async function () {
      this.timeout(120_000);
      // Nothing is there, so nothing starts to listen, and nothing is written.
      const nowhere = (flag: string) =>
        flag.replace(/=\/(etc|var)\//, "=/nowhere/").replace(/0\.0\.0\.0:\d+/, "127.0.0.1:0");
      for (const example of examples)
        for (const [workload, line] of Object.entries(commandLines(example))) {
          await assert.rejects(check(tools.path("thanos"), ...line.map(nowhere)), (error: Error) => {
            assert.match(error.message, /nowhere\S* ?.*no such file or directory/, workload);
            assert.doesNotMatch(error.message, /error parsing commandline|cannot be repeated/, workload);
            return true;
          });
        }
    });
  });
});

const grpcWorkloads = ["prometheus", "thanos-receive", "thanos-store", "thanos-ruler"] as const;

interface Endpoints {
  readonly default_client_config: { readonly server_name?: string };
  readonly endpoints: readonly {
    readonly address: string;
    readonly group?: boolean;
    readonly client_config?: { readonly server_name: string };
  }[];
}

function endpointsOf(example: Example): Endpoints {
  return parse(textOf(example, "ConfigMap", "thanos-query", "endpoints.yml")) as Endpoints;
}
