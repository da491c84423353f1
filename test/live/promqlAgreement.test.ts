import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkExpression } from "../../monitoring/promql.ts";
import { ensureTools } from "../../tools/toolchain.ts";
import { invalid, valid } from "../promqlExpressions.ts";

describe("promtool and the check of expressions at preview", function () {
  // Where promtool has to be built first.
  this.timeout(600_000);
  const expressions = [...valid, ...invalid.map(([expression]) => expression)];
  let directory: string;
  let refused: Set<number>;

  before(async () => {
    const promtool = process.env.VIGIL_PROMTOOL ?? (await ensureTools(["prometheus"])).path("promtool");
    directory = mkdtempSync(join(tmpdir(), "vigil-promql-"));
    refused = refusedBy(promtool, directory, expressions);
  });

  after(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  expressions.forEach((expression, index) => {
    it(`agree on ${expression || "nothing at all"}`, () => {
      const findings = checkExpression(expression).map(({ message }) => message);
      assert.equal(findings.length > 0, refused.has(index), findings.join("; ") || "no finding");
    });
  });
});

/** One run over one rule per expression: promtool names each that it refuses by its position in the group. */
function refusedBy(promtool: string, directory: string, expressions: readonly string[]): Set<number> {
  const file = join(directory, "rules.json");
  const rules = expressions.map((expr, index) => ({ record: `r${index}`, expr }));
  writeFileSync(file, JSON.stringify({ groups: [{ name: "expressions", rules }] }));
  const run = spawnSync(promtool, ["check", "rules", "--lint=none", file], { encoding: "utf8" });
  assert.ifError(run.error);
  const output = run.stdout + run.stderr;
  assert.match(
    output,
    /could not parse expression/,
    "promtool refused nothing, so it did not read the rules",
  );
  return new Set([...output.matchAll(/"r(\d+)": /g)].map((match) => Number(match[1])));
}
