/** Which of Checkov's checks the policies cover, and why not the others. */
import type { Policy } from "../policy.ts";
import { outOfScope } from "./outOfScope.ts";

export interface Check {
  readonly id: string;
  readonly title: string;
  /** Types of Terraform, kinds of Kubernetes; `pods` are all kinds that make some, `text` is any. */
  readonly types: readonly string[];
}

export interface CheckList {
  /** Of Checkov. */
  readonly version: string;
  readonly source: string;
  /** Those for the types that the stacks have. */
  readonly checks: readonly Check[];
}

export interface Coverage {
  readonly check: Check;
  /** Ids of policies; where all are satisfied, what the check's title asks for holds. */
  readonly policies: readonly string[];
  /** Why none has to. */
  readonly reason: string | undefined;
}

export function coverageOf(checks: readonly Check[], policies: readonly Policy[]): readonly Coverage[] {
  const reasons = new Map(outOfScope.flatMap(({ checks: ids, reason }) => ids.map((id) => [id, reason])));
  return checks.map((check) => ({
    check,
    policies: policies.filter(({ covers }) => covers.includes(check.id)).map(({ id }) => id),
    reason: reasons.get(check.id),
  }));
}
