/** Which of Checkov's checks are covered, as a page of Markdown. The same policies give the same bytes. */
import { lines, prose } from "../documentation.ts";
import type { Policy } from "../policy.ts";
import { coverageOf, type CheckList, type Coverage } from "./coverage.ts";

const families = [
  ["AWS", /^CKV2?_AWS_/],
  ["Azure", /^CKV2?_AZURE_/],
  ["Kubernetes", /^CKV2?_K8S_/],
  ["Secrets in texts", /^CKV_SECRET_/],
] as const;

/** `docs/policy-coverage.md`. */
export function renderCoverage({ version, checks }: CheckList, policies: readonly Policy[]): string {
  const all = coverageOf(checks, policies);
  const groups = families.map(([title, pattern]) => ({
    title,
    own: all.filter(({ check }) => pattern.test(check.id)),
  }));
  return lines([
    "# Coverage",
    "",
    `What [the policies](policies.md) make of the ${String(all.length)} checks that [Checkov](https://www.checkov.io) ${version} has for the types of resources in these`,
    "stacks. A check is covered by policies when what its title asks for holds wherever they are satisfied; any other one has its",
    "reason. `npm run docs` writes this page from the policies, and a test asks that nothing is left out.",
    "",
    "| | checks | covered | out of scope |",
    "| --- | --- | --- | --- |",
    ...[...groups, { title: "all", own: all }].map(
      ({ title, own }) =>
        `| ${title} | ${String(own.length)} | ${String(own.filter(isCovered).length)} | ${String(own.filter((one) => !isCovered(one)).length)} |`,
    ),
    ...groups.flatMap(({ title, own }) => [
      "",
      `## ${title}`,
      "",
      "| check | asks | covered by, or why not |",
      "| --- | --- | --- |",
      ...own.map(row),
    ]),
  ]);
}

function row({ check, policies, reason }: Coverage): string {
  const links = policies.map((id) => `[${id}](policies.md#${id})`).join(", ");
  return `| ${check.id} | ${prose(check.title)} | ${links === "" ? `– ${prose(reason ?? "")}` : links} |`;
}

function isCovered({ policies }: Coverage): boolean {
  return policies.length > 0;
}
