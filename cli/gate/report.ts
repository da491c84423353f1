/** What people read of a run: one comment of Markdown, what may lose something first. */
import type { Violation } from "../../policies/violations.ts";
import { deviates, refusals, type Change, type Operation, type Outcome } from "./events.ts";
import { block, code, fitted, plain, type Section } from "./markdown.ts";
import { isStateful } from "./stateful.ts";

export interface ReportContext {
  /** `PROJECT/STACK`, as a person knows it. */
  readonly stack: string;
  readonly commit?: string | undefined;
  /** Address of the run, with its log. */
  readonly run?: string | undefined;
  /** Most bytes of a comment. */
  readonly limit: number;
}

/** What a preview of a change has found. */
export function previewReport(outcome: Outcome, context: ReportContext): string {
  return report(outcome, context, {
    verdict: verdict(outcome, "the preview failed", "nothing would change"),
    changes: "Changes",
    failed: "Why the preview failed",
  });
}

/** What an update has done. */
export function promotionReport(outcome: Outcome, context: ReportContext): string {
  return report(outcome, context, {
    verdict: verdict(outcome, "the update failed", "nothing had to change"),
    changes: "Changed",
    failed: "Why the update failed",
  });
}

/** What differs between a stack, as it was last applied, and its cloud. */
export function driftReport(outcome: Outcome, context: ReportContext): string {
  const { length } = outcome.changes;
  const found = length === 0 ? "no drift" : `${counted(length, "resource has", "resources have")} drifted`;
  return report(outcome, context, {
    verdict: outcome.finished ? found : "drift could not be looked for",
    changes: "Drifted: changed or gone by another hand",
    folded: false,
    failed: "Why it could not be looked for",
  });
}

/** A run that did not get as far as the engine's events. */
export function failureReport(
  message: string,
  context: ReportContext,
  said = "it could not be told",
): string {
  const sections = [{ title: "Why", items: [block(message)] }];
  return fitted(heading(context, said), sections, foot(context), context.limit);
}

interface Words {
  readonly verdict: string;
  readonly changes: string;
  /** @default true */
  readonly folded?: boolean;
  readonly failed: string;
}

function report(outcome: Outcome, context: ReportContext, words: Words): string {
  const { changes, undecided, failures, unchanged, seconds } = outcome;
  const violations = outcome.violations.toSorted((a, b) => rank(a) - rank(b));
  const mandatory = violations.filter((one) => refusals(outcome).includes(one));
  const dangerous = changes.filter(isDangerous);
  const sections: readonly Section[] = [
    {
      title: "⛔ Replaced or deleted, with what they hold",
      items: dangerous.map((change) => `- ${line(change)}${guard(change)}`),
    },
    { title: words.failed, items: failures.map(({ message }) => block(message)) },
    { title: "Refused by policy", items: mandatory.map(violationLine) },
    {
      title: "Advised by policy",
      items: violations.filter((one) => !mandatory.includes(one)).map(violationLine),
    },
    {
      title: "Not decided yet: these read what only the update knows, and it decides them",
      items: undecidedLines(undecided),
      folded: true,
    },
    {
      title: `${words.changes} (${String(changes.length)})`,
      items: order.flatMap((operation) =>
        changes.filter((change) => change.operation === operation).map((change) => `- ${line(change)}`),
      ),
      folded: words.folded ?? true,
    },
  ];
  const facts = [`${String(unchanged)} unchanged`, `${String(seconds)} s`];
  return fitted(heading(context, words.verdict), sections, foot(context, facts), context.limit);
}

const order: readonly Operation[] = ["delete", "replace", "update", "create", "import", "read"];

function verdict(outcome: Outcome, failed: string, nothing: string): string {
  const { length } = refusals(outcome);
  if (length > 0) return `refused by policy, ${counted(length, "violation", "violations")}`;
  if (deviates(outcome)) return "refused, it would do something else than what was approved";
  if (!outcome.finished) return failed;
  if (outcome.changes.length === 0) return nothing;
  return order
    .map((operation) => [outcome.changes.filter((one) => one.operation === operation).length, operation])
    .filter(([count]) => count !== 0)
    .map(([count, operation]) => `${String(count)} ${String(operation)}`)
    .join(", ");
}

/** Whether something is lost, or taken that somebody has protected. */
function isDangerous({ operation, type, protect, retained }: Change): boolean {
  if (operation === "replace") return protect || isStateful(type);
  return operation === "delete" && !retained && (protect || isStateful(type));
}

function guard({ protect, type }: Change): string {
  return [protect ? " · **protected**" : "", isStateful(type) ? " · holds data" : ""].join("");
}

function line({ operation, type, name, retained, paths }: Change): string {
  const kept = operation === "delete" && retained ? " (stays in the cloud)" : "";
  const what = `**${operation}** ${code(name)} ${code(type)}${kept}`;
  if (paths.length === 0 || operation === "create" || operation === "delete") return what;
  const shown = paths.slice(0, 6).map(code).join(", ");
  const more = paths.length > 6 ? ` and ${String(paths.length - 6)} more` : "";
  return `${what}: ${shown}${more}`;
}

/** The worst first. */
function rank({ severity }: Violation): number {
  return ["critical", "high", "medium", "low"].indexOf(severity);
}

function violationLine({ policy, severity, message }: Violation): string {
  return `- ${code(policy)} (${severity}): ${plain(message)}`;
}

function undecidedLines(undecided: readonly Violation[]): string[] {
  const byPolicy = Map.groupBy(undecided, ({ policy }) => policy);
  return [...byPolicy].map(
    ([policy, each]) =>
      `- ${code(policy)}${each.length > 1 ? `, ${counted(each.length, "resource", "resources")}` : ""}`,
  );
}

function heading({ stack }: ReportContext, said: string): string {
  return `### ${code(stack)}: ${said}`;
}

function foot({ commit, run }: ReportContext, facts: readonly string[] = []): string {
  const parts = [
    ...(commit === undefined ? [] : [`commit ${commit.slice(0, 12)}`]),
    ...facts,
    ...(run === undefined ? [] : [`[log of the run](${run})`]),
  ];
  return parts.length === 0 ? "" : `<sub>${parts.join(" · ")}</sub>`;
}

function counted(count: number, one: string, many: string): string {
  return `${String(count)} ${count === 1 ? one : many}`;
}
