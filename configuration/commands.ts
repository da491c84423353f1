/** Commands that change a stack's configuration, as errors name them. `key` has its project: `vigil:edge.email`. */

/** The command that sets a key, in backticks. `value` may be a word for it, such as `NAME`. */
export function setting(stack: string, key: string, value: string): string {
  return `\`npm run pulumi -- config set --stack ${stack}${named(key)} ${value}\``;
}

/** The command that removes a key, in backticks. */
export function removal(stack: string, key: string): string {
  return `\`npm run pulumi -- config rm --stack ${stack}${named(key)}\``;
}

/** A shell, and Pulumi without `--path`, would read dots and brackets in their own way. */
function named(key: string): string {
  return /[.[]/.test(key) ? ` --path '${key}'` : ` ${key}`;
}
