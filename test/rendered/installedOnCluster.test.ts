import assert from "node:assert/strict";
import { planKubernetes } from "../../monitoring/kubernetes.ts";
import type { ClusterFacts, KubernetesPlan } from "../../monitoring/kubernetes/model.ts";
import { label, objectsOf } from "./customResources.ts";
import { examples } from "./clusterFacts.ts";

const kinds = "prometheus-operator-crds";
const manager = "cert-manager";

/** Objects by what they are called. */
function contentsOf(plan: KubernetesPlan): Map<string, string> {
  return new Map(objectsOf(plan).map((object) => [label(object), JSON.stringify(object)]));
}

function releasesOf({ parts }: KubernetesPlan): string[] {
  return parts.flatMap(({ release }) => (release === undefined ? [] : [release.name]));
}

for (const { name, system, facts } of examples) {
  const on = (installed: ClusterFacts["installed"]): KubernetesPlan =>
    planKubernetes(system, { ...facts, ...(installed && { installed }) });
  const bare = on(undefined);

  describe(`${name}, on a cluster that has something already`, () => {
    for (const [installed, release] of [
      ["cert-manager", manager],
      ["operator-crds", kinds],
    ] as const)
      it(`leaves ${installed} alone, and releases everything else`, () => {
        assert.deepEqual(
          releasesOf(on([installed])),
          releasesOf(bare).filter((one) => one !== release),
        );
      });

    it("makes neither the namespace of that cert-manager nor a policy or a default in it", () => {
      const [before, after] = [contentsOf(bare), contentsOf(on([manager]))];
      const gone = [...before.keys()].filter((one) => !after.has(one));
      assert.ok(gone.includes("Namespace cert-manager"), gone.join());
      assert.deepEqual(
        gone.filter((one) => !/ cert-manager(\/|$)/.test(one)),
        [],
      );
      const kept = [...after.keys()].filter((one) => one.includes(" cert-manager/"));
      assert.deepEqual(kept.sort(), [
        "Certificate cert-manager/vigil-authority",
        "Issuer cert-manager/vigil-self-signed",
      ]);
    });

    it("changes nothing else", () => {
      const [before, after] = [contentsOf(bare), contentsOf(on([manager, "operator-crds"]))];
      assert.deepEqual(
        [...after].filter(([one, text]) => before.get(one) !== text).map(([one]) => one),
        [],
      );
    });

    it("has an operator that keeps the objects of its own namespace only", () => {
      const release = bare.parts.find((part) => part.name === "prometheus-stack")?.release;
      const { prometheusOperator } = release?.values as { prometheusOperator: Record<string, unknown> };
      for (const kind of ["prometheus", "alertmanager", "thanosRuler"])
        assert.deepEqual(prometheusOperator[`${kind}InstanceNamespaces`], [system.namespace]);
    });

    it("waits for nothing that the plan does not have", () => {
      const { parts } = on([manager, "operator-crds"]);
      const names = parts.map((part) => part.name);
      for (const part of parts)
        assert.ok(
          part.after.every((one) => names.includes(one)),
          part.name,
        );
    });
  });
}
