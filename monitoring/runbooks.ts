/**
 * Runbooks as pages of Markdown, one an alert of all systems, from the alert's own data: so that what is told, what is
 * checked and what is read is one text. An alert that differs between systems says so on its one page.
 */
import { dashboardsOf } from "./dashboards/catalogue.ts";
import type { Alert, Look, System } from "./model.ts";

/** A page; the name is relative to docs/runbooks. */
export interface RunbookPage {
  readonly name: string;
  readonly text: string;
}

/** An alert where a system has it. */
interface Occurrence {
  readonly system: System;
  readonly group: string;
  readonly alert: Alert;
}

/** Pages of every alert of these systems, and the list of them. The same systems give the same bytes. */
export function renderRunbooks(systems: readonly System[]): RunbookPage[] {
  const alerts = new Map<string, Occurrence[]>();
  for (const system of systems)
    for (const { name: group, alerts: own } of system.alerts)
      for (const alert of own)
        alerts.set(alert.name, [...(alerts.get(alert.name) ?? []), { system, group, alert }]);
  const names = [...alerts.keys()].sort();
  const pages = names.map((name) => ({
    name: `${name}.md`,
    text: page(name, alerts.get(name) ?? [], names),
  }));
  return [{ name: "README.md", text: list(alerts) }, ...pages];
}

function list(alerts: ReadonlyMap<string, readonly Occurrence[]>): string {
  const groups = new Map<string, string[]>();
  for (const [name, occurrences] of [...alerts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [first] = occurrences;
    if (first === undefined) continue;
    groups.set(first.group, [...(groups.get(first.group) ?? []), row(name, occurrences)]);
  }
  return lines([
    "# Runbooks",
    "",
    `One page for each of the ${String(alerts.size)} alerts of all systems, written from the alerts themselves by \`npm run docs\`. An alert's`,
    "`runbook_url` leads to its page.",
    ...[...groups]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([group, rows]) => [
        "",
        `## ${group}`,
        "",
        "| alert | severity | systems | what it means |",
        "| --- | --- | --- | --- |",
        ...rows,
      ]),
  ]);
}

function row(name: string, occurrences: readonly Occurrence[]): string {
  const severities = unique(occurrences.map(({ alert }) => alert.severity)).sort();
  const where = unique(occurrences.map(({ system }) => system.name)).sort();
  const meaning = occurrences[0]?.alert.runbook.meaning ?? "";
  return `| [${name}](${name}.md) | ${severities.join(", ")} | ${where.join(", ")} | ${cell(firstSentence(meaning))} |`;
}

function page(name: string, occurrences: readonly Occurrence[], names: readonly string[]): string {
  const variants = alike(occurrences);
  return lines([
    `# ${name}`,
    "",
    "| system | severity | fires after | evaluated by | dashboard |",
    "| --- | --- | --- | --- | --- |",
    ...occurrences.map(summaryRow),
    ...variants.flatMap(({ systems, alert }) => [
      ...(variants.length === 1 ? [] : ["", `## In ${systems.join(" and ")}`]),
      ...body(alert, variants.length === 1 ? "##" : "###", name, names),
    ]),
    "",
    "## Silence",
    "",
    "While you mend it, and for no longer; the alert tells the labels by which to narrow it.",
    "",
    "```sh",
    silence(name, occurrences),
    "```",
    "",
    "`amtool silence expire ID` ends it. On hosts add `--http.config.file` with user, password and authority.",
  ]);
}

function summaryRow({ system, group, alert }: Occurrence): string {
  const evaluator = system.alerts.find(({ name }) => name === group)?.evaluator ?? "prometheus";
  const dashboard = dashboardsOf(system).find(({ uid }) => uid === alert.dashboard)?.title ?? alert.dashboard;
  const kept = alert.keepFiringFor === undefined ? "" : `, kept for ${alert.keepFiringFor}`;
  return `| ${system.title} | ${alert.severity} | ${alert.for}${kept} | ${evaluator} | ${dashboard} (\`${alert.dashboard}\`) |`;
}

/** Systems in which the alert reads the same. */
function alike(occurrences: readonly Occurrence[]): { systems: string[]; alert: Alert }[] {
  const variants = new Map<string, { systems: string[]; alert: Alert }>();
  for (const { system, alert } of occurrences) {
    const key = JSON.stringify([alert.runbook, alert.expression]);
    const known = variants.get(key);
    if (known === undefined) variants.set(key, { systems: [system.title], alert });
    else if (!known.systems.includes(system.title)) known.systems.push(system.title);
  }
  return [...variants.values()];
}

function body(alert: Alert, heading: string, name: string, names: readonly string[]): string[] {
  const { meaning, impact, firstLook, mend } = alert.runbook;
  const text = (words: string): string => linked(words, name, names);
  return [
    "",
    `${heading} Meaning`,
    "",
    text(meaning),
    "",
    "```promql",
    alert.expression,
    "```",
    "",
    `${heading} Impact`,
    "",
    text(impact),
    "",
    `${heading} First look`,
    "",
    ...firstLook.flatMap((look) => lookAt(look, text)),
    `${heading} Mend`,
    "",
    ...mend.map((step) => `- ${text(step)}`),
  ];
}

function lookAt(look: Look, text: (words: string) => string): string[] {
  if (typeof look === "string") return [`- ${text(look)}`, ""];
  return [
    `- ${text(look.shows)}`,
    "",
    "  ```promql",
    ...look.promql.split("\n").map((line) => `  ${line}`),
    "  ```",
    "",
  ];
}

/** Names of other alerts lead to their pages. */
function linked(words: string, own: string, names: readonly string[]): string {
  return words
    .split(/(`[^`]*`)/)
    .map((part) =>
      part.startsWith("`")
        ? part
        : part
            .replaceAll(/[<>*_|]/g, (sign) => `\\${sign}`)
            .replaceAll(/\b[A-Z]\w+[A-Z]\w+\b/g, (word) =>
              word !== own && names.includes(word) ? `[${word}](${word}.md)` : word,
            ),
    )
    .join("");
}

/** Labels that the summary names are those by which instances differ. */
function silence(name: string, occurrences: readonly Occurrence[]): string {
  const [first] = occurrences;
  const labels =
    first === undefined
      ? []
      : unique([...first.alert.summary.matchAll(/\$labels\.(\w+)/g)].map(([, label = ""]) => label));
  const matchers = [`alertname=${name}`, ...labels.map((label) => `${label}=${label.toUpperCase()}`)];
  return `amtool silence add --alertmanager.url=https://ALERTMANAGER --duration=2h --comment='WHY' ${matchers.join(" ")}`;
}

function firstSentence(text: string): string {
  return /^.*?[.](?= |$)/.exec(text)?.[0] ?? text;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

function unique<Item>(items: readonly Item[]): Item[] {
  return [...new Set(items)];
}

function lines(all: readonly string[]): string {
  return `${all.join("\n")}\n`;
}
