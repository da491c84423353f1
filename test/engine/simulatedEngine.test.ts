import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SimulatedStack } from "./simulatedStack.ts";

describe("simulated clouds: with the engine", function () {
  this.timeout(180_000);
  let stack: SimulatedStack;
  afterEach(async () => {
    await stack.destroy();
    stack.remove();
  });

  /** `edit` and `name` are what the tests change. */
  const program = ({ edit = "one", name = "rules", extra = "" } = {}): string => `
import { Bucket } from "@pulumi/aws/s3/bucket.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import { Release } from "@pulumi/kubernetes/helm/v3/release.js";
import { RandomPassword } from "@pulumi/random/randomPassword.js";
import * as pulumi from "@pulumi/pulumi";

const bucket = new Bucket("metrics");
const password = new RandomPassword("password", { length: 24 });
const namespace = new Namespace("monitoring", { metadata: { name: "monitoring" } });
const inside = { namespace: namespace.metadata.name };
new Secret("login", { metadata: { ...inside, name: "login" }, stringData: { password: password.result, token: pulumi.secret("tok-plain-4711") } });
const rules = new ConfigMap(${JSON.stringify(name)}, { metadata: { ...inside, name: ${JSON.stringify(name)} }, data: { rules: ${JSON.stringify(edit)} } });
new Release("thanos", { name: "thanos", chart: "thanos", namespace: "monitoring", values: { bucket: bucket.bucket } }, { dependsOn: rules });
new ConfigMap("last", { metadata: { ...inside, name: "last" } }, { dependsOn: rules });
${extra}
export const arn = bucket.arn;
export const secret = password.result;
`;

  it("brings a stack up, changes nothing again, changes one thing, replaces, and takes it down", async () => {
    stack = await SimulatedStack.ofProgram(program());
    const preview = await stack.preview();
    match(preview.stdout, /arn +: \[unknown\]/);

    const up = await stack.up();
    match(up.stdout, /arn +: "arn:aws:s3:::metrics-[0-9a-f]{7}"/);
    match((await stack.up()).stdout, /8 unchanged/);

    stack.write("index.ts", program({ edit: "two" }));
    const changed = await stack.up();
    match(changed.stdout, /~ 1 updated/);
    match(changed.stdout, /7 unchanged/);

    stack.write("index.ts", program({ edit: "two", name: "alerts" }));
    const renamed = await stack.up();
    match(renamed.stdout, /\+ 1 created/);
    match(renamed.stdout, /- 1 deleted/);

    equal((await stack.destroy()).code, 0);
    deepEqual(things(stack), []);
  });

  it("keeps what is up when a release fails, names it, and goes on in the next run", async () => {
    stack = await SimulatedStack.ofProgram(program());
    stack.fail({ "kubernetes:helm.sh/v3:Release thanos": "timed out waiting for the condition" });
    const failed = await stack.tryUp("--continue-on-error");
    notEqual(failed.code, 0);
    match(failed.stdout, /Release \(thanos\)[^]*timed out waiting for the condition/);
    const before = await stack.state();
    ok(before.some(({ urn }) => urn.endsWith("::rules")));

    stack.fail({});
    const next = await stack.up();
    match(next.stdout, /~ 1 updated/);
    match((await stack.up()).stdout, /8 unchanged/);
  });

  it("fails after a number of resources, and leaves nothing of the one that failed", async () => {
    stack = await SimulatedStack.ofProgram(program());
    stack.fail({ "after 3 resources": "quota exceeded" });
    const failed = await stack.tryUp();
    notEqual(failed.code, 0);
    match(failed.stdout, /quota exceeded/);
    equal(things(stack).length, 3);
  });

  it("shows in a refresh what went away by itself", async () => {
    stack = await SimulatedStack.ofProgram(program());
    await stack.up();
    const world = readWorld(stack);
    world.things = world.things.filter(({ token }) => token !== "aws:s3/bucket:Bucket");
    writeFileSync(worldFile(stack), JSON.stringify(world));
    match((await stack.refresh()).stdout, /- 1 deleted/);
    match((await stack.up()).stdout, /\+ 1 created/);
  });

  it("stores no secret in plain text, neither in the state nor in its own folder", async () => {
    stack = await SimulatedStack.ofProgram(program());
    await stack.up();
    const opened = await stack.state();
    const password = opened.find(({ type }) => type.endsWith(":RandomPassword"))?.outputs["result"];
    equal(typeof password, "string");
    equal((password as string).length, 24);
    const stored = `${(await stack.export()).stdout}${readFileSync(worldFile(stack), "utf8")}`;
    ok(!stored.includes(password as string));
    ok(!stored.includes("tok-plain-4711"));
    const secret = opened.find(({ type }) => type === "kubernetes:core/v1:Secret");
    deepEqual(secret?.inputs["stringData"], { password, token: "tok-plain-4711" });
  });

  it("leaves what only exists afterwards unknown in a preview", async () => {
    stack = await SimulatedStack.ofProgram(
      program({ extra: `bucket.arn.apply((arn) => { console.log("the arn is " + arn); });` }),
    );
    ok(!(await stack.preview()).stdout.includes("the arn is"));
    match((await stack.up()).stdout, /the arn is arn:aws:s3:::/);
  });

  it("names type, property, value and what is accepted when it refuses a resource", async () => {
    stack = await SimulatedStack.ofProgram(`
import * as pulumi from "@pulumi/pulumi";
new pulumi.CustomResource("azure-native:storage:StorageAccount", "metrics", { resourceGroupName: "rg", kind: "StorageV3", sku: { name: "Standard_ZRS" } });
`);
    for (const result of [await stack.preview(), await stack.tryUp()]) {
      notEqual(result.code, 0);
      match(
        `${result.stdout}${result.stderr}`,
        /azure-native:storage:StorageAccount: kind got "StorageV3"; accepted: "Storage", "StorageV2"/,
      );
    }
  });
});

function worldFile({ folder }: SimulatedStack): string {
  return join(folder, "world.json");
}

function readWorld(stack: SimulatedStack): { things: { token: string }[] } {
  return JSON.parse(readFileSync(worldFile(stack), "utf8")) as { things: { token: string }[] };
}

function things(stack: SimulatedStack): string[] {
  return readWorld(stack).things.map(({ token }) => token);
}
