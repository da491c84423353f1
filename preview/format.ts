/**
 * Values as people read them. This function is also part of the pages, where it labels axes, so it stands on its own:
 * nothing is imported.
 *
 * @param unit one of Grafana's ids
 */
export function formatValue(value: number | null | undefined, unit: string): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  const scaled = (size: number, base: number, names: readonly string[]): string => {
    let power = 0;
    while (Math.abs(size) >= base && power < names.length - 1) {
      size /= base;
      power += 1;
    }
    return `${plain(size)}${names[power] ?? ""}`;
  };
  const plain = (number: number): string => {
    const size = Math.abs(number);
    const digits = size >= 100 || Number.isInteger(number) ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 3;
    return String(Number(number.toFixed(digits)));
  };
  const duration = (seconds: number): string => {
    const size = Math.abs(seconds);
    if (size === 0) return "0 s";
    if (size < 0.001) return `${plain(seconds * 1e6)} µs`;
    if (size < 1) return `${plain(seconds * 1e3)} ms`;
    if (size < 120) return `${plain(seconds)} s`;
    if (size < 7_200) return `${plain(seconds / 60)} min`;
    if (size < 172_800) return `${plain(seconds / 3_600)} h`;
    return `${plain(seconds / 86_400)} d`;
  };
  switch (unit) {
    case "percent":
      return `${plain(value)} %`;
    case "percentunit":
      return `${plain(value * 100)} %`;
    case "s":
      return duration(value);
    case "ms":
      return duration(value / 1e3);
    case "bytes":
      return scaled(value, 1_024, [" B", " KiB", " MiB", " GiB", " TiB"]);
    case "Bps":
      return scaled(value, 1_024, [" B/s", " KiB/s", " MiB/s", " GiB/s"]);
    case "reqps":
    case "ops":
    case "cps":
      return scaled(value, 1_000, ["/s", " K/s", " M/s"]);
    default:
      return scaled(value, 1_000, ["", " K", " M", " G"]);
  }
}
