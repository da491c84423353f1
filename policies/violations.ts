/** What `pulumi policy analyze --json` and `pulumi preview --json` say of policies, event by event. */

export interface Violation {
  readonly policy: string;
  readonly severity: string;
  readonly level: string;
  readonly urn: string;
  /** What is wrong where, and the mend, without the policy's description. */
  readonly message: string;
}

/** What of an event is about policies, or about the end. */
export interface PolicyRunEvent {
  readonly policyEvent?: {
    readonly resourceUrn?: string;
    readonly message: string;
    readonly policyName: string;
    readonly severity?: string;
    readonly enforcementLevel: string;
  };
  readonly summaryEvent?: { readonly result?: string };
}

/** @param lines one JSON object a line, as the engine writes its events; other lines are left out */
export function eventsOf<Event extends object>(lines: string): Event[] {
  return lines
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Event);
}

/** @returns with `finished`, which is whether every resource was looked at */
export function violationsOf(events: readonly PolicyRunEvent[]): {
  violations: Violation[];
  finished: boolean;
} {
  const violations = events.flatMap(({ policyEvent }) =>
    policyEvent === undefined ? [] : [violation(policyEvent)],
  );
  const summary = events.find(({ summaryEvent }) => summaryEvent !== undefined)?.summaryEvent;
  // The engine says "failed" both for a violation and for a policy that could not run.
  return {
    violations,
    finished: summary !== undefined && (summary.result !== "failed" || violations.length > 0),
  };
}

function violation(event: NonNullable<PolicyRunEvent["policyEvent"]>): Violation {
  const { policyName, severity = "medium", enforcementLevel, resourceUrn = "", message } = event;
  const said = message.trim().split("\n");
  return {
    policy: policyName,
    severity,
    level: enforcementLevel,
    urn: resourceUrn,
    message: (said.length > 1 ? said.slice(1) : said).join(" "),
  };
}
