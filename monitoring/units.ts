/** A length of time as Prometheus writes it: `"30d"`, `"1h30m"` is not accepted: one number, one unit. */
export type Duration = `${number}${"ms" | "s" | "m" | "h" | "d" | "w" | "y"}`;

/** An amount of memory or disk in binary units: `"50GiB"` is 53 687 091 200 bytes. */
export type Size = `${number}${"B" | "KiB" | "MiB" | "GiB" | "TiB"}`;

const secondsOf: Record<string, number> = {
  ms: 0.001,
  s: 1,
  m: 60,
  h: 3_600,
  d: 86_400,
  w: 604_800,
  y: 31_536_000,
};
const bytesOf: Record<string, number> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };

/** The duration in seconds. @throws when the text is not one number and one Prometheus unit. */
export function seconds(duration: Duration): number {
  return measure(duration, secondsOf, 'a duration such as "15s", "2h" or "30d"');
}

/** The size in bytes. @throws when the text is not one number and one binary unit. */
export function bytes(size: Size): number {
  return measure(size, bytesOf, 'a size such as "512MiB" or "50GiB"');
}

/** Whether `text` is a duration that {@link seconds} accepts. */
export function isDuration(text: string): text is Duration {
  return unitOf(text, secondsOf) !== undefined;
}

/** Whether `text` is a size that {@link bytes} accepts. */
export function isSize(text: string): text is Size {
  return unitOf(text, bytesOf) !== undefined;
}

/** The size in Prometheus' spelling: its `GB` is binary too, so `"50GiB"` becomes `"50GB"` without a change of meaning. */
export function prometheusSize(size: Size): string {
  return size.replace("iB", "B");
}

/** The size in Kubernetes' spelling: `"4GiB"` becomes `"4Gi"`. */
export function kubernetesSize(size: Size): string {
  return size.replace(/B$/, "");
}

function measure(text: string, units: Record<string, number>, wanted: string): number {
  const factor = unitOf(text, units);
  if (factor === undefined) throw new Error(`"${text}" is not ${wanted}`);
  return Number.parseFloat(text) * factor;
}

function unitOf(text: string, units: Record<string, number>): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([A-Za-z]+)$/.exec(text);
  return match?.[2] === undefined ? undefined : units[match[2]];
}
