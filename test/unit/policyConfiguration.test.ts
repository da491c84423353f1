/** What a stack's file says of the policies: read by the command and the tests, and by the engine's own rules. */
import assert from "node:assert/strict";
import { Ajv } from "ajv";
import fc from "fast-check";
import { policies } from "../../policies/catalogue.ts";
import { configSchema } from "../../policies/configuration.ts";
import { disabledIn, packConfiguration } from "../../policies/packConfiguration.ts";
import { readKeywords, schemaFaults } from "../../policies/schemaFaults.ts";

const now = new Date("2026-01-15T12:00:00Z");
const read = (document: unknown): unknown => packConfiguration(JSON.stringify(document), now);
const settings = policies.flatMap(({ id, settings: own = {} }) =>
  Object.entries(own).map(([name, schema]) => ({ where: `${id}.${name}`, schema })),
);

describe("The configuration of the pack", () => {
  const exclusion = { resource: "dev-*", reason: "It holds nothing but test data.", until: "2027-01-31" };
  const wrong: Record<string, readonly [document: unknown, says: string]> = {
    "a duration that is none": [
      { "retention-prometheus-time": { minimum: "banana" } },
      'retention-prometheus-time.minimum: got "banana", expected a duration such as "7d"',
    ],
    "a duration in words": [
      { "retention-compactor-minimum": { raw: "30 days" } },
      'retention-compactor-minimum.raw: got "30 days", expected a duration such as "30d"',
    ],
    "a size that is none": [
      { "retention-prometheus-size": { minimum: "1 GB" } },
      'retention-prometheus-size.minimum: got "1 GB", expected a size such as "1GB"',
    ],
    "a version that is none": [
      { "resilience-eks-version": { minimum: "newest" } },
      'resilience-eks-version.minimum: got "newest", expected a text such as "1.32"',
    ],
    "a number as a text": [
      { "retention-prometheus-size": { share: "0.8" } },
      'retention-prometheus-size.share: got "0.8", expected a number from 0.1 to 0.95 such as 0.8',
    ],
    "a number that is too small": [
      { "retention-tier-margin": { days: 0 } },
      "retention-tier-margin.days: got 0, expected a number of 1 or more such as 35",
    ],
    "a text for yes or no": [
      { "retention-copy": { required: "yes" } },
      'retention-copy.required: got "yes", expected true or false',
    ],
    "an item of another type": [
      { "exposure-aws-inbound": { ports: [443, "https"] } },
      'exposure-aws-inbound.ports[1]: got "https", expected a whole number',
    ],
    "a value of another type": [
      { "cost-tags": { values: { owner: 7 } } },
      "cost-tags.values.owner: got 7, expected a text",
    ],
    "two settings that are wrong": [
      { "retention-prometheus-time": { minimum: 7, maximun: "9d" } },
      'retention-prometheus-time.minimum: got 7, expected a duration such as "7d"\n' +
        "retention-prometheus-time.maximun: no such setting; it has minimum, maximum, exclusions",
    ],
    "exclusions that are no list": [
      { "pod-replicas": { exclusions: "prom" } },
      'pod-replicas.exclusions: got "prom", expected a list of { resource, reason, until }',
    ],
    "an exclusion that is no object": [
      { "pod-replicas": { exclusions: [exclusion, "prom"] } },
      'pod-replicas.exclusions[1]: got "prom", expected { resource, reason, until }',
    ],
    "an exclusion with a key that it does not have": [
      { "pod-replicas": { exclusions: [{ ...exclusion, owner: "me" }] } },
      'pod-replicas.exclusions[0].owner: got "me", but an exclusion has resource, reason, until only',
    ],
    "an exclusion of nothing": [
      { "pod-replicas": { exclusions: [{ ...exclusion, resource: undefined }] } },
      "pod-replicas.exclusions[0].resource: missing, expected the name or URN of a resource",
    ],
    "an exclusion without a sentence": [
      { "pod-replicas": { exclusions: [{ ...exclusion, reason: "later" }] } },
      'pod-replicas.exclusions[0].reason: got "later", expected a sentence that says why',
    ],
    "an exclusion until a day that there is not": [
      { "pod-replicas": { exclusions: [{ ...exclusion, until: "2027-02-30" }] } },
      'pod-replicas.exclusions[0].until: got "2027-02-30", expected its last day as YYYY-MM-DD',
    ],
    "an exclusion that is over": [
      { "pod-replicas": { exclusions: [{ ...exclusion, until: "2026-01-14" }] } },
      "pod-replicas.exclusions[0].until: 2026-01-14 is over: mend dev-* and remove the exclusion, or decide anew on a later day",
    ],
    "exclusions of all": [
      { all: { exclusions: [] } },
      "all.exclusions: got [], but all takes a level only (advisory, mandatory, remediate, disabled): say it of each policy, by its name",
    ],
    "nothing of all": [
      { all: {} },
      "all: got {}, but all takes a level only (advisory, mandatory, remediate, disabled)",
    ],
    "a level that there is not": [
      { "pod-replicas": "warn" },
      'pod-replicas: got level "warn", expected advisory, mandatory, remediate, disabled',
    ],
    "a list for a level": [
      { "pod-replicas": ["advisory"] },
      'pod-replicas: got level ["advisory"], expected advisory, mandatory, remediate, disabled',
    ],
    "a policy that there is not": [
      { "pod-replica": "advisory" },
      "pod-replica: no such policy; npm run policy -- --list names them",
    ],
  };
  for (const [what, [document, says]] of Object.entries(wrong))
    it(`says of ${what} its key, its value and what is accepted`, () => {
      assert.throws(() => read(document), { message: says });
    });

  it("takes levels, settings and exclusions as they are documented", () => {
    assert.deepEqual(
      read({
        all: "mandatory",
        "retention-prometheus-time": { enforcementLevel: "mandatory", minimum: "30d" },
        "encryption-logs": { exclusions: [exclusion] },
      }),
      {
        all: {},
        "retention-prometheus-time": { minimum: "30d" },
        "encryption-logs": { exclusions: [exclusion] },
      },
    );
  });

  it("turns off what it names, or all but what it names", () => {
    const off = (document: unknown): readonly string[] => disabledIn(JSON.stringify(document));
    assert.deepEqual(off({ "pod-replicas": "disabled" }), ["pod-replicas"]);
    assert.deepEqual(off({ "pod-replicas": { enforcementLevel: "disabled" } }), ["pod-replicas"]);
    const rest = off({ all: "disabled", "cost-tags": "advisory", "retention-copy": { required: true } });
    assert.equal(rest.length, policies.length - 1);
    assert.ok(!rest.includes("cost-tags") && rest.includes("retention-copy"));
  });
});

describe("The schemas of settings", () => {
  it("say nothing that is not read", () => {
    const others = settings.flatMap(({ where, schema }) =>
      Object.keys(schema)
        .filter((keyword) => !(readKeywords as readonly string[]).includes(keyword))
        .map((keyword) => `${where} ${keyword}`),
    );
    assert.deepEqual(others, []);
  });

  it("take their own default", () => {
    for (const { where, schema } of settings)
      assert.deepEqual(schemaFaults(where, schema.default, schema), []);
  });

  it("leave no text without a pattern, so that none turns its policy off unnoticed", () => {
    for (const { where, schema } of settings) if (schema.type === "string") assert.ok(schema.pattern, where);
  });

  it("are read as a checker of JSON schemas reads them", () => {
    const ajv = new Ajv({ allowUnionTypes: true });
    const near = fc.oneof(
      fc.constantFrom("7d", "1h30m", "1.5d", "7 d", "1GB", "2GiB", "1gb", "1.32", "1.x", "", "7d\n"),
      fc.constantFrom(0, 0.1, 0.95, 1, 35, 443, 1.5, -1),
    );
    const value = fc.oneof(near, fc.array(near), fc.dictionary(fc.string(), near), fc.jsonValue());
    for (const policy of policies) {
      const { properties } = configSchema(policy);
      for (const [name, schema] of Object.entries(properties).filter(([key]) => key !== "exclusions")) {
        const accepts = ajv.compile(schema);
        fc.assert(
          fc.property(value, (given) => {
            assert.equal(
              schemaFaults(name, given, schema).length === 0,
              accepts(given),
              JSON.stringify(given),
            );
          }),
        );
      }
    }
  });
});
