/** Command lines as Windows programs take them apart. */

/**
 * One text of which `CommandLineToArgvW` and Go's runtime make these arguments again.
 *
 * @see https://learn.microsoft.com/windows/win32/api/shellapi/nf-shellapi-commandlinetoargvw
 * @throws when an argument holds what the service manager and the wrappers would change: `%NAME%`, or a control character.
 */
export function commandLine(words: readonly string[]): string {
  return words.map(quoted).join(" ");
}

function quoted(word: string): string {
  if (/[%\p{Cc}]/u.test(word))
    throw new Error(
      `argument ${JSON.stringify(word)}: % and control characters do not reach a Windows service unchanged; ` +
        "choose a path or value without them",
    );
  if (word !== "" && !/[\s"]/.test(word)) return word;
  // Backslashes count only before a quote: there each is doubled.
  const inside = word.replaceAll(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, "$1$1");
  return `"${inside}"`;
}
