import assert from "node:assert/strict";
import fc from "fast-check";
import { endpoints, flows } from "../../monitoring/kubernetes/flows.ts";
import { foundation, namespacesOf } from "../../monitoring/kubernetes/foundation.ts";
import { monitorObjects } from "../../monitoring/kubernetes/monitors.ts";
import { networkPolicies } from "../../monitoring/kubernetes/networkPolicies.ts";
import type { Endpoint } from "../../monitoring/kubernetes/operators.ts";
import type { Labels } from "../../monitoring/model.ts";
import {
  examples,
  greenlangOnEks,
  oversightOnAks,
  oversightOnEks,
  type Example,
} from "../rendered/clusterFacts.ts";
import { admitted, enters, leaves, type Machine, type Pod } from "./networkPolicies.ts";

const internet: Machine = { address: "203.0.113.7" };
const metadataService: Machine = { address: "169.254.169.254" };
const dns: Pod = { namespace: "kube-system", labels: { "k8s-app": "kube-dns" }, address: "10.40.0.10" };

for (const example of examples)
  describe(`Network policies of ${example.name}`, () => {
    const policies = networkPolicies(example.system, example.facts).objects;
    const pods = endpoints(example.system);
    const ports = allPorts(pods);

    it("admit exactly the flows between workloads", () => {
      const expected = new Set(
        flows(example.system, example.facts).flatMap(({ from, to, ports: of }) =>
          typeof from === "string" && typeof to === "string"
            ? of
                // What the internet reaches too tells nothing of who is named.
                .filter(({ number = 0, protocol }) => {
                  const port = { port: number, protocol };
                  return !admitted(policies, internet, podOf(named(pods, to)), port);
                })
                .map(({ number, protocol }) => `${from} → ${to} ${protocol} ${String(number)}`)
            : [],
        ),
      );
      const seen = new Set<string>();
      for (const from of pods)
        for (const to of pods)
          for (const port of ports.filter((one) => !admitted(policies, internet, podOf(to), one)))
            if (admitted(policies, podOf(from), podOf(to), port))
              seen.add(`${from.name} → ${to.name} ${port.protocol} ${String(port.port)}`);
      assert.deepEqual([...seen].sort(), [...expected].sort());
    });

    it("let out of a pod what the other end lets in", () => {
      for (const { from, to, ports: of } of flows(example.system, example.facts)) {
        if (typeof from !== "string" || typeof to !== "string") continue;
        for (const { number = 0, protocol } of of) {
          const ends = [
            podOf(named(pods, from)),
            podOf(named(pods, to)),
            { port: number, protocol },
          ] as const;
          assert.ok(leaves(policies, ...ends), `${from} may not speak to ${to}:${String(number)}`);
          assert.ok(enters(policies, ...ends), `${to}:${String(number)} does not listen to ${from}`);
        }
      }
    });

    it("let Prometheus reach every pod of the stack that a monitor names", () => {
      const monitors = monitorObjects(example.system, example.facts).objects as unknown as PodMonitor[];
      const reached = monitors.flatMap(
        ({ metadata, spec: { namespaceSelector, selector, podMetricsEndpoints = [] } }) =>
          podMetricsEndpoints.flatMap(({ portNumber }) => {
            if (portNumber === undefined) return [];
            const to: Pod = {
              namespace: namespaceSelector.matchNames[0] ?? "",
              labels: selector.matchLabels,
              address: "169.254.1.1",
            };
            const port = { port: portNumber, protocol: "TCP" };
            const prometheus = podOf(named(pods, "prometheus"));
            assert.ok(admitted(policies, prometheus, to, port), `${metadata.name}: ${String(portNumber)}`);
            return [metadata.name];
          }),
      );
      assert.ok(reached.length > 8, reached.join());
    });

    it("have one of their own for every workload, and deny what none names", () => {
      for (const { name, namespace } of pods)
        assert.equal(policies.filter((one) => isNamed(one, name, namespace)).length, 1, name);
      for (const namespace of Object.keys(namespacesOf(example.system, example.facts)))
        assert.equal(policies.filter((one) => isNamed(one, "default-deny", namespace)).length, 1, namespace);
    });

    it("let every workload ask for names, and none the service that gives the node's identity away", () => {
      for (const endpoint of pods) {
        const pod = podOf(endpoint);
        assert.ok(admitted(policies, pod, dns, { port: 53, protocol: "UDP" }), endpoint.name);
        assert.ok(admitted(policies, pod, dns, { port: 53, protocol: "TCP" }), endpoint.name);
        for (const port of [80, 443])
          assert.ok(!admitted(policies, pod, metadataService, { port, protocol: "TCP" }), endpoint.name);
      }
    });

    it("let the internet in at the edge only", () => {
      const open = pods.filter((to) => ports.some((port) => admitted(policies, internet, podOf(to), port)));
      assert.deepEqual(
        open.map(({ name }) => name),
        ["haproxy-ingress"],
      );
    });

    it("close every port to a stranger's pod, whatever its labels", () => {
      const label = fc.constantFrom("prometheus", "thanos", "grafana", "kube-dns", "haproxy-ingress");
      fc.assert(
        fc.property(label, fc.constantFrom(...pods), fc.constantFrom(...ports), (name, to, port) => {
          const stranger: Pod = {
            namespace: "elsewhere",
            labels: { "app.kubernetes.io/name": name, "app.kubernetes.io/instance": name },
            address: "169.254.1.2",
          };
          if (to.name === "haproxy-ingress") return;
          assert.ok(!admitted(policies, stranger, podOf(to), port), `${to.name}:${String(port.port)}`);
        }),
        { numRuns: 500 },
      );
    });
  });

interface PodMonitor {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly namespaceSelector: { readonly matchNames: readonly string[] };
    readonly selector: { readonly matchLabels: Labels };
    readonly podMetricsEndpoints?: readonly { readonly portNumber?: number }[];
  };
}

/** What the traps and requirements name, in figures of their own: not derived from the table that it tests. */
const required: readonly [Example, from: string, to: string, port: number, protocol?: string][] = [
  [greenlangOnEks, "prometheus", "alertmanager", 9093],
  [greenlangOnEks, "alertmanager", "alertmanager", 9094],
  [greenlangOnEks, "alertmanager", "alertmanager", 9094, "UDP"],
  [greenlangOnEks, "thanos-query", "prometheus", 10901],
  [greenlangOnEks, "thanos-query", "thanos-store", 10901],
  [greenlangOnEks, "thanos-query", "thanos-ruler", 10901],
  [greenlangOnEks, "thanos-ruler", "thanos-query", 10902],
  [greenlangOnEks, "thanos-ruler", "alertmanager", 9093],
  [greenlangOnEks, "prometheus", "pushgateway", 9091],
  [greenlangOnEks, "prometheus", "thanos-compactor", 10902],
  [greenlangOnEks, "thanos-store", "thanos-memcached", 11211],
  [greenlangOnEks, "grafana", "thanos-query-frontend", 10902],
  [greenlangOnEks, "weekly-summary", "thanos-query-frontend", 10902],
  [greenlangOnEks, "prometheus-adapter", "prometheus", 9090],
  [greenlangOnEks, "haproxy-ingress", "grafana", 3000],
  [greenlangOnEks, "prometheus", "cert-manager", 9402],
  [greenlangOnEks, "prometheus", "external-secrets", 8080],
  [greenlangOnEks, "prometheus", "haproxy-ingress", 1024],
  [greenlangOnEks, "prometheus", "prometheus-operator", 10250],
  [greenlangOnEks, "prometheus", "oauth2-proxy", 44180],
  [oversightOnAks, "cert-manager", "haproxy-ingress", 8080],
  [oversightOnAks, "prometheus", "thanos-receive", 10908],
  [oversightOnAks, "thanos-receive", "thanos-receive", 10901],
  [oversightOnAks, "thanos-query", "thanos-receive", 10901],
  [oversightOnAks, "prometheus", "redis-exporter", 9121],
  [oversightOnAks, "prometheus", "postgres-exporter", 9187],
  [oversightOnAks, "haproxy-ingress", "oauth2-proxy", 4180],
  [oversightOnAks, "oauth2-proxy", "prometheus", 9090],
  [oversightOnAks, "oauth2-proxy", "grafana", 3000],
  [oversightOnAks, "thanos-query-frontend", "thanos-query", 10902],
];

const forbidden: readonly [Example, from: string, to: string, port: number][] = [
  [greenlangOnEks, "grafana", "thanos-store", 10901],
  // Ports that no job reads.
  [greenlangOnEks, "prometheus", "prometheus-adapter", 6443],
  [greenlangOnEks, "prometheus", "thanos-ruler", 8080],
  [greenlangOnEks, "pushgateway", "prometheus", 9090],
  [greenlangOnEks, "redis-exporter", "thanos-memcached", 11211],
  [greenlangOnEks, "haproxy-ingress", "thanos-store", 10902],
  [greenlangOnEks, "haproxy-ingress", "pushgateway", 9091],
  [oversightOnAks, "haproxy-ingress", "prometheus", 9090],
  [oversightOnAks, "grafana", "thanos-receive", 10908],
  [oversightOnAks, "oauth2-proxy", "thanos-receive", 10908],
  [oversightOnAks, "kube-state-metrics", "prometheus", 9090],
];

describe("Network policies, by name and number", () => {
  for (const [example, from, to, port, protocol = "TCP"] of required)
    it(`${example.name}: ${from} reaches ${to}:${String(port)} by ${protocol}`, () => {
      assert.ok(between(example, from, to, port, protocol));
    });

  for (const [example, from, to, port] of forbidden)
    it(`${example.name}: ${from} does not reach ${to}:${String(port)}`, () => {
      assert.ok(!between(example, from, to, port, "TCP"));
    });

  it("answer on port 80 too where the certificate is the stack's own, so that clients are redirected", () => {
    const { system, facts } = oversightOnAks;
    const own = { ...facts, edge: { ...facts.edge, certificate: { kind: "internal" } as const } };
    const haproxy = podOf(named(endpoints(system), "haproxy-ingress"));
    const policies = networkPolicies(system, own).objects;
    assert.ok(admitted(policies, internet, haproxy, { port: 8080, protocol: "TCP" }));
  });

  it("let operators, and nobody who has no business there, ask the Kubernetes API", () => {
    const api: Machine = { address: "10.40.7.4" };
    const port = { port: 443, protocol: "TCP" };
    const policies = networkPolicies(oversightOnEks.system, oversightOnEks.facts).objects;
    const asks = (name: string): boolean =>
      admitted(policies, podOf(named(endpoints(oversightOnEks.system), name)), api, port);
    for (const name of ["prometheus", "prometheus-operator", "kube-state-metrics", "external-secrets"])
      assert.ok(asks(name), name);
    for (const name of ["thanos-query-frontend", "thanos-memcached", "postgres-exporter"])
      assert.ok(!asks(name), name);
  });

  it("let the API server call webhooks: from the network on EKS, through its tunnel on AKS", () => {
    const operator = podOf(named(endpoints(oversightOnAks.system), "prometheus-operator"));
    const port = { port: 10250, protocol: "TCP" };
    const on = ({ system, facts }: Example) => networkPolicies(system, facts).objects;
    const tunnel: Pod = {
      namespace: "kube-system",
      labels: { app: "konnectivity-agent" },
      address: "10.244.1.1",
    };
    assert.ok(admitted(on(oversightOnEks), { address: "10.40.3.3" }, operator, port));
    assert.ok(admitted(on(oversightOnAks), tunnel, operator, port));
    assert.ok(!admitted(on(oversightOnEks), tunnel, operator, port));
  });

  it("give the agent of EKS' identities to who acts in the cloud, and to nobody else", () => {
    const agent: Machine = { address: "169.254.170.23" };
    const policies = networkPolicies(greenlangOnEks.system, greenlangOnEks.facts).objects;
    const asking = endpoints(greenlangOnEks.system)
      .filter((endpoint) => admitted(policies, podOf(endpoint), agent, { port: 80, protocol: "TCP" }))
      .map(({ name }) => name);
    assert.deepEqual(asking.sort(), [
      "external-secrets",
      "prometheus",
      "thanos-compactor",
      "thanos-ruler",
      "thanos-store",
    ]);
  });

  it("open the names that clients know to invited namespaces only", () => {
    const client: Pod = { namespace: "shop", labels: {}, address: "10.40.9.9" };
    const invited: Pod = { ...client, namespaceLabels: { "monitoring-client": "true" } };
    const policies = networkPolicies(oversightOnAks.system, oversightOnAks.facts).objects;
    const all = endpoints(oversightOnAks.system);
    for (const [name, port] of [
      ["prometheus", 9090],
      ["thanos-receive", 10908],
    ] as const) {
      assert.ok(admitted(policies, invited, podOf(named(all, name)), { port, protocol: "TCP" }), name);
      assert.ok(!admitted(policies, client, podOf(named(all, name)), { port, protocol: "TCP" }), name);
    }
  });
});

describe("The foundation", () => {
  it("restricts every namespace but the node exporter's", () => {
    for (const { system, facts } of examples) {
      const levels = foundation(system, facts)
        .objects.filter(({ kind }) => kind === "Namespace")
        .map(({ metadata }) => [metadata.name, metadata.labels?.["pod-security.kubernetes.io/enforce"]]);
      assert.deepEqual(
        levels.filter(([, level]) => level !== "restricted"),
        [["monitoring-nodes", "privileged"]],
      );
      assert.equal(levels.length, 5);
    }
  });

  it("keeps disks that nobody claims any more, and encrypts them", () => {
    const classOf = ({ system, facts }: Example) =>
      foundation(system, facts).objects.find(({ kind }) => kind === "StorageClass");
    for (const example of examples) assert.equal(classOf(example)?.["reclaimPolicy"], "Retain");
    assert.deepEqual(classOf(greenlangOnEks)?.["parameters"], { type: "gp3", encrypted: "true" });
  });
});

function between(example: Example, from: string, to: string, port: number, protocol: string): boolean {
  const pods = endpoints(example.system);
  const policies = networkPolicies(example.system, example.facts).objects;
  return admitted(policies, podOf(named(pods, from)), podOf(named(pods, to)), { port, protocol });
}

function named(pods: readonly Endpoint[], name: string): Endpoint {
  return pods.find((endpoint) => endpoint.name === name) ?? assert.fail(`no ${name}`);
}

/** With an address outside of the networks that policies open, so that only selectors can match a pod. */
function podOf({ namespace, selector }: Endpoint): Pod {
  return { namespace, labels: selector, address: "169.254.1.1" };
}

function allPorts(pods: readonly Endpoint[]): { port: number; protocol: string }[] {
  const all = pods.flatMap(({ ports }) => Object.values(ports));
  return [...new Map(all.map((one) => [`${one.protocol}${String(one.number)}`, one])).values()].map(
    ({ number, protocol }) => ({ port: number, protocol }),
  );
}

function isNamed(
  { metadata }: { readonly metadata: { readonly name: string; readonly namespace?: string } },
  name: string,
  namespace: string,
): boolean {
  return metadata.name === name && metadata.namespace === namespace;
}
