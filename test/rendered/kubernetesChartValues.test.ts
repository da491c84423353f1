import assert from "node:assert/strict";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { planKubernetes } from "../../monitoring/kubernetes.ts";
import { charts, type ChartName } from "../../monitoring/kubernetes/charts.ts";
import { unknownValues } from "./chartValues.ts";
import { examples } from "./clusterFacts.ts";
import { chartReference, needsReference, notInReference } from "./reference.ts";

/** Where a chart passes on whatever it is given, so that no chart can say what is known. */
const free: Partial<Record<ChartName, readonly string[]>> = {
  // Sections and settings of grafana.ini; Grafana's own documentation has them.
  "kube-prometheus-stack": [
    "grafana.grafana.ini",
    // `false` there, and an object in the definition of Prometheus, which has the last word.
    "prometheus.prometheusSpec.arbitraryFSAccessThroughSMs",
  ],
};

describe("Values of the Helm releases", function () {
  this.timeout(30_000);
  before(needsReference);

  for (const { name, system, facts } of examples)
    describe(name, () => {
      it("have keys that the charts know", () => {
        const unknown = releases(system, facts).flatMap(({ name: release, chart, values }) =>
          unknownValues(values, chartReference(chart), free[chart]).map((path) => `${release}: ${path}`),
        );
        assert.deepEqual(unknown, []);
      });

      it("pass the charts' schemas, over the charts' own", () => {
        const faults = releases(system, facts).flatMap(({ name: release, chart, values }) => {
          const { schema, values: own } = chartReference(chart);
          if (schema === undefined) return [];
          const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(
            withoutDialect(schema),
          );
          validate(coalesced(parse(own, { merge: true }) as Values, values));
          return (validate.errors ?? []).map(
            ({ instancePath, message = "" }) => `${release}: ${instancePath} ${message}`,
          );
        });
        assert.deepEqual(faults, []);
      });
    });

  it("are for the versions that are pinned", () => {
    const known = (Object.keys(charts) as ChartName[]).filter((name) => !notInReference.includes(name));
    for (const name of known)
      assert.equal(chartReference(name).version, charts[name].version.replace(/^v/, ""), name);
  });

  it("with a misspelt key, at the top or deep within, are found", () => {
    const thanos = chartReference("thanos");
    assert.deepEqual(unknownValues({ querry: {} }, thanos), ["querry"]);
    assert.deepEqual(unknownValues({ query: { enabled: true, replicaCont: 2 } }, thanos), [
      "query.replicaCont",
    ]);
    const stack = chartReference("kube-prometheus-stack");
    assert.deepEqual(
      unknownValues(
        { prometheus: { prometheusSpec: { retenton: "7d" } }, grafana: { percistence: {} } },
        stack,
      ),
      ["prometheus.prometheusSpec.retenton", "grafana.percistence"],
    );
  });
});

type Values = Readonly<Record<string, unknown>>;

function releases(...[system, facts]: Parameters<typeof planKubernetes>) {
  return planKubernetes(system, facts).parts.flatMap(({ release }) =>
    release === undefined || notInReference.includes(release.chart) ? [] : [release],
  );
}

/** As Helm does: maps are joined, everything else is replaced, and null takes away. */
function coalesced(own: Values, given: Values): Values {
  const merged: Record<string, unknown> = { ...own };
  for (const [key, value] of Object.entries(given)) {
    const before = merged[key];
    if (value === null) merged[key] = undefined;
    else merged[key] = isMap(before) && isMap(value) ? coalesced(before, value) : value;
  }
  return JSON.parse(JSON.stringify(merged)) as Values;
}

function isMap(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Ajv knows draft 7; the charts name drafts whose differences they do not use. */
function withoutDialect(schema: object): object {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== "$schema"));
}
