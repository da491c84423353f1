/** What the policies mend by themselves, in the real engine, in a program of somebody else on simulated clouds. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository, type EngineResult } from "../../cli/engine.ts";
import { initialise } from "../../simulation/projectStack.ts";
import { runSimulated } from "../../simulation/engine.ts";

const files = {
  "package.json": JSON.stringify({ name: "theirs", type: "module" }),
  "Pulumi.yaml": "name: theirs\nruntime: { name: nodejs, options: { typescript: false } }\nmain: index.ts\n",
  "index.ts": `
    import * as aws from "@pulumi/aws";
    import * as azure from "@pulumi/azure-native";
    const bucket = new aws.s3.Bucket("data", { tags: { team: "payments" } });
    new aws.s3.BucketPublicAccessBlock("data", { bucket: bucket.id, blockPublicAcls: true, blockPublicPolicy: false });
    const group = new azure.resources.ResourceGroup("theirs");
    new azure.storage.StorageAccount("data", {
      resourceGroupName: group.name,
      sku: { name: "Standard_ZRS" },
      kind: "StorageV2",
      minimumTlsVersion: "TLS1_0",
    });
  `,
};

const mending = {
  all: "disabled",
  "cost-tags": { enforcementLevel: "remediate", values: { environment: "dev", owner: "sre" } },
  "encryption-azure-storage-tls": "remediate",
  "exposure-s3-public-block": "remediate",
};

describe("Policies at the level remediate", function () {
  this.timeout(120_000);
  let folder: string;
  let up: EngineResult;
  let upWith: (configuration: object) => Promise<EngineResult>;
  let inputs: Map<string, Record<string, unknown>>;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "vigil-remediation-"));
    const project = join(folder, "project");
    mkdirSync(project);
    symlinkSync(join(repository, "node_modules"), join(project, "node_modules"));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(project, name), text);
    const file = join(folder, "policies.json");
    const pulumi = (args: readonly string[]): Promise<EngineResult> =>
      runSimulated(folder, args, { stack: "dev", cwd: project });
    await initialise(folder, "dev", pulumi, {});
    upWith = async (configuration) => {
      writeFileSync(file, JSON.stringify(configuration));
      const pack = ["--policy-pack", join(repository, "policies"), "--policy-pack-config", file];
      return pulumi(["up", "--yes", "--skip-preview", ...pack]);
    };
    up = await upWith(mending);
    const { stdout } = await pulumi(["stack", "export"]);
    const { resources = [] } = (
      JSON.parse(stdout) as {
        deployment: { resources?: { type: string; inputs?: Record<string, unknown> }[] };
      }
    ).deployment;
    inputs = new Map(resources.map((one) => [one.type.split(":").at(-1) ?? "", one.inputs ?? {}]));
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("let the program through", () => {
    assert.equal(up.code, 0, up.stdout);
  });

  it("close a bucket to the public, and leave what was closed", () => {
    const { blockPublicAcls, blockPublicPolicy, ignorePublicAcls, restrictPublicBuckets } =
      inputs.get("BucketPublicAccessBlock") ?? {};
    assert.deepEqual(
      [blockPublicAcls, blockPublicPolicy, ignorePublicAcls, restrictPublicBuckets],
      [true, true, true, true],
    );
  });

  it("raise a storage account's oldest TLS", () => {
    assert.equal(inputs.get("StorageAccount")?.["minimumTlsVersion"], "TLS1_2");
  });

  it("add the tags that are missing, and keep those there are", () => {
    const tags = inputs.get("Bucket")?.["tags"] as Record<string, string>;
    assert.equal(tags["team"], "payments");
    assert.deepEqual([tags["environment"], tags["owner"]], ["dev", "sre"]);
    assert.deepEqual(inputs.get("ResourceGroup")?.["tags"], { environment: "dev", owner: "sre" });
  });

  it("refuse a setting that they do not have, by name", async () => {
    const { code, stdout } = await upWith({
      "cost-tags": { enforcementLevel: "remediate", tags: { owner: "sre" } },
    });
    assert.notEqual(code, 0);
    assert.match(stdout, /cost-tags\.tags: no such setting; it has required, values, exclusions/);
  });

  it("say what they have changed", () => {
    for (const policy of ["cost-tags", "encryption-azure-storage-tls", "exposure-s3-public-block"])
      assert.match(up.stdout, new RegExp(policy));
  });
});
