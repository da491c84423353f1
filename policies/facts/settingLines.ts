/** Settings in any text, line by line, each with what it lies in: YAML, JSON, INI, an environment, an assignment. */

export interface SettingLine {
  /** Its key after that of the map or section around it: `basic_auth.password`. */
  readonly place: string;
  /** Without quotes and comment; empty where the lines below it say it, or where code does. */
  readonly value: string;
}

/**
 * A section; the end of braces; or a key and what stands behind it, at the start of a line or inside of braces. A value that
 * opens braces of its own is none: what is in them follows.
 */
const line =
  /^[ \t]*\[(?<section>[\w.-]+)\][ \t]*$|\}|(?<start>^|[{,])[ \t]*(?:-[ \t]+)*(?:(?:export|set|local|ENV)[ \t]+|Environment=)?(?<sigil>\$(?:env:)?)?["']?(?<key>[\w.][\w.-]*)["']?(?<sign>[ \t]*(?:(?<=["']):|:(?=\s|$)|=(?![=~>]))[ \t]*)(?<value>"""[^\n]*?"""|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|\{\{[^\n]*|[^\s"'{[,}][^\n,}]*)?/gim;

export function* settingLines(text: string): Generator<SettingLine> {
  let around: { readonly key: string; readonly column: number }[] = [];
  let seen = 0;
  let lineStart = 0;
  for (const { 0: whole, groups = {}, index } of text.matchAll(line)) {
    const { section, start = "", sigil = "", key, sign = "", value = "" } = groups;
    if (section !== undefined) around = [{ key: section, column: -1 }];
    else if (key === undefined) around.pop();
    // Inside of braces a sign of equality belongs to a selector or to code.
    else if (start === "" || sign.includes(":")) {
      const keyAt = index + whole.indexOf(key);
      // From the last key on only: a line may be a whole file.
      const newline = text.slice(seen, keyAt).lastIndexOf("\n");
      if (newline >= 0) lineStart = seen + newline + 1;
      seen = keyAt;
      const column = keyAt - lineStart;
      around = around.filter((one) => one.column < column);
      const place = [...around.slice(-1).map((one) => one.key), key].join(".");
      yield { place, value: said(value, sign, sigil, key) };
      if (value === "" && sign.includes(":")) around.push({ key, column });
    }
  }
}

function said(value: string, sign: string, sigil: string, key: string): string {
  const [, , quoted] = /^("""|["'])([^]*)\1$/.exec(value) ?? [];
  if (quoted !== undefined) return quoted;
  // A shell's word ends with the first space; elsewhere a comment ends what is said.
  const word = value.replace(sign === "=" ? /[\s;|&"')][^]*$/ : /\s+[#;][^]*$/, "").trim();
  return isCode(word, sign.includes(":"), sigil, key) ? "" : word;
}

/** `token = login(user)`, `password=args.password`, `password=password`: that says where it comes from. */
function isCode(word: string, isYaml: boolean, sigil: string, key: string): boolean {
  if (/^[a-z_][\w.#]*\(/i.test(word)) return true;
  if (isYaml) return false;
  return sigil !== "" || word === key || /^[a-z_][\w.]*\[|^(?!eyJ)[a-z_]\w*(?:\.[a-z_]\w*)+$/.test(word);
}
