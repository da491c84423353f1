import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderRules } from "../../monitoring/rules.ts";
import { documentedSystems } from "../../systems/documented.ts";
import { ensureTools } from "../../tools/toolchain.ts";
import { check } from "./checkers.ts";

describe("The rules of", function () {
  this.timeout(60_000);
  let directory: string;
  let promtool: string;

  before(async function () {
    this.timeout(1_200_000);
    promtool = (await ensureTools(["prometheus"])).path("promtool");
    directory = await mkdtemp(join(tmpdir(), "vigil-lint-"));
  });

  after(() => rm(directory, { recursive: true, force: true }));

  for (const system of documentedSystems())
    for (const evaluator of ["prometheus", "thanos-ruler"] as const)
      it(`${system.name} for ${evaluator} are accepted by promtool without a warning`, async () => {
        const path = join(directory, `${system.name}-${evaluator}.yml`);
        // Thanos' one key more is unknown to promtool.
        const text = renderRules(system, evaluator).replaceAll(/^ *partial_response_strategy: .*\n/gm, "");
        await writeFile(path, text);
        assert.match(await check(promtool, "check", "rules", "--lint=all", "--lint-fatal", path), /SUCCESS/);
      });
});
