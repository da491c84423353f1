/** Queries at a steady rate, of which none may fail. */
import type { EdgeName } from "../../monitoring/hosts.ts";
import type { Answer, EdgeStack } from "./edgeStack.ts";

export interface Load {
  /** Resolves when that many requests were sent. */
  reached(count: number): Promise<void>;
  readonly answers: Promise<readonly (Answer & { readonly milliseconds: number })[]>;
}

/** What answers the load: an edge, or what stands for one. */
type Answering = Pick<EdgeStack, "call">;

/** Sends requests at a steady rate, GET and POST, every other on a connection of its own. */
export function runLoad(edge: Answering, target: EdgeName, total: number, perSecond = 20): Load {
  const answers: Promise<Answer & { milliseconds: number }>[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  const finished = new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      answers.push(query(edge, target, answers.length));
      for (const { count, resolve: wake } of waiting) if (answers.length >= count) wake();
      if (answers.length < total) return;
      clearInterval(timer);
      resolve();
    }, 1_000 / perSecond);
  });
  return {
    reached: (count) =>
      new Promise((resolve) => {
        if (answers.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
    answers: finished.then(() => Promise.all(answers)),
  };
}

async function query(
  edge: Answering,
  target: EdgeName,
  number: number,
): Promise<Answer & { milliseconds: number }> {
  const started = performance.now();
  const call =
    number % 3 === 0
      ? edge.call(target, "/api/v1/query", { method: "POST", body: `query=${String(number)}` })
      : edge.call(target, `/api/v1/query?query=${String(number)}`, { fresh: number % 2 === 0 });
  const answer = await call.catch((error: unknown) => ({ status: 0, headers: {}, body: String(error) }));
  return { ...answer, milliseconds: performance.now() - started };
}

/** What was not answered with 200. */
export function failures(answers: readonly Answer[]): readonly string[] {
  return answers
    .map(({ status, body }, number) => `${String(number)}: ${String(status)} ${body}`)
    .filter((_, number) => answers[number]?.status !== 200);
}
