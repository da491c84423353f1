/** Alertmanager's matchers, and what can be said about them without an alert. */
export interface Matcher {
  readonly label: string;
  readonly operator: "=" | "!=" | "=~" | "!~";
  readonly value: string;
}

/** `name="value"` with =, !=, =~ or !~, quoted or not; undefined where it is none of them. */
export function parseMatcher(text: string): Matcher | undefined {
  const match =
    /^\s*([A-Za-z_:][A-Za-z0-9_:]*)\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|([^"\s,{}~=!]*))\s*$/.exec(text);
  if (!match) return undefined;
  const [, label = "", operator = "=", quoted, bare = ""] = match;
  const value =
    quoted === undefined
      ? bare
      : quoted.replaceAll(/\\(.)/g, (_, letter: string) => (letter === "n" ? "\n" : letter));
  if (operator.includes("~") && pattern(value) === undefined) return undefined;
  return { label, operator: operator as Matcher["operator"], value };
}

/** Whether a value satisfies the matcher; an absent label is the empty text. */
export function accepts({ operator, value }: Matcher, actual: string): boolean {
  switch (operator) {
    case "=":
      return actual === value;
    case "!=":
      return actual !== value;
    case "=~":
      return pattern(value)?.test(actual) ?? false;
    case "!~":
      return !(pattern(value)?.test(actual) ?? false);
  }
}

/** Whether no alert can satisfy all of them. False where that cannot be decided. */
export function contradictory(matchers: readonly Matcher[]): boolean {
  return matchers.some((one) => {
    const values = literals(one);
    const others = matchers.filter(({ label }) => label === one.label);
    return values?.every((value) => others.some((other) => !accepts(other, value))) ?? false;
  });
}

/** Whether everything that satisfies `narrow` satisfies `wide` too. False where that cannot be decided. */
export function implies(narrow: readonly Matcher[], wide: readonly Matcher[]): boolean {
  return wide.every((matcher) =>
    narrow.some((other) => {
      if (other.label !== matcher.label) return false;
      if (other.operator === matcher.operator && other.value === matcher.value) return true;
      return literals(other)?.every((value) => accepts(matcher, value)) ?? false;
    }),
  );
}

/** The only values that a matcher lets pass, where they can be listed: `a|b` has two. */
function literals({ operator, value }: Matcher): readonly string[] | undefined {
  if (operator === "=") return [value];
  if (operator !== "=~") return undefined;
  const alternatives = value
    .replace(/^\^?\(?(?:\?:)?/, "")
    .replace(/\)?\$?$/, "")
    .split("|");
  return alternatives.every((alternative) => /^[\w :/-]*$/.test(alternative)) ? alternatives : undefined;
}

/** Alertmanager anchors patterns at both ends. RE2 and JavaScript agree on what occurs in labels. */
function pattern(value: string): RegExp | undefined {
  try {
    return new RegExp(`^(?:${value})$`, "su");
  } catch {
    return undefined;
  }
}
