/** Amounts as programs write them, in seconds, bytes and days. Undefined: not an amount, which is a fault of its own. */

const secondsOf: Readonly<Record<string, number>> = {
  ms: 0.001,
  s: 1,
  m: 60,
  h: 3_600,
  d: 86_400,
  w: 604_800,
  y: 31_536_000,
};

/** Of a setting that {@link durationSeconds} reads, for its schema: the engine checks it too. */
export const durationPattern = String.raw`^(?:\d+(?:\.\d+)?(?:ms|[smhdwy]))+$`;
const duration = new RegExp(durationPattern);

/** A Prometheus or Go duration: `15d`, `1h30m`, `0s`. */
export function durationSeconds(text: unknown): number | undefined {
  if (typeof text !== "string" || !duration.test(text)) return undefined;
  return [...text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdwy])/g)].reduce(
    (sum, [, count, unit = ""]) => sum + Number(count) * (secondsOf[unit] ?? 0),
    0,
  );
}

/** The same in days. */
export function durationDays(text: unknown): number | undefined {
  const found = durationSeconds(text);
  return found === undefined ? undefined : found / 86_400;
}

const powers = ["", "K", "M", "G", "T", "P", "E"];

/** Of a setting that {@link prometheusBytes} reads. */
export const sizePattern = String.raw`^(\d+(?:\.\d+)?)([KMGTPE]?)i?B$`;
const size = new RegExp(sizePattern);

/**
 * A size as Prometheus reads it: its `GB` and `GiB` are both 2^30.
 * @see https://github.com/alecthomas/units (Base2Bytes, which Prometheus' flags are)
 */
export function prometheusBytes(text: unknown): number | undefined {
  const [, count, unit] = size.exec(typeof text === "string" ? text : "") ?? [];
  return count === undefined ? undefined : Number(count) * 1_024 ** powers.indexOf(unit ?? "");
}

/** A Kubernetes quantity: `100Gi` is binary, `100G` decimal. */
export function quantityBytes(text: unknown): number | undefined {
  if (typeof text === "number") return text;
  const [, count, unit, binary] =
    /^(\d+(?:\.\d+)?)([kKMGTPE]?)(i?)$/.exec(typeof text === "string" ? text : "") ?? [];
  if (count === undefined) return undefined;
  return Number(count) * (binary === "i" ? 1_024 : 1_000) ** powers.indexOf((unit ?? "").toUpperCase());
}
