import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { noFaults } from "../../demo/faults.ts";

const mebibyte = 2 ** 20;

describe("The demo's fault of memory", () => {
  it("is really held, and given back as soon as it ends", async () => {
    const faults = noFaults();
    const before = process.memoryUsage().rss;
    faults.inject({ holdMemoryMiB: 300 });
    assert.ok(process.memoryUsage().rss - before > 250 * mebibyte);
    faults.inject({ holdMemoryMiB: 0 });
    const deadline = Date.now() + 5_000;
    while (process.memoryUsage().rss - before > 100 * mebibyte) {
      assert.ok(Date.now() < deadline, "still held after 5 s");
      await pause(20);
    }
  }).timeout(10_000);
});
