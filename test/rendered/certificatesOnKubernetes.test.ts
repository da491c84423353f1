/** What is promised of certificates and secrets, on every cloud and for every system. */
import assert from "node:assert/strict";
import type { ClusterFacts } from "../../monitoring/kubernetes/model.ts";
import { tlsSecret } from "../../monitoring/kubernetes/names.ts";
import { workloads } from "../../monitoring/kubernetes/workloads.ts";
import { examples, greenlangOnAks, greenlangOnEks, oversightOnAks } from "./clusterFacts.ts";
import { edgeParts, specOf, type Fields } from "./edgeParts.ts";

for (const { name, system, facts } of examples)
  describe(`Certificates and secrets of ${name}`, () => {
    const objects = edgeParts(system, facts).flatMap((part) => part.objects);

    it("has a certificate for every workload that speaks TLS, with every name of its Services", () => {
      const speaking = workloads(system).filter(({ ports }) =>
        Object.values(ports).some(({ tls }) => tls !== "none"),
      );
      for (const workload of speaking) {
        const spec = specOf(objects, "Certificate", workload.name);
        assert.equal(spec["secretName"], tlsSecret(workload.name));
        const names = spec["dnsNames"] as string[];
        for (const service of workload.services)
          for (const suffix of ["", ".NS", ".NS.svc", ".NS.svc.cluster.local"])
            assert.ok(names.includes(`${service}${suffix.replace("NS", workload.namespace)}`), names.join());
        assert.equal(
          names.some((dnsName) => dnsName.startsWith("*.")),
          workload.stateful,
        );
        assert.deepEqual(spec["usages"], ["digital signature", "server auth", "client auth"]);
      }
    });

    it("renews every certificate long before its end, with a new key", () => {
      const certificates = objects.filter(({ kind }) => kind === "Certificate");
      assert.ok(certificates.length > 10);
      for (const { metadata, spec } of certificates) {
        const { duration, renewBefore, privateKey, isCA } = spec as {
          duration: string;
          renewBefore: string;
          privateKey: Fields;
          isCA?: boolean;
        };
        assert.ok(hours(renewBefore) >= 30 * 24 && hours(renewBefore) < hours(duration), metadata.name);
        assert.equal(privateKey["algorithm"], "ECDSA");
        assert.equal(privateKey["rotationPolicy"], isCA === true ? "Never" : "Always", metadata.name);
      }
    });

    it("keeps the authority's key in a namespace where nothing of the stack runs", () => {
      const authority = objects.find(
        ({ kind, spec }) => kind === "Certificate" && (spec as Fields)["isCA"] === true,
      );
      assert.equal(authority?.metadata.namespace, "cert-manager");
      assert.ok(!workloads(system).some(({ namespace }) => namespace === "cert-manager"));
    });

    it("asks a public authority for the public name, and serves it with that certificate", () => {
      const spec = specOf(objects, "Certificate", "edge");
      assert.deepEqual(spec["dnsNames"], [facts.hostname]);
      assert.equal((spec["issuerRef"] as Fields)["name"], "vigil-acme");
      for (const published of objects.filter(({ kind }) => kind === "Ingress"))
        assert.deepEqual((published["spec"] as Fields)["tls"], [
          { hosts: [facts.hostname], secretName: spec["secretName"] },
        ]);
    });

    it("reads secrets by the controller's identity, without a key, for the stack's namespace only", () => {
      const spec = specOf(objects, "ClusterSecretStore", "vigil");
      assert.deepEqual(spec["conditions"], [{ namespaces: [system.namespace] }]);
      assert.doesNotMatch(JSON.stringify(spec), /authSecretRef|secretRef|accessKey/i);
    });

    it("takes secrets only that the system declares", () => {
      const declared = system.secrets.map((secret) => secret.name);
      const wanted = objects
        .filter(({ kind }) => kind === "ExternalSecret")
        .flatMap(({ spec }) => (spec as { data: { remoteRef: { key: string } }[] }).data)
        .map(({ remoteRef }) => remoteRef.key.replace(/^.*\//, ""));
      assert.ok(wanted.length >= 2);
      for (const key of wanted) assert.ok(declared.includes(key), key);
    });
  });

describe("Certificates and secrets, by configuration", () => {
  it("takes the stack's own certificate where the name is not public", () => {
    const internal: ClusterFacts = {
      ...oversightOnAks.facts,
      edge: { ...oversightOnAks.facts.edge, certificate: { kind: "internal" } },
    };
    const objects = edgeParts(oversightOnAks.system, internal).flatMap((part) => part.objects);
    const issuer = specOf(objects, "Certificate", "edge")["issuerRef"] as Fields;
    assert.equal(issuer["name"], "vigil-internal");
    assert.ok(!JSON.stringify(objects).includes('"acme"'));
  });

  it("reads the store by workload identity on Azure, and by the controller's own on AWS", () => {
    const store = ({ system, facts }: typeof oversightOnAks) => {
      const objects = edgeParts(system, facts).flatMap((part) => part.objects);
      return specOf(objects, "ClusterSecretStore", "vigil")["provider"] as Fields;
    };
    assert.equal((store(greenlangOnAks)["azurekv"] as Fields)["authType"], "WorkloadIdentity");
    assert.deepEqual(store(greenlangOnEks), { aws: { service: "SecretsManager", region: "us-east-1" } });
  });
});

function hours(duration: string): number {
  return Number(/^(\d+)h/.exec(duration)?.[1]);
}
