/** Text of bash scripts: quoting, and contents whose secrets are asked for where they are written. */

/** One word for bash, whatever it holds but NUL. */
export function quote(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

const placeholder = /\{\{((?:secret|bcrypt|basic|sha256|tls):[\w.-]+)\}\}/;

/**
 * Commands that print `content` with its values filled in. Values go from the adapter's function to the output and are never
 * part of a word, so that no character of theirs means anything to bash.
 */
export function printing(content: string): string {
  return content
    .split(placeholder)
    .map((part, position) => {
      if (position % 2 === 1) return `vigil_value ${quote(part)}`;
      return part === "" ? "" : `printf %s ${quote(part)}`;
    })
    .filter((command) => command !== "")
    .join("; ");
}

/** How each script begins: it ends at the first failure, and one runs on a machine at a time. */
export function preamble(step: string, lock: string): string[] {
  return [
    "set -euo pipefail",
    "export LC_ALL=C",
    `step=${quote(step)}`,
    `exec 9> ${quote(`${lock}/vigil.lock`)}`,
    "flock 9",
  ];
}
