/** The policies as a page of Markdown, from the policies themselves. The same policies give the same bytes. */
import type { PolicyConfigSchema } from "@pulumi/policy";
import { levels } from "./packConfiguration.ts";
import type { Concern, Policy } from "./policy.ts";
import { knownProviders } from "./providers.ts";

/** Title of each concern and what it asks, in the order of the page. */
const concerns: Readonly<Record<Concern, readonly [title: string, asks: string]>> = {
  auth: ["Authentication", "Whoever looks at monitoring is known: by a log-in, a password or a certificate."],
  retention: ["Retention", "What was measured stays for as long as was promised, and can be had back."],
  exposure: ["Exposure", "Nothing is open to those whom nobody named."],
  encryption: ["Encryption", "What rests is encrypted, and nothing is said in the clear."],
  identity: ["Identity", "Who may do what is named, and no key is for ever."],
  resilience: ["Resilience", "One that fails is not missed, and none takes more than its share."],
  cost: ["Cost", "What is paid for is used."],
};

/** `docs/policies.md`. */
export function renderPolicies(policies: readonly Policy[]): string {
  const groups = Map.groupBy(policies, ({ concern }) => concern);
  return lines([
    "# Policies",
    "",
    ...introduction(policies),
    ...(Object.keys(concerns) as Concern[]).flatMap((concern) => {
      const own = (groups.get(concern) ?? []).toSorted((a, b) => (a.id < b.id ? -1 : 1));
      return own.length === 0 ? [] : section(concern, own);
    }),
  ]);
}

function introduction(policies: readonly Policy[]): readonly string[] {
  const mended = policies.filter(isMended).map(link).sort();
  const known = knownProviders(policies);
  const providers = known.filter((provider) => !provider.includes(":"));
  const groups = known.filter((provider) => provider.includes(":")).map((group) => group.replace(/^.*:/, ""));
  return [
    `The ${String(policies.length)} policies of the pack in [policies/](../policies). This page is written from them by \`npm run docs\`; which of Checkov's`,
    "checks they cover is in [Coverage](policy-coverage.md).",
    "",
    "```sh",
    "pulumi stack export --show-secrets --file state.json                       # as it is, for you only: secrets in plain text",
    "npm run policy -- state.json --config FILE                                 # any exported state, of this project or not",
    "pulumi preview --policy-pack DIR/policies --policy-pack-config FILE        # what an update would make",
    "```",
    "",
    "DIR is the path of this repository, from wherever you are: `--policy-pack` takes the folder of a pack, for any project.",
    "",
    "## What is looked at",
    "",
    `- **Providers**: ${listed(providers)}; of a cluster's custom resources those of`,
    `  ${listed(groups)}.`,
    "  Of others, such as `gcp`, `aws-native` or the classic `azure`, only plain text is looked at, for keys: `npm run policy` says how",
    "  many there are.",
    "- **Secrets** are encrypted in an exported state. Where the engine has no key, a value is not known, and what depends on it is not",
    "  decided: export with `--show-secrets`. `npm run policy` says how many values it could not read.",
    "- **Charts**: a `helm.sh/v3` Release is judged by its values. A `helm.sh/v4` Chart is a component, and its own values are not in a",
    "  state: there its children are judged, the objects that it makes.",
    "",
    "## What a stack says",
    "",
    "FILE has what a stack says of the policies, by their names. Whatever is unknown in it, or over, is an error:",
    "",
    "```json",
    "{",
    '  "all": "mandatory",',
    '  "pod-replicas": "advisory",',
    '  "retention-prometheus-time": { "enforcementLevel": "mandatory", "minimum": "30d" },',
    '  "encryption-logs": {',
    '    "exclusions": [{ "resource": "dev-*", "reason": "It holds nothing but test data.", "until": "2027-01-31" }]',
    "  }",
    "}",
    "```",
    "",
    `- **Levels** are ${levels.map((level) => `\`${level}\``).join(", ")}. Without a word a policy is \`mandatory\`: a violation stops the update.`,
    "- **An exclusion** puts a policy aside for one resource: its name or URN (`*` stands for any characters), why, and the last",
    "  day on which it holds, after which it is an error.",
    "- **Unknown** is what depends on a value that a preview does not have yet. The preview says so, for it is no pass: the update",
    "  decides.",
    `- **Remediation**: at the level \`remediate\` ${mended.join(", ")} set the values themselves.`,
  ];
}

function listed(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}

function section(concern: Concern, policies: readonly Policy[]): readonly string[] {
  const [title, asks] = concerns[concern];
  return [
    "",
    `## ${title}`,
    "",
    asks,
    "",
    "| policy | severity | what holds |",
    "| --- | --- | --- |",
    ...policies.map((policy) => `| ${link(policy)} | ${policy.severity} | ${prose(policy.description)} |`),
    ...policies.flatMap(details),
  ];
}

function details(policy: Policy): readonly string[] {
  const { id, severity, description, remedy, covers, settings = {} } = policy;
  return [
    "",
    `### ${id}`,
    "",
    `${prose(description)} (${severity})`,
    "",
    `- **Mend:** ${prose(remedy)}.`,
    ...Object.entries(settings).map(setting),
    ...(covers.length === 0 ? [] : [`- **Covers:** ${covers.join(", ")}`]),
    ...(isMended(policy) ? ["- **Remediation:** yes"] : []),
  ];
}

function setting([name, schema]: [string, PolicyConfigSchema["properties"][string]]): string {
  const initial = "default" in schema ? `\`${JSON.stringify(schema.default)}\`` : "nothing";
  return `- **Setting** \`${name}\` (default ${initial}): ${prose(schema.description ?? "")}`;
}

/** Text without a meaning for Markdown but code's. */
export function prose(text: string): string {
  return text.replaceAll(/`[^`]*`|[*|<]/g, (found) => (found.length > 1 ? found : `\\${found}`));
}

function isMended(policy: Policy): boolean {
  return "mend" in policy;
}

function link({ id }: Policy): string {
  return `[${id}](#${id})`;
}

export function lines(text: readonly string[]): string {
  return `${text.join("\n")}\n`;
}
