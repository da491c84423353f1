/** What the rendered jobs and volumes of a cluster need from outside: names, authorities and groups. */
import assert from "node:assert/strict";
import { parse } from "yaml";
import { foundation } from "../../monitoring/kubernetes/foundation.ts";
import type { ClusterFacts } from "../../monitoring/kubernetes/model.ts";
import { scrapeJobObjects } from "../../monitoring/kubernetes/prometheusStack/scrapeJobs.ts";
import { extendSystem } from "../../monitoring/extend.ts";
import { checkChanges } from "../../monitoring/check.ts";
import { parseConfig } from "../../configuration/parse.ts";
import type { System } from "../../monitoring/model.ts";
import { oversightOnAks, oversightOnEks } from "./clusterFacts.ts";

interface Job {
  readonly job_name: string;
  readonly tls_config?: Readonly<Record<string, string>>;
  readonly basic_auth?: Readonly<Record<string, string>>;
}

interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly stringData?: Readonly<Record<string, string>>;
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: { readonly data: readonly { readonly secretKey: string }[] };
}

const { system, facts } = oversightOnAks;

function rendered(of: System, on: ClusterFacts) {
  const objects = scrapeJobObjects(of, on) as unknown as readonly Rendered[];
  const named = (name: string) => objects.find(({ metadata }) => metadata.name === name);
  const jobs = parse(Object.values(named("prometheus-scrape-jobs")?.stringData ?? {}).join("")) as Job[];
  return {
    job: (name: string) => jobs.find(({ job_name }) => job_name === name),
    targets: Object.values(named("prometheus-targets")?.data ?? {}).join(""),
    secrets: named("prometheus-passwords")?.spec?.data.map(({ secretKey }) => secretKey),
  };
}

describe("Jobs of a cluster", () => {
  it("ask API servers under a name that their certificate holds, and kubelets under their own", () => {
    const { job } = rendered(system, facts);
    assert.equal(job("kubernetes-apiservers")?.tls_config?.["server_name"], "kubernetes");
    for (const name of ["kubernetes-nodes", "cadvisor"]) {
      assert.ok(job(name)?.tls_config?.["ca_file"], name);
      assert.equal(job(name)?.tls_config?.["server_name"], undefined, name);
    }
  });

  it("trust the authority of federated regions that is given, as a file beside the password", () => {
    const { job, secrets } = rendered(system, { ...facts, givenSecrets: ["federation-ca"] });
    const mounted = "/etc/prometheus/secrets/prometheus-passwords";
    assert.equal(job("federate")?.tls_config?.["ca_file"], `${mounted}/federation-ca`);
    assert.equal(job("federate")?.basic_auth?.["password_file"], `${mounted}/federation-password`);
    assert.deepEqual(secrets, ["federation-password", "federation-ca"]);
  });

  it("trust public authorities where none is given, and mount nothing that is not there", () => {
    const { job, secrets } = rendered(system, facts);
    assert.equal(job("federate")?.tls_config, undefined);
    assert.deepEqual(secrets, ["federation-password"]);
  });

  it("federate from the addresses that the stack names, in place of the system's", () => {
    const address = "prometheus.westus.example.com:443";
    const { changes } = parseConfig({
      "vigil:targets": JSON.stringify({ federate: [{ address, labels: { region: "westus" } }] }),
    });
    assert.deepEqual(checkChanges(system, changes), []);
    const { targets } = rendered(extendSystem(system, changes), facts);
    assert.ok(targets.includes(address));
    assert.ok(!targets.includes("prometheus-northeurope"));
  });
});

describe("Volumes of a cluster", () => {
  const parametersOf = (on: ClusterFacts): unknown =>
    foundation(system, on).objects.find(({ kind }) => kind === "StorageClass")?.["parameters"];

  it("have their disks in the group that is named, and otherwise in the cluster's own", () => {
    const { resourceGroup } = parametersOf({ ...facts, diskGroup: "rg-data" }) as Record<string, string>;
    assert.equal(resourceGroup, "rg-data");
    assert.ok(!("resourceGroup" in (parametersOf(facts) as object)));
    assert.deepEqual(parametersOf({ ...oversightOnEks.facts, diskGroup: "rg-data" }), {
      type: "gp3",
      encrypted: "true",
    });
  });
});
