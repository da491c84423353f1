/** Something that is wrong with a stack, found before its first resource. */
export interface Finding {
  /** Where: a path such as `alerts[trade.critical].RedisDown.expression` or `vigil:portBase`. */
  readonly key: string;
  /** What was found and what is accepted. */
  readonly message: string;
  /** What to do about it, as an order: `give one of them another name`. */
  readonly mend: string;
}

/** All that is wrong, one line a finding, sorted by key. */
export class FindingsError extends Error {
  readonly findings: readonly Finding[];

  constructor(findings: readonly Finding[]) {
    const sorted = sortFindings(findings);
    super(sorted.map(formatFinding).join("\n"));
    this.name = "FindingsError";
    this.findings = sorted;
  }
}

/** `key: message; mend` on one line, whatever was quoted from the configuration. */
export function formatFinding({ key, message, mend }: Finding): string {
  return `${key}: ${message}; ${mend}`.replaceAll(/\s*\n\s*/g, " ");
}

/** By key, then message; each finding once. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  const byLine = new Map(findings.map((finding) => [formatFinding(finding), finding]));
  return [...byLine.values()].sort((a, b) => order(a.key, b.key) || order(a.message, b.message));
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** @throws {FindingsError} one line a finding, when there is one */
export function assertDeployable(findings: readonly Finding[]): void {
  if (findings.length > 0) throw new FindingsError(findings);
}
