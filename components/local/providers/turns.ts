/** One member of a pair at a time: the engine changes resources in parallel, and all of them pass through one process. */
import { setTimeout as pause } from "node:timers/promises";

/** Who takes part. */
export interface Member {
  readonly name: string;
  /** What serves together, such as a Prometheus and its sidecar: within one side nothing waits to be noticed again. */
  readonly side: number;
}

/** What the one whose turn it is may do about restarts. */
export interface Turn {
  /** Waits until the restarts of other sides have been noticed by those who use them. */
  othersSettled(): Promise<void>;
  /** Keeps other sides from restarting for so many milliseconds. */
  settle(milliseconds: number): void;
}

interface Group {
  last: Promise<void>;
  /** The member that did not become ready: the others stay as they are. */
  failed?: string;
  /** Milliseconds since the epoch until which a side is not to be relied upon. */
  readonly settledAt: Map<number, number>;
}

const groups = new Map<string, Group>();

/**
 * Runs `change` when no other member of the group is being changed.
 * @throws without running it when an earlier member failed, so that a bad change takes one replica and never the pair.
 */
export async function inTurn(
  name: string,
  member: Member,
  change: (turn: Turn) => Promise<void>,
): Promise<void> {
  const group: Group = groups.get(name) ?? { last: Promise.resolve(), settledAt: new Map() };
  groups.set(name, group);
  const own = group.last.then(async () => {
    if (group.failed !== undefined)
      throw new Error(
        `${member.name} was left as it is, because ${group.failed} of the same group (${name}) did not become ready`,
      );
    try {
      await change(turnOf(group, member));
    } catch (error) {
      group.failed = member.name;
      throw error;
    }
  });
  group.last = own.catch(() => undefined);
  await own;
}

function turnOf({ settledAt }: Group, { side }: Member): Turn {
  return {
    othersSettled: async () => {
      const others = [...settledAt].filter(([other]) => other !== side).map(([, at]) => at);
      await pause(Math.max(0, ...others.map((at) => at - Date.now())));
    },
    settle: (milliseconds) => {
      settledAt.set(side, Date.now() + milliseconds);
    },
  };
}
