import assert from "node:assert/strict";
import { summarise } from "../../cli/progress.ts";

describe("what npm start says of the engine's run", () => {
  const changesAfter = (...lines: string[]): string => {
    const progress = summarise();
    lines.forEach(progress.line);
    return progress.changes();
  };

  it("counts what was created, updated and deleted", () => {
    assert.equal(
      changesAfter("Resources:", "    + 2 created", "    ~ 1 updated", "    - 3 deleted", "    6 changes"),
      "Changed: 2 created, 1 updated, 3 deleted.",
    );
  });

  it("counts what was replaced, which the engine prints without a space", () => {
    assert.equal(changesAfter("    +-28 replaced"), "Changed: 28 replaced.");
  });

  it("says that nothing changed", () => {
    assert.equal(changesAfter("Resources:", "    28 unchanged"), "No changes: everything is as declared.");
  });
});
