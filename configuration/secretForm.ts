/** Which values of secrets reach a machine unchanged. What cannot is refused here, where it is still a text, and never shown. */
import type { Finding } from "../monitoring/checks/finding.ts";
import type { Values } from "./keys.ts";

/** What bcrypt hashes; it leaves out the rest without a word. https://en.wikipedia.org/wiki/Bcrypt#Maximum_password_length */
const bcryptBytes = 72;
/** A step's values travel together, in a vault's secret of 25 KB. */
const mostBytes = 4_096;
const users = ["human", "scrape", "reload"];

/** Of stacks on hosts, whose secrets become files, variables of scripts and hashes. */
export function secretFormFindings(values: Partial<Values>, stack: string): Finding[] {
  const { platform, secrets } = values;
  if (platform?.startsWith("windows-") !== true || secrets === undefined) return [];
  return Object.entries(secrets).flatMap(([name, value]) => {
    const why = whyUnfit(name, value);
    return why === undefined
      ? []
      : [
          {
            key: `vigil:secrets.${name}`,
            message: why,
            mend: `run \`npm run pulumi -- config set --stack ${stack} --secret --path 'vigil:secrets.${name}'\` with another`,
          },
        ];
  });
}

function whyUnfit(name: string, value: string): string | undefined {
  const bytes = Buffer.byteLength(value);
  if (value.includes("\0"))
    return "holds a NUL character, which no shell keeps and no file of a service takes";
  if (!value.isWellFormed())
    return "holds half of a character (an unpaired surrogate), which becomes another on its way";
  if (users.includes(name) && bytes > bcryptBytes)
    return `has ${String(bytes)} bytes, and bcrypt hashes the first ${String(bcryptBytes)} alone`;
  if (bytes > mostBytes)
    return `has ${String(bytes)} bytes, and the way to a machine takes ${String(mostBytes)} of one secret`;
  return undefined;
}

/**
 * Secrets that a text in quotes of JSON or YAML does not hold as they are: with quotes, backslashes or control characters,
 * line ends among them.
 */
export function awkwardSecrets(secrets: Readonly<Record<string, string>>): string[] {
  return Object.entries(secrets)
    .filter(([, value]) => /["'\\\p{Cc}]/u.test(value))
    .map(([name]) => name);
}
