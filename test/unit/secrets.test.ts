import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import bcrypt from "bcryptjs";
import { fillPlaceholders, storeSecrets } from "../../components/local/secrets.ts";
import type { PlanSecret } from "../../monitoring/hosts.ts";

const human: PlanSecret = { name: "human", username: "operator", about: "people", generated: true };
const webhook: PlanSecret = { name: "webhook-url", about: "address of alerts", generated: false };

describe("the secrets of a stack", () => {
  let directory = "";
  const read = (name: string): string => readFileSync(join(directory, name), "utf8");

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "vigil-secrets-"));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  it("are made at random once and stay", async () => {
    assert.deepEqual(await storeSecrets(directory, [human], {}), ["human"]);
    const first = read("human");
    assert.ok(first.length >= 32);
    assert.deepEqual(await storeSecrets(directory, [human], {}), []);
    assert.equal(read("human"), first);
  });

  it("have a hash that matches and is made anew with the value", async () => {
    await storeSecrets(directory, [human], {});
    assert.ok(bcrypt.compareSync(read("human"), read("human.bcrypt")));
    await storeSecrets(directory, [human], { human: "another" });
    assert.ok(bcrypt.compareSync("another", read("human.bcrypt")));
    assert.ok(bcrypt.getRounds(read("human.bcrypt")) >= 10);
  });

  it("are readable by their owner only", async () => {
    await storeSecrets(directory, [human], {});
    for (const file of ["human", "human.bcrypt"])
      assert.equal(statSync(join(directory, file)).mode & 0o777, 0o600);
  });

  it("must be given where they cannot be made, and the error says how", async () => {
    await assert.rejects(
      storeSecrets(directory, [webhook], {}),
      /vigil:secrets\.webhook-url is not set .*config set --stack STACK --secret --path vigil:secrets\.webhook-url/,
    );
  });

  it("take the place of each kind of placeholder", async () => {
    await storeSecrets(directory, [human], { human: "p4$$&word" });
    const text = "{{secret:human}} {{basic:human}} {{sha256:human}} {{ $labels.instance }}";
    const basic = Buffer.from("operator:p4$$&word").toString("base64");
    const digest = createHash("sha256").update(`Basic ${basic}`).digest("hex");
    assert.equal(
      await fillPlaceholders(text, directory, [human]),
      `p4$$&word ${basic} ${digest} {{ $labels.instance }}`,
    );
  });
});
