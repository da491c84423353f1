/** What is promised of the way in, on every cloud and for every system. */
import assert from "node:assert/strict";
import { dnsNamesOf } from "../../monitoring/kubernetes/certificates.ts";
import { beneath, deniedPath, edgeRoutes, edgeUrl } from "../../monitoring/kubernetes/edgeRoutes.ts";
import { ingress } from "../../monitoring/kubernetes/ingress.ts";
import type { ClusterFacts, KubernetesObject } from "../../monitoring/kubernetes/model.ts";
import { oauth2Proxy } from "../../monitoring/kubernetes/oauth2Proxy.ts";
import { grafanaValues } from "../../monitoring/kubernetes/prometheusStack/grafanaValues.ts";
import { workloadOf } from "../../monitoring/kubernetes/workloads.ts";
import type { System } from "../../monitoring/model.ts";
import { examples, greenlangOnEks, oversightOnAks, oversightOnEks } from "./clusterFacts.ts";
import { edgeParts, releaseOf, type Fields } from "./edgeParts.ts";

for (const { name, system, facts } of examples)
  describe(`The edge of ${name}`, () => {
    const parts = edgeParts(system, facts);
    const objects = parts.flatMap((part) => part.objects);
    const releases = parts.flatMap(({ release }) => (release === undefined ? [] : [release]));

    it("is rendered to the same bytes for the same input", () => {
      assert.equal(JSON.stringify(edgeParts(system, facts)), JSON.stringify(parts));
    });

    it("has every secret of oauth2-proxy as a file, and none in a value or variable", () => {
      const { values } = releaseOf(releases, "oauth2-proxy");
      assert.equal(values["proxyVarsAsSecrets"], false);
      assert.doesNotMatch(JSON.stringify(values), /clientSecret|cookieSecret|secretKeyRef/);
      const text = filesOf(objects);
      assert.match(text, /cookie_secret_file = /);
      assert.match(text, /clientSecretFile: /);
    });

    it("has programs' tokens checked, and people's sessions in safe cookies", () => {
      const text = filesOf(objects);
      assert.match(text, /^skip_jwt_bearer_tokens = true$/m);
      const { jwt, emailDomain } = system.access;
      if (jwt !== undefined) assert.ok(text.includes(`["${jwt.issuer}=${jwt.audience}"]`));
      else assert.doesNotMatch(text, /extra_jwt_issuers/);
      assert.ok(text.includes(`email_domains = ["${emailDomain ?? "*"}"]`));
      for (const line of ["cookie_secure = true", "cookie_httponly = true", 'cookie_samesite = "lax"'])
        assert.ok(text.includes(line), line);
    });

    it("verifies every server behind it", () => {
      assert.doesNotMatch(JSON.stringify(parts), /"insecure\w*":true|insecureSkipTLSVerify|verify none/i);
      const uris = [...filesOf(objects).matchAll(/uri: (\S+)/g)].map(([, uri]) => uri ?? "");
      assert.ok(uris.length >= 3);
      for (const uri of uris) {
        const { protocol, hostname, port } = new URL(uri);
        assert.equal(protocol, "https:");
        const behind = edgeRoutes(system).find(({ workload }) => dnsNamesOf(workload).includes(hostname));
        assert.equal(port, String(behind?.workload.ports["http"]?.number), uri);
      }
      for (const snippet of snippets(system, facts))
        assert.match(snippet, /^default-server ssl verify required ca-file \S+ verifyhost \S+/);
    });

    it("lets two replicas of each pod stand on different nodes, and a budget keep one", () => {
      const charts = [
        releaseOf(releases, "oauth2-proxy").values,
        releaseOf(releases, "haproxy-ingress").values["controller"] as Fields,
        releaseOf(releases, "external-secrets").values,
        releaseOf(releases, "external-secrets").values["webhook"] as Fields,
        releaseOf(releases, "cert-manager").values,
        releaseOf(releases, "cert-manager").values["webhook"] as Fields,
        releaseOf(releases, "cert-manager").values["cainjector"] as Fields,
      ];
      for (const values of charts) {
        assert.ok(Number(values["replicaCount"]) >= 2);
        const budget = (values["podDisruptionBudget"] ?? values["PodDisruptionBudget"]) as Fields;
        assert.equal(budget["minAvailable"], 1);
        assert.match(JSON.stringify(values["affinity"]), /requiredDuringScheduling/);
        assert.match(JSON.stringify(values["resources"]), /requests.*limits|limits.*requests/);
      }
    });

    it("publishes neither what writes samples nor a path that is denied", () => {
      const published = objects
        .filter(({ kind }) => kind === "Ingress")
        .map(({ metadata }) => metadata.name)
        .sort();
      const grafana = system.access.people === "grafana-oauth" ? ["grafana"] : [];
      assert.deepEqual(published, [...grafana, "oauth2-proxy"]);
      for (const absent of ["pushgateway", "thanos-receive", ":10908", ":9091"])
        assert.ok(!filesOf(objects).includes(absent), absent);
    });

    it("does not wait for ingresses that only its own controller can give an address", () => {
      for (const { kind, metadata } of objects)
        if (kind === "Ingress") assert.equal(metadata.annotations?.["pulumi.com/skipAwait"], "true");
    });

    it("opens 443 and 80 to the allowed networks only, and keeps their addresses", () => {
      const narrow = { ...facts, edge: { ...facts.edge, allowedCidrs: ["192.0.2.0/24"] } };
      const { service } = controllerOf(system, narrow) as { service: Fields };
      assert.deepEqual(service["loadBalancerSourceRanges"], ["192.0.2.0/24"]);
      assert.equal(service["externalTrafficPolicy"], "Local");
      const { http, https, ...others } = service["enablePorts"] as Fields;
      assert.deepEqual([http, https], [true, true]);
      assert.deepEqual([...new Set(Object.values(others))], [false]);
    });
  });

describe("The edge of a cluster, by configuration", () => {
  const internal: ClusterFacts = {
    ...oversightOnAks.facts,
    edge: { certificate: { kind: "internal" }, internal: true, allowedCidrs: ["10.0.0.0/8"] },
  };

  it("has an address of the network only when it is internal, as each cloud says it", () => {
    const annotation = {
      azure: /azure-load-balancer-internal":"true"/,
      aws: /aws-load-balancer-internal":"true"/,
    };
    for (const { system, facts } of [oversightOnAks, oversightOnEks]) {
      const values = (edge: ClusterFacts["edge"]) => JSON.stringify(controllerOf(system, { ...facts, edge }));
      assert.match(values(internal.edge), annotation[facts.cloud]);
      assert.doesNotMatch(values(facts.edge), annotation[facts.cloud]);
    }
  });

  it("puts Grafana behind oauth2-proxy, or right behind the ingress where it logs people in itself", () => {
    const login = (system: System) => edgeRoutes(system).find(({ name }) => name === "grafana")?.login;
    assert.equal(login(oversightOnAks.system), "oauth2-proxy");
    assert.equal(login(greenlangOnEks.system), "own");
  });

  it("starts oauth2-proxy anew when a file of it changes, and only then", () => {
    const annotation = (facts: ClusterFacts) =>
      JSON.stringify(oauth2Proxy(oversightOnAks.system, facts).release?.values["podAnnotations"]);
    const { facts } = oversightOnAks;
    assert.notEqual(annotation({ ...facts, hostname: "other.example.com" }), annotation(facts));
    assert.equal(annotation({ ...facts, cluster: "other" }), annotation(facts));
  });

  it("pins digests where they are given", () => {
    const digest = `sha256:${"a".repeat(64)}`;
    const repositories = [
      "quay.io/oauth2-proxy/oauth2-proxy",
      "docker.io/haproxytech/kubernetes-ingress",
      "ghcr.io/external-secrets/external-secrets",
      "quay.io/jetstack/cert-manager-controller",
    ];
    const imageDigests = Object.fromEntries(repositories.map((repository) => [repository, digest]));
    const { system, facts } = oversightOnAks;
    for (const { release } of edgeParts(system, { ...facts, imageDigests }))
      if (release !== undefined) assert.ok(JSON.stringify(release.values).includes(digest), release.name);
  });

  it("says which secret is missing of a system that declares none for oauth2-proxy", () => {
    const system = { ...oversightOnAks.system, secrets: [] };
    assert.throws(
      () => oauth2Proxy(system, oversightOnAks.facts),
      /^Error: system oversight: secrets have none of/,
    );
  });

  it("runs no job of the ingress' chart, which could write every definition of the cluster", () => {
    const { system, facts } = oversightOnAks;
    assert.equal(ingress(system, facts).release?.hooks, false);
  });

  it("names the address of each of its pages", () => {
    const { system, facts } = oversightOnAks;
    assert.equal(edgeUrl(system, facts, "prometheus"), "https://prometheus.oversight.com/prometheus/");
    assert.throws(() => edgeUrl(system, facts, "pushgateway"), /no route "pushgateway"/);
  });

  it("denies paths as wholes, not names that begin alike", () => {
    const denied = new RegExp(beneath(edgeRoutes(oversightOnAks.system), deniedPath));
    for (const path of [
      "/-/quit",
      "/prometheus/-/reload/",
      "/api/v1/admin/tsdb/snapshot",
      "//prometheus//debug/pprof",
    ])
      assert.match(path, denied);
    for (const path of [
      "/-/ready",
      "/api/v1/query",
      "/api/v1/administrators",
      "/grafana/d/api/v1/admin",
      "/debugger",
    ])
      assert.doesNotMatch(path, denied);
  });

  it("selects the pods of oauth2-proxy by labels that its chart sets", () => {
    assert.deepEqual(workloadOf(oversightOnAks.system, "oauth2-proxy").selector, {
      "app.kubernetes.io/name": "oauth2-proxy",
      "app.kubernetes.io/instance": "oauth2-proxy",
    });
  });
});

function controllerOf(system: System, facts: ClusterFacts): Fields {
  return ingress(system, facts).release?.values["controller"] as Fields;
}

/** The text of every ConfigMap. */
function filesOf(objects: readonly KubernetesObject[]): string {
  return objects
    .filter(({ kind }) => kind === "ConfigMap")
    .flatMap((object) => Object.values(object["data"] as Record<string, string>))
    .join("\n");
}

/** What the Services of the servers right behind the edge say of them. */
function snippets(system: System, facts: ClusterFacts): string[] {
  const { values } = oauth2Proxy(system, facts).release ?? assert.fail("oauth2-proxy is no release");
  const services = [values["service"], grafanaValues(system, facts)["service"]] as Fields[];
  const found = services.flatMap(({ annotations = {} }) => {
    const snippet = (annotations as Fields)["haproxy.org/backend-config-snippet"];
    return snippet === undefined ? [] : [snippet as string];
  });
  const published = ingress(system, facts).objects.filter(({ kind }) => kind === "Ingress");
  assert.equal(found.length, published.length);
  return found;
}
