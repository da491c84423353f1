/**
 * Violations as SARIF 2.1.0, which code scanning shows beside a change.
 *
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
import { policies } from "./catalogue.ts";
import type { Violation } from "./violations.ts";

/** Scores by which GitHub sorts security findings (0 to 10). */
const scores: Readonly<Record<string, string>> = { critical: "9.5", high: "8.0", medium: "5.5", low: "2.0" };

/**
 * @param state the file that was looked at, as its reader knows it
 * @param notices what was not looked at
 */
export function sarif(
  violations: readonly Violation[],
  state: string,
  notices: readonly string[] = [],
): object {
  const fingerprint = fingerprints();
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "vigil-policies",
            rules: policies.map(({ id, description, remedy, severity, concern, covers }) => ({
              id,
              shortDescription: { text: description },
              help: { text: remedy },
              properties: { "security-severity": scores[severity], tags: ["security", concern, ...covers] },
            })),
          },
        },
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications: notices.map((text) => ({ level: "warning", message: { text } })),
          },
        ],
        results: violations.map((violation) => ({
          ruleId: violation.policy,
          level: violation.level === "mandatory" ? "error" : "warning",
          message: { text: violation.message },
          locations: [
            {
              physicalLocation: { artifactLocation: { uri: state.replaceAll("\\", "/") } },
              logicalLocations: [{ fullyQualifiedName: violation.urn, kind: "resource" }],
            },
          ],
          partialFingerprints: { "vigilPlace/v1": fingerprint(violation) },
        })),
      },
    ],
  };
}

/**
 * By which code scanning knows a result again: policy, resource and place, without the value there, which changes. Of several
 * at one place each has its number.
 */
function fingerprints(): (violation: Violation) => string {
  const seen = new Map<string, number>();
  return ({ policy, urn, message }) => {
    // Of `name (type): path problem. remedy`; without a path, the first word of the problem.
    const [, place = ""] = /\): (\S*(?: --[\w.-]+)?)/.exec(message) ?? [];
    const known = `${policy}/${urn}/${place}`;
    const count = (seen.get(known) ?? 0) + 1;
    seen.set(known, count);
    return count === 1 ? known : `${known}#${String(count)}`;
  };
}
