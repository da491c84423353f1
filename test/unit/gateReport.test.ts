/** The comment of the gate: what stands first, what is left out, and what others' text may not do. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { deviates, outcomeOf, type Change, type Outcome } from "../../cli/gate/events.ts";
import { block, code, fitted, plain } from "../../cli/gate/markdown.ts";
import { driftReport, failureReport, previewReport } from "../../cli/gate/report.ts";
import { withoutQuotedProperties, withoutSecrets } from "../../cli/gate/secrets.ts";

const context = { stack: "vigil/prod", limit: 65_536 };
const nothing: Outcome = {
  changes: [],
  unchanged: 3,
  violations: [],
  undecided: [],
  failures: [],
  finished: true,
  seconds: 4,
};

const change = (operation: Change["operation"], type: string, rest: Partial<Change> = {}): Change => ({
  operation,
  urn: `urn:pulumi:prod::vigil::${type}::blocks`,
  type,
  name: "blocks",
  protect: false,
  retained: false,
  paths: [],
  ...rest,
});

const violation = (policy: string, level: string, severity = "high") => ({
  policy,
  severity,
  level,
  urn: "urn:pulumi:prod::vigil::aws:s3/bucket:Bucket::blocks",
  message: "blocks (aws:s3/bucket:Bucket): keeps no versions. Give it a BucketVersioning",
});

describe("The gate's report", () => {
  it("says in its first line that nothing would change", () => {
    assert.match(previewReport(nothing, context), /^### `vigil\/prod`: nothing would change\n/);
  });

  const endangered: Record<string, Change> = {
    "the replacement of a bucket": change("replace", "aws:s3/bucket:Bucket", { paths: ["bucket"] }),
    "the deletion of a disk": change("delete", "azure-native:compute/v20240302:Disk"),
    "the deletion of something protected": change("delete", "kubernetes:core/v1:ConfigMap", {
      protect: true,
    }),
  };
  for (const [what, one] of Object.entries(endangered))
    it(`puts ${what} before everything else`, () => {
      const changes = [change("create", "kubernetes:core/v1:Secret"), one];
      const report = previewReport({ ...nothing, changes }, context);
      assert.match(
        report,
        /^### .*\n\n\*\*⛔ Replaced or deleted, with what they hold\*\*\n\n- \*\*(?:replace|delete)\*\*/,
      );
    });

  const harmless: Record<string, Change> = {
    "an update of a bucket": change("update", "aws:s3/bucket:Bucket"),
    "the deletion of a configuration map": change("delete", "kubernetes:core/v1:ConfigMap"),
    "a bucket that stays in the cloud": change("delete", "aws:s3/bucket:Bucket", { retained: true }),
  };
  for (const [what, one] of Object.entries(harmless))
    it(`does not cry wolf over ${what}`, () => {
      assert.doesNotMatch(previewReport({ ...nothing, changes: [one] }, context), /⛔/);
    });

  it("tells what refuses from what advises, the worst first, and what is not decided yet", () => {
    const report = previewReport(
      {
        ...nothing,
        violations: [
          violation("of-low", "mandatory", "low"),
          violation("of-advice", "advisory"),
          violation("of-critical", "mandatory", "critical"),
        ],
        undecided: [violation("of-later", "advisory"), violation("of-later", "advisory")],
      },
      context,
    );
    assert.match(report, /: refused by policy, 2 violations\n/);
    assert.match(
      report,
      /Refused by policy\*\*[^]*of-critical[^]*of-low[^]*Advised by policy\*\*[^]*of-advice/,
    );
    assert.match(report, /Not decided yet[^]*- `of-later`, 2 resources/);
  });

  it("keeps to the platform's limit with ten thousand changes, keeps what is dangerous, and counts the rest", () => {
    const many = Array.from({ length: 10_000 }, () => change("create", "kubernetes:core/v1:ConfigMap"));
    const changes = [...many, change("delete", "aws:s3/bucket:Bucket", { name: "the-last-one" })];
    const report = previewReport({ ...nothing, changes }, context);
    assert.ok(report.length <= 65_536, String(report.length));
    assert.ok(report.length > 60_000, "and uses the room that there is");
    assert.match(report, /⛔[^]*`the-last-one`/);
    assert.match(report, /… and \d{4} more: see the log of the run\n\n<\/details>/);
  });

  it("keeps to any limit in bytes, whatever it is given", () => {
    const item = fc.string({ unit: "grapheme", maxLength: 300 });
    fc.assert(
      fc.property(fc.array(item, { maxLength: 60 }), fc.integer({ min: 400, max: 5_000 }), (items, limit) => {
        const text = fitted(
          "head",
          [
            { title: "one", items },
            { title: "two", items, folded: true },
          ],
          "foot",
          limit,
        );
        assert.ok(Buffer.byteLength(text) <= limit);
        assert.equal(text.split("<details>").length, text.split("</details>").length);
      }),
    );
  });

  it("says of drift what was changed, and of a failure why", () => {
    const changes = [change("update", "aws:s3/bucket:Bucket", { paths: ["tags.owner"] })];
    assert.match(
      driftReport({ ...nothing, changes }, context),
      /: 1 resource has drifted\n[^]*: `tags\.owner`/,
    );
    assert.match(driftReport(nothing, context), /: no drift\n/);
    const failed = driftReport(
      { ...nothing, finished: false, failures: [{ urn: "", message: "no access" }] },
      context,
    );
    assert.match(failed, /: drift could not be looked for\n[^]*no access/);
    assert.match(failureReport("no state", context), /: it could not be told\n[^]*no state/);
  });
});

describe("Text of others in the gate's report", () => {
  it("stays inside its block, whatever fences it brings", () => {
    const shown = block("a\n```\n### not a heading\n/merge\n````");
    const [fence = ""] = /^`+/.exec(shown) ?? [];
    assert.equal(shown.split("\n").filter((line) => line === fence).length, 1);
    assert.equal(fence.length, 5);
  });

  it("mentions nobody, links nowhere, and is no HTML", () => {
    const shown = plain("@everyone see <img src=x> [here](https://evil.example) `x`");
    assert.doesNotMatch(shown, /@everyone|(?<!\\)[<>`[\]]|:\/\//);
  });

  it("ends no span of code", () => {
    assert.equal(code("a`b``c\nd"), "```a`b``c d```");
    assert.equal(code("`a"), "`` `a ``");
  });

  it("shows no token, by its variable or by its form", () => {
    const jwt = `eyJhbGciOiJSUzI1NiJ9.${"a".repeat(20)}.${"b".repeat(20)}`;
    const hidden = [
      "hunter2hunter2",
      jwt,
      `ghp_${"x".repeat(36)}`,
      `AKIA${"A".repeat(16)}`,
      "s3cr3tpassword",
    ];
    const text = `a hunter2hunter2 b ${jwt} c ghp_${"x".repeat(36)} d AKIA${"A".repeat(16)} e https://me:s3cr3tpassword@host/`;
    const shown = withoutSecrets(text, { DB_PASSWORD: "hunter2hunter2", HOME_TOKEN_FILE: "/run/token" });
    for (const secret of hidden) assert.ok(!shown.includes(secret), secret);
    assert.match(shown, /^a \[secret\] b/);
    assert.equal(withoutSecrets("reads /run/token", { HOME_TOKEN_FILE: "/run/token" }), "reads /run/token");
  });

  it("quotes no property that deviates from a plan, which the engine shows with its secrets", () => {
    const said =
      "resource urn violates plan: properties changed: ++data[{map[login:{&{{line one\nline two}}}]}!={map[]}]";
    assert.equal(withoutQuotedProperties(said), "resource urn violates plan: properties changed: data …");
    const event = { diagnosticEvent: { urn: "urn", message: said, severity: "error" } };
    const outcome = outcomeOf(JSON.stringify(event));
    assert.ok(deviates(outcome));
    assert.doesNotMatch(JSON.stringify(outcome), /line (?:one|two)/);
  });
});

describe("Events of the engine", () => {
  const step = (kind: string, op: string, metadata: object = {}) =>
    JSON.stringify({
      [kind]: {
        metadata: {
          op,
          urn: "urn:pulumi:prod::vigil::aws:s3/bucket:Bucket::a::b",
          type: "aws:s3/bucket:Bucket",
          old: null,
          new: null,
          detailedDiff: null,
          ...metadata,
        },
      },
    });

  it("are one change for the three steps of a replacement, with the keys that ask for it", () => {
    const keys = { keys: ["bucket"], diffs: ["bucket", "tags"] };
    const log = ["create-replacement", "replace", "delete-replaced"].map((op) =>
      step("resourcePreEvent", op, keys),
    );
    const [one, ...more] = outcomeOf(log.join("\n")).changes;
    assert.deepEqual(more, []);
    assert.deepEqual([one?.operation, one?.name, one?.paths], ["replace", "a::b", ["bucket"]]);
  });

  it("tell of a refresh what it found at its end", () => {
    const found = step("resOutputsEvent", "update", { detailedDiff: { "tags.owner": {} } });
    const { changes } = outcomeOf([step("resourcePreEvent", "refresh"), found].join("\n"));
    assert.deepEqual(
      changes.map(({ operation, paths }) => [operation, paths]),
      [["update", ["tags.owner"]]],
    );
  });

  it("tell apart what a policy forbids from what it cannot decide yet", () => {
    const event = (policyName: string, message: string) =>
      JSON.stringify({ policyEvent: { policyName, message, enforcementLevel: "advisory" } });
    const { violations, undecided } = outcomeOf(
      [
        event("a", "What holds.\nblocks: is not so\n"),
        event("b", "can't run policy 'b' during preview: unknown\n"),
      ].join("\n"),
    );
    assert.deepEqual(
      violations.map(({ policy, message }) => [policy, message]),
      [["a", "blocks: is not so"]],
    );
    assert.deepEqual(
      undecided.map(({ policy, message }) => [policy, message]),
      [["b", "can't run policy 'b' during preview: unknown"]],
    );
  });

  it("count what has failed to no change", () => {
    const log = [step("resourcePreEvent", "create"), step("resOpFailedEvent", "create")];
    assert.deepEqual(outcomeOf(log.join("\n")).changes, []);
  });

  it("leave out the stack itself and its providers", () => {
    const own = ["pulumi:pulumi:Stack", "pulumi:providers:aws"];
    const log = own.map((type) => step("resourcePreEvent", "create", { type }));
    assert.deepEqual(outcomeOf(log.join("\n")).changes, []);
  });

  it("are unfinished without a summary, and where anything has failed", () => {
    const summary = JSON.stringify({ summaryEvent: { durationSeconds: 1, result: "succeeded" } });
    const failure = JSON.stringify({ diagnosticEvent: { message: "no access", severity: "error" } });
    assert.equal(outcomeOf("").finished, false);
    assert.equal(outcomeOf(summary).finished, true);
    assert.equal(outcomeOf(`${failure}\n${summary}`).finished, false);
  });
});
