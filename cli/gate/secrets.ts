/** Keeps tokens out of what others read. The engine masks what it knows as a secret; these it has never heard of. */

const secretNames = /TOKEN|SECRET|PASSWORD|PASSPHRASE|ACCESS_KEY|API_KEY|STORAGE_KEY|SAS/;
const mask = "[secret]";

/** Forms that keys and tokens of the clouds and of the three platforms have. */
const forms: readonly RegExp[] = [
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  /\b(?:gh[opsru]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{16,})/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /(?<=[?&;](?:sig|AccountKey|SharedAccessSignature)=)[^&\s"';]+/gi,
  /(?<=:\/\/[^\s/:@]+:)[^\s/@]+(?=@)/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?-----END [A-Z ]*PRIVATE KEY-----/g,
];

/** The text without the values of variables that hold secrets, and without anything that has a secret's form. */
export function withoutSecrets(text: string, env: NodeJS.ProcessEnv): string {
  const values = Object.entries(env)
    .filter(([name, value]) => secretNames.test(name) && value !== undefined && value.length >= 8)
    // A file or an address is named by its path: that is no secret, and much else contains it.
    .filter(([name]) => !/_(?:FILE|URL|URI|PATH)$/.test(name))
    .map(([, value]) => value ?? "")
    .sort((a, b) => b.length - a.length);
  const known = values.reduce((rest, value) => rest.replaceAll(value, mask), text);
  return forms.reduce((rest, form) => rest.replaceAll(form, mask), known);
}

/**
 * A message of the engine without the properties that deviate from a plan: it quotes them with their secrets in plain text
 * (pkg/resource/deploy/plan.go, checkGoal). What is left names the first of them.
 */
export function withoutQuotedProperties(message: string): string {
  return message.replace(
    /(violates plan: properties changed: )(?:[+~-]{2}([\w.-]+)\[)?[^]*/,
    (_, said: string, property = "") => `${said}${String(property)} …`,
  );
}

/** What only the gate itself may use: a program under review has no business with it. */
export const ownTokens = [
  "GITHUB_TOKEN",
  "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
  "ACTIONS_ID_TOKEN_REQUEST_URL",
  "ACTIONS_RUNTIME_TOKEN",
  "SYSTEM_ACCESSTOKEN",
  "CI_JOB_TOKEN",
  "GATE_GITLAB_TOKEN",
  "AWS_ID_TOKEN",
  "AZURE_ID_TOKEN",
] as const;
