import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { readConfig } from "../../config.ts";
import { keyNames, keys, systemNames } from "../../configuration/keys.ts";
import { parseConfig } from "../../configuration/parse.ts";
import { bucketClashes, checkPlaintext, parseStackFile } from "../../configuration/stackFiles.ts";
import { systems } from "../../systems/index.ts";

const project = join(import.meta.dirname, "../..");

interface Declared {
  readonly type: string;
  readonly default?: unknown;
  readonly description?: string;
}

describe("the keys of the configuration", () => {
  const { config } = parse(readFileSync(join(project, "Pulumi.yaml"), "utf8")) as {
    config: Partial<Record<string, Declared>>;
  };

  it("are those that Pulumi.yaml declares", () => {
    assert.deepEqual(Object.keys(config).sort(), [...keyNames].sort());
  });

  for (const name of keyNames)
    it(`${name} has its type, default and a description in Pulumi.yaml`, () => {
      const declared = config[name];
      assert.ok(declared);
      assert.equal(declared.type, keys[name].type);
      assert.deepEqual(declared.default, keys[name].default);
      assert.match(declared.description ?? "", /\w{3}/);
    });

  it("accept their own defaults", () => {
    for (const name of keyNames) {
      const parsed = keys[name].schema.safeParse(keys[name].default);
      assert.ok(parsed.success, name);
    }
  });

  it("name every system there is", () => {
    assert.deepEqual([...systemNames].sort(), Object.keys(systems).sort());
  });

  for (const file of readdirSync(project).filter((name) => /^Pulumi\..+\.yaml$/.test(name)))
    it(`are all that ${file} uses, with values that they accept`, () => {
      const stackFile = parseStackFile("any", readFileSync(join(project, file), "utf8"));
      assert.deepEqual(stackFile.plaintext, []);
      parseConfig(stackFile.raw, stackFile.secretKeys);
    });
});

describe("a stack's configuration", () => {
  it("is, where nothing is said, the trade system and its demo on this machine", () => {
    const config = parseConfig({}, [], "blue");
    assert.equal(config.system, "trade");
    assert.equal(config.platform, "local");
    assert.equal(config.directory, ".vigil/stacks/blue");
    assert.equal(config.portBase, 21_000);
    assert.equal(config.demo, true);
    assert.equal(config.certificateRotation, 1);
    assert.equal(config.human, "operator");
    assert.deepEqual(config.parameters, { environment: "dev", region: "local", layout: "cluster" });
  });

  it("has no demo beyond the local trade stack", () => {
    assert.equal(parseConfig({ "vigil:system": "oversight" }).demo, false);
    assert.equal(parseConfig({ "vigil:platform": "windows-aws" }).demo, false);
  });

  it("leaves the keys of other projects alone", () => {
    parseConfig({ "aws:region": "us-east-1", "azure-native:location": "eastus" });
  });

  it("turns an added job into a scrape job whose targets carry its service", () => {
    const job = {
      name: "broker",
      series: 10,
      service: "broker",
      targets: [{ address: "b:1", labels: { site: "x" } }],
    };
    const { changes } = parseConfig({ "vigil:jobs": JSON.stringify([job]) });
    assert.deepEqual(changes.jobs, [
      {
        name: "broker",
        about: "broker, added by the stack's configuration",
        seriesPerTarget: 10,
        discovery: {
          kind: "static",
          targets: [{ address: "b:1", labels: { service: "broker", site: "x" } }],
        },
      },
    ]);
  });

  it("says where runbooks are published, as an address to which a page's name can be added", () => {
    const raw = (base: string) => ({ "vigil:runbookBase": base });
    assert.equal(parseConfig(raw("")).changes.runbookBase, undefined);
    assert.equal(
      parseConfig(raw("https://example.com/runbooks")).changes.runbookBase,
      "https://example.com/runbooks",
    );
    for (const wrong of [
      "docs/runbooks",
      "https://example.com/runbooks/",
      "https://",
      "https://a b",
      "ftp://a",
    ])
      assert.throws(() => parseConfig(raw(wrong)), /vigil:runbookBase: .*address without a slash at its end/);
  });

  it("never shows a secret in an error", () => {
    const raw = { "vigil:secrets": JSON.stringify({ key: ["hunter2"] }), "vigil:bucket": "Hunter2" };
    assert.throws(
      () => parseConfig(raw, ["vigil:secrets", "vigil:bucket"]),
      (error: Error) => error.message.split("\n").length === 2 && !/hunter2/i.test(error.message),
    );
  });

  it("never shows a plain secret in the error that says so", () => {
    assert.throws(
      () => parseConfig({ "vigil:secrets": '{"key":"hunter2"}' }),
      (error: Error) => error.message.includes("vigil:secrets.key") && !error.message.includes("hunter2"),
    );
  });
});

describe("reading the current stack's configuration", () => {
  const before = pulumi.runtime.allConfig();
  afterEach(() => {
    pulumi.runtime.setAllConfig(before, []);
  });

  it("wraps every secret at once", async () => {
    pulumi.runtime.setAllConfig({ "vigil:secrets": '{"webhook-url":"hunter2"}' }, ["vigil:secrets"]);
    const secret = readConfig().secrets["webhook-url"];
    assert.ok(secret);
    assert.equal(await pulumi.isSecret(secret), true);
  });

  it("fails with what the engine prints without a stack trace", () => {
    pulumi.runtime.setAllConfig({ "vigil:demo": "no" }, []);
    assert.throws(
      () => readConfig(),
      (error: Error) => pulumi.RunError.isInstance(error) && error.message.startsWith("vigil:demo: "),
    );
  });
});

describe("the stack files", () => {
  it("betray a plain secret beside an encrypted one, which Pulumi calls secret too", () => {
    const file = parseStackFile("dev", "config: { vigil:secrets: { a: { secure: v1:x }, b: plain } }");
    assert.deepEqual(file.secretKeys, ["vigil:secrets"]);
    const findings = checkPlaintext([file], "dev");
    assert.deepEqual(
      findings.map(({ key }) => key),
      ["vigil:secrets.b"],
    );
  });

  it("betray two stacks with one bucket, and nothing where each has its own", () => {
    const stack = (name: string, bucket: string) => ({ stack: name, system: "s", environment: "e", bucket });
    const all = [stack("a", "aws/one"), stack("b", "aws/one"), stack("c", "azure/one")];
    assert.deepEqual(
      bucketClashes("a", all).map(({ message }) => message),
      ["aws/one is the bucket of stack b (s, e) too"],
    );
    assert.deepEqual(bucketClashes("c", all), []);
  });

  it("that are no YAML are read as empty", () => {
    assert.deepEqual(parseStackFile("x", "config: [").raw, {});
  });
});
