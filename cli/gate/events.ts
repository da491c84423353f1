/** What one run of the engine has found, read from the log of its events (sdk/go/common/apitype/events.go). */
import { eventsOf, violationsOf, type PolicyRunEvent, type Violation } from "../../policies/violations.ts";
import { withoutQuotedProperties } from "./secrets.ts";

export type Operation = "create" | "update" | "replace" | "delete" | "import" | "read";

/** One resource that is, or would be, changed. Values of properties stay out of it: they may be secrets. */
export interface Change {
  readonly operation: Operation;
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly protect: boolean;
  /** Nothing is deleted in the cloud: the stack only forgets it. */
  readonly retained: boolean;
  /** Paths of the properties that differ; of a replacement, those that ask for it. */
  readonly paths: readonly string[];
}

export interface EngineFailure {
  /** Empty where it is about no resource. */
  readonly urn: string;
  readonly message: string;
}

export interface Outcome {
  readonly changes: readonly Change[];
  readonly unchanged: number;
  readonly violations: readonly Violation[];
  /** Policies that read what a preview does not know yet; the update decides them. */
  readonly undecided: readonly Violation[];
  readonly failures: readonly EngineFailure[];
  /** Whether the run went through to its end, violations aside. */
  readonly finished: boolean;
  readonly seconds: number;
}

interface StepState {
  readonly protect?: boolean;
  readonly retainOnDelete?: boolean;
}

interface Step {
  readonly op: string;
  readonly urn: string;
  readonly type: string;
  readonly old: StepState | null;
  readonly new: StepState | null;
  readonly keys?: readonly string[];
  readonly diffs?: readonly string[];
  readonly detailedDiff: Readonly<Record<string, unknown>> | null;
}

interface EngineEvent extends PolicyRunEvent {
  readonly resourcePreEvent?: { readonly metadata: Step };
  readonly resOutputsEvent?: { readonly metadata: Step };
  readonly resOpFailedEvent?: { readonly metadata: Step };
  readonly diagnosticEvent?: { readonly urn?: string; readonly message: string; readonly severity: string };
  readonly errorEvent?: { readonly error: string };
  readonly summaryEvent?: { readonly durationSeconds: number; readonly result?: string };
}

/** A replacement comes as three steps, of which the one that names it is kept. */
const operations: ReadonlySet<string> = new Set([
  "create",
  "update",
  "replace",
  "delete",
  "import",
  "read",
] satisfies Operation[]);

/** @param log one JSON object a line, as `--event-log` writes it */
export function outcomeOf(log: string): Outcome {
  const events = eventsOf<EngineEvent>(log);
  const steps = stepsOf(events);
  const { violations, finished } = violationsOf(events);
  const summary = events.find(({ summaryEvent }) => summaryEvent !== undefined)?.summaryEvent;
  const failures = failuresOf(events);
  return {
    changes: steps.filter(({ op }) => operations.has(op)).map(changeOf),
    unchanged: steps.filter(({ op }) => op === "same").length,
    violations: violations.filter((one) => !isUndecided(one)),
    undecided: violations.filter(isUndecided),
    failures,
    finished: finished && failures.length === 0,
    seconds: summary?.durationSeconds ?? 0,
  };
}

/** Of a refresh only the end of a step tells what it has found, of everything else its beginning what it would do. */
function stepsOf(events: readonly EngineEvent[]): Step[] {
  const steps = events.flatMap(({ resourcePreEvent, resOutputsEvent }) => {
    if (resourcePreEvent !== undefined && resourcePreEvent.metadata.op !== "refresh")
      return [resourcePreEvent.metadata];
    return resOutputsEvent === undefined ? [] : [resOutputsEvent.metadata];
  });
  const failed = new Set(events.flatMap(({ resOpFailedEvent }) => resOpFailedEvent?.metadata.urn ?? []));
  // A step that began with what it would do ends with the same.
  const byUrn = Map.groupBy(steps, ({ op, urn }) => `${op} ${urn}`);
  return [...byUrn.values()]
    .flatMap(([first]) => first ?? [])
    .filter(({ type, urn }) => !isOwn(type) && !failed.has(urn));
}

/** The stack itself, and providers, which are there in no cloud. */
function isOwn(type: string): boolean {
  return type === "pulumi:pulumi:Stack" || type.startsWith("pulumi:providers:");
}

/** Those that keep the change from being made. */
export function refusals({ violations }: Outcome): readonly Violation[] {
  return violations.filter(({ level }) => level === "mandatory");
}

/** Whether the program would have done something else than what was approved. */
export function deviates({ failures }: Outcome): boolean {
  return failures.some(({ message }) => /violates plan|not allowed by the plan/.test(message));
}

function changeOf({ op, urn, type, keys, diffs, detailedDiff, ...states }: Step): Change {
  const state = states.old ?? states.new;
  const reasons = op === "replace" && keys !== undefined && keys.length > 0 ? keys : undefined;
  return {
    operation: op as Operation,
    urn,
    type,
    name: nameOf(urn),
    protect: state?.protect === true,
    retained: states.old?.retainOnDelete === true,
    paths: reasons ?? (detailedDiff === null ? (diffs ?? []) : Object.keys(detailedDiff)),
  };
}

/** The name in the program, which may hold colons of its own: urn:pulumi:STACK::PROJECT::TYPES::NAME. */
export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/** What the SDK reports where a policy reads an unknown value. @see node_modules/@pulumi/policy/server.js */
function isUndecided({ message }: Violation): boolean {
  return message.startsWith("can't run policy ");
}

/** Each once. */
function failuresOf(events: readonly EngineEvent[]): EngineFailure[] {
  const said = events.flatMap(({ diagnosticEvent, errorEvent }): EngineFailure[] => {
    if (errorEvent !== undefined) return [{ urn: "", message: errorEvent.error }];
    if (diagnosticEvent?.severity !== "error") return [];
    return [{ urn: diagnosticEvent.urn ?? "", message: diagnosticEvent.message }];
  });
  const byMessage = new Map(said.map((one) => [one.message.trim(), one]));
  return [...byMessage]
    .filter(([message]) => !endings.test(message))
    .map(([message, { urn }]) => ({ urn, message: withoutQuotedProperties(message) }));
}

/** What the engine says of its own end, after the reason, which may be a violation. */
const endings = /^(?:preview|update|refresh) failed$/;
