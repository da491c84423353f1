/** What the policies mend by themselves, in the real engine, in a program of somebody else on simulated clouds. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { repository, type EngineResult } from "../../cli/engine.ts";
import { SimulatedStack } from "./simulatedStack.ts";

const program = `
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
`;

const mending = {
  all: "disabled",
  "cost-tags": { enforcementLevel: "remediate", values: { environment: "dev", owner: "sre" } },
  "encryption-azure-storage-tls": "remediate",
  "exposure-s3-public-block": "remediate",
};

describe("Policies at the level remediate", function () {
  this.timeout(120_000);
  let stack: SimulatedStack;
  let up: EngineResult;
  let inputs: Map<string, Record<string, unknown>>;

  before(async () => {
    stack = await SimulatedStack.ofProgram(program);
    up = await upWith(mending);
    inputs = new Map((await stack.state()).map((one) => [one.type.split(":").at(-1) ?? "", one.inputs]));
  });

  after(() => {
    stack.remove();
  });

  async function upWith(configuration: object): Promise<EngineResult> {
    const file = join(stack.folder, "policies.json");
    writeFileSync(file, JSON.stringify(configuration));
    return stack.tryUp("--policy-pack", join(repository, "policies"), "--policy-pack-config", file);
  }

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
