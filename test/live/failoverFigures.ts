/** What a stack promises for the loss of one process. */
import { strict as assert } from "node:assert";
import type { FailoverFigures } from "../../drills/failover.ts";
import { largestGap } from "../../drills/gaps.ts";
import type { StackClient } from "../../drills/stackClient.ts";
import { eventually } from "./liveStack.ts";

/** Waits until every target of 1 s, and Watchdog at the Alertmanagers, have been there for a while. */
export async function warmUp(client: StackClient): Promise<void> {
  await eventually("10 s of samples without a gap", 60, async () => {
    const to = Date.now() / 1_000;
    const gap = await largestGap(client, 'up{job=~"backend|redis|rust-trade-engine|instance_manager"}', {
      from: to - 10,
      to,
    });
    return gap < 3;
  });
  await eventually("Watchdog at the Alertmanagers", 30, async () => {
    const { body } = await client.request(`${client.endpoint("alertmanager")}/api/v2/alerts`);
    return body.includes('"Watchdog"');
  });
}

export function assertUnnoticed(figures: FailoverFigures): void {
  const { backAfterSeconds, failed, largestGapSeconds, sent, victim } = figures;
  assert.deepEqual(failed, [], `${victim}: failed requests`);
  assert.ok(sent >= 200, `${victim}: only ${String(sent)} requests were sent`);
  assert.ok(largestGapSeconds <= 6, `${victim}: no sample for ${String(largestGapSeconds)} s`);
  assert.ok(backAfterSeconds <= 10, `${victim}: back after ${String(backAfterSeconds)} s`);
}

/** Prints the figures beside the test's name, so that a run can be quoted. */
export function report(figures: FailoverFigures): FailoverFigures {
  const { backAfterSeconds, failed, largestGapSeconds, partialResponses, sent, slowestMilliseconds, victim } =
    figures;
  console.log(
    `      ${victim}: ${String(failed.length)} of ${String(sent)} failed, ${String(partialResponses)} partial, ` +
      `slowest ${String(slowestMilliseconds)} ms, gap ${String(largestGapSeconds)} s, back after ${String(backAfterSeconds)} s`,
  );
  return figures;
}
