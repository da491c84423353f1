/**
 * Violations as SARIF 2.1.0, which code scanning shows beside a change.
 *
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
import { policies } from "./catalogue.ts";
import type { Violation } from "./violations.ts";

/** Scores by which GitHub sorts security findings (0 to 10). */
const scores: Readonly<Record<string, string>> = { critical: "9.5", high: "8.0", medium: "5.5", low: "2.0" };

/** @param state the file that was looked at, as its reader knows it */
export function sarif(violations: readonly Violation[], state: string): object {
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
        results: violations.map(({ policy, level, urn, message }) => ({
          ruleId: policy,
          level: level === "mandatory" ? "error" : "warning",
          message: { text: message },
          locations: [
            {
              physicalLocation: { artifactLocation: { uri: state.replaceAll("\\", "/") } },
              logicalLocations: [{ fullyQualifiedName: urn, kind: "resource" }],
            },
          ],
          partialFingerprints: { "vigilResource/v1": `${policy}/${urn}` },
        })),
      },
    ],
  };
}
