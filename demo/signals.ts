import type { Connection } from "./connection.ts";

export const signalStream = "signals";
export const resultStream = "results";

/** Streams are trimmed to about so many entries, so that Redis does not grow. */
const streamLength = 10_000;

/** A wish to trade. */
export interface Signal {
  readonly symbol: string;
  readonly broker: string;
  readonly price: number;
  /** Milliseconds since 1970. */
  readonly sentAt: number;
}

/** What became of a {@link Signal}, or word that a trade is still open. */
export type Result = { readonly symbol: string } & (
  | {
      readonly status: "filled";
      readonly broker: string;
      /** Filled price less asked price, in pips. */
      readonly slippage: number;
    }
  | { readonly status: "failed" | "open" }
);

const symbols = ["EURUSD", "GBPUSD", "USDJPY", "AUDUSD", "XAUUSD", "US500"] as const;
const brokers = ["alpha", "beta"] as const;

/** The next signal, at random. */
export function randomSignal(): Signal {
  const price = Number((1 + Math.random()).toFixed(5));
  return { symbol: anyOf(symbols), broker: anyOf(brokers), price, sentAt: Date.now() };
}

/** One of the open trades' symbols, at random. */
export function randomSymbol(): string {
  return anyOf(symbols);
}

/** Adds an entry; whether that worked. */
export async function append(
  connection: Connection,
  stream: string,
  entry: Signal | Result,
): Promise<boolean> {
  const id = await connection.ask((redis) =>
    redis.xadd(stream, "MAXLEN", "~", streamLength, "*", "entry", JSON.stringify(entry)),
  );
  return id !== undefined;
}

/** The entry of a stream record's `[field, value]` list. */
export function entryOf(fields: readonly string[]): unknown {
  return JSON.parse(fields[1] ?? "{}");
}

function anyOf<T>([first, ...others]: readonly [T, ...T[]]): T {
  const index = Math.floor(Math.random() * (others.length + 1));
  return index === 0 ? first : (others[index - 1] ?? first);
}
