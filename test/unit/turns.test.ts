import assert from "node:assert/strict";
import { inTurn } from "../../components/local/providers/turns.ts";

const member = (side: number): { name: string; side: number } => ({
  name: `prometheus-${String(side)}`,
  side,
});

describe("members of a rolling group", () => {
  it("are changed one at a time, in the order in which they came", async () => {
    const seen: string[] = [];
    const change = (side: number): Promise<void> =>
      inTurn("in order", member(side), async () => {
        seen.push(`begin ${String(side)}`);
        await new Promise((resolve) => setImmediate(resolve));
        seen.push(`end ${String(side)}`);
      });
    await Promise.all([change(1), change(2)]);
    assert.deepEqual(seen, ["begin 1", "end 1", "begin 2", "end 2"]);
  });

  it("are left as they are when one before them did not become ready", async () => {
    let changed = false;
    const first = inTurn("failing", member(1), () => Promise.reject(new Error("not ready")));
    const second = inTurn("failing", member(2), () => {
      changed = true;
      return Promise.resolve();
    });
    await assert.rejects(first, /not ready/);
    await assert.rejects(second, /prometheus-2 was left as it is, because prometheus-1 of the same group/);
    assert.equal(changed, false);
  });

  it("do not wait for another group", async () => {
    let open = (): void => undefined;
    const blocked = inTurn("blocked", member(1), () => new Promise<void>((resolve) => (open = resolve)));
    await inTurn("free", member(1), () => Promise.resolve());
    open();
    await blocked;
  });

  it("wait until the restart of the other side has been noticed, and not for their own", async () => {
    const started = Date.now();
    await inTurn("settling", member(1), (turn) => {
      turn.settle(300);
      return Promise.resolve();
    });
    await inTurn("settling", member(1), (turn) => turn.othersSettled());
    assert.ok(Date.now() - started < 250, "its own side waited");
    await inTurn("settling", member(2), (turn) => turn.othersSettled());
    assert.ok(Date.now() - started >= 295, "the other side did not wait");
  });
});
