/** One member of a pair at a time: the engine changes resources in parallel, and all of them pass through one process. */

interface Turn {
  readonly done: Promise<void>;
  /** The member that did not become ready: the others stay as they are. */
  failed?: string;
}

const turns = new Map<string, Turn>();

/**
 * Runs `change` when no other member of the group is being changed.
 * @throws without running it when an earlier member failed, so that a bad change takes one replica and never the pair.
 */
export async function inTurn(group: string, member: string, change: () => Promise<void>): Promise<void> {
  const before = turns.get(group);
  const turn: Turn = { done: after(before, group, member, change, (failed) => (turn.failed = failed)) };
  turns.set(group, turn);
  await turn.done;
}

async function after(
  before: Turn | undefined,
  group: string,
  member: string,
  change: () => Promise<void>,
  fail: (member: string) => void,
): Promise<void> {
  await before?.done.catch(() => undefined);
  const failed = before?.failed;
  if (failed !== undefined) {
    fail(failed);
    throw new Error(
      `${member} was left as it is, because ${failed} of the same group (${group}) did not become ready`,
    );
  }
  try {
    await change();
  } catch (error) {
    fail(member);
    throw error;
  }
}
