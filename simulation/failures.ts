/**
 * Failures on demand: JSON such as `{"kubernetes:helm.sh/v3:Release thanos": "timed out waiting for the condition"}`.
 *
 * Keys: `TYPE NAME` fails the creation and every update of a resource, `delete TYPE NAME` its removal, the token of a function
 * its calls, and `after N resources` whatever comes after N creations.
 */
import { readFileSync } from "node:fs";

export type FailureSpec = Readonly<Record<string, string>>;

export class Failures {
  readonly #messages: ReadonlyMap<string, string>;
  readonly #limit: number;
  readonly #limitMessage: string;
  #created = 0;

  constructor(spec: FailureSpec) {
    this.#messages = new Map(Object.entries(spec));
    const limited = Object.entries(spec).find(([key]) => afterKey.test(key));
    this.#limit = Number(afterKey.exec(limited?.[0] ?? "")?.[1] ?? Number.POSITIVE_INFINITY);
    this.#limitMessage = limited?.[1] ?? "";
  }

  /** Counts a creation. @throws where it was asked to fail */
  onCreate(token: string, name: string): void {
    this.onUpdate(token, name);
    if (this.#created >= this.#limit) throw new RequestedFailure(this.#limitMessage);
    this.#created += 1;
  }

  /** @throws where it was asked to fail */
  onUpdate(token: string, name: string): void {
    this.#fail(`${token} ${name}`);
  }

  /** @throws where it was asked to fail */
  onDelete(token: string, name: string): void {
    this.#fail(`delete ${token} ${name}`);
  }

  /** @throws where it was asked to fail */
  onCall(token: string): void {
    this.#fail(token);
  }

  #fail(key: string): void {
    const message = this.#messages.get(key);
    if (message !== undefined) throw new RequestedFailure(message);
  }
}

export class RequestedFailure extends Error {}

const afterKey = /^after (\d+) resources?$/;

/**
 * What VIGIL_SIMULATE_FAIL asks for: JSON, or the path of a file that holds it.
 * @throws where it is neither
 */
export function failuresOf(text: string | undefined): FailureSpec {
  if (text === undefined || text.trim() === "") return {};
  try {
    const json = text.trimStart().startsWith("{") ? text : readFileSync(text, "utf8");
    const spec: unknown = JSON.parse(json);
    if (isSpec(spec)) return spec;
    throw new Error("a message is no text");
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new Error(
      `VIGIL_SIMULATE_FAIL: ${cause}; expected a map such as {"TYPE NAME": "timed out"}, or the path of a file with one`,
      { cause: error },
    );
  }
}

function isSpec(spec: unknown): spec is FailureSpec {
  return (
    typeof spec === "object" &&
    spec !== null &&
    Object.values(spec).every((value) => typeof value === "string")
  );
}
