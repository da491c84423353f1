/**
 * Why Prometheus would refuse a regular expression, or undefined when it would take it. Follows
 * https://github.com/google/re2/wiki/Syntax as Go's regexp/syntax reads it in Perl mode.
 */
export function regexFault(pattern: string): string | undefined {
  let open = 0;
  // Whether a repetition may follow: nothing to repeat, an atom, or an atom that is repeated already.
  let before: "nothing" | "atom" | "repeated" = "nothing";
  let at = 0;
  while (at < pattern.length) {
    const rest = pattern.slice(at);
    const character = rest.charAt(0);
    let length = 1;
    if (character === "(") {
      const group = groupOpening(rest);
      if ("fault" in group) return group.fault;
      length = group.length;
      if (!group.flagsOnly) open++;
      before = "nothing";
    } else if (character === ")") {
      if (--open < 0) return "unmatched )";
      before = "atom";
    } else if (character === "|") {
      before = "nothing";
    } else if (character === "[") {
      const characterClass = classLength(rest);
      if (typeof characterClass === "string") return characterClass;
      length = characterClass;
      before = "atom";
    } else if (character === "\\") {
      const escape = escapeLength(rest, false);
      if (typeof escape === "string") return escape;
      length = escape;
      before = "atom";
    } else {
      const repetition = /^(?:[*+?]|\{(\d+)(?:,(\d*))?\})\??/.exec(rest);
      if (repetition) {
        if (before === "nothing") return `nothing to repeat before ${repetition[0]}`;
        if (before === "repeated") return `nested repetition ${repetition[0]}`;
        if (!countsAreValid(repetition[1], repetition[2])) return `invalid repeat count ${repetition[0]}`;
        length = repetition[0].length;
        before = "repeated";
      } else {
        before = "atom";
      }
    }
    at += length;
  }
  return open > 0 ? "missing )" : undefined;
}

/** Whether an anchored pattern matches the empty string, as an absent label is. False where JavaScript cannot tell. */
export function matchesEmpty(pattern: string): boolean {
  const portable = pattern.replace(/\(\?P</g, "(?<").replace(/\(\?[imsU-]+\)/g, "");
  try {
    return new RegExp(`^(?:${portable})$`, "s").test("");
  } catch {
    return false;
  }
}

type Opening = { length: number; flagsOnly: boolean } | { fault: string };

function groupOpening(rest: string): Opening {
  if (!rest.startsWith("(?")) return { length: 1, flagsOnly: false };
  if (/^\(\?<?[=!]/.test(rest)) return { fault: "RE2 has no lookahead or lookbehind" };
  const named = /^\(\?P?<\w+>/.exec(rest);
  if (named) return { length: named[0].length, flagsOnly: false };
  const flags = /^\(\?(?:[imsU]+(?:-[imsU]+)?|-[imsU]+)?([:)])/.exec(rest);
  if (!flags || flags[0] === "(?)") return { fault: `invalid group ${rest.slice(0, 3)}` };
  return { length: flags[0].length, flagsOnly: flags[1] === ")" };
}

function countsAreValid(low: string | undefined, high: string | undefined): boolean {
  if (low === undefined) return true;
  const least = Number(low);
  const most = high ? Number(high) : least;
  return least <= most && most <= 1000;
}

/** The length of a class such as [^a-z[:digit:]], or what is wrong with it. */
function classLength(rest: string): number | string {
  let at = rest.startsWith("[^") ? 2 : 1;
  let first = true;
  let rangeStart: number | undefined;
  while (at < rest.length) {
    if (rest.charAt(at) === "]" && !first) return at + 1;
    first = false;
    const posix = /^\[:\^?(\w+):\]/.exec(rest.slice(at));
    if (posix) {
      if (!posixClasses.has(posix[1] ?? "")) return `invalid character class ${posix[0]}`;
      at += posix[0].length;
      rangeStart = undefined;
      continue;
    }
    const length = rest.charAt(at) === "\\" ? escapeLength(rest.slice(at), true) : 1;
    if (typeof length === "string") return length;
    const code = length === 1 ? rest.codePointAt(at) : undefined;
    if (rangeStart !== undefined && code !== undefined && code < rangeStart)
      return `invalid character range ${rest.slice(at - 2, at + 1)}`;
    at += length;
    const opensRange = rest.charAt(at) === "-" && rest.charAt(at + 1) !== "]" && rangeStart === undefined;
    rangeStart = opensRange ? code : undefined;
    if (opensRange) at++;
  }
  return "missing ]";
}

const posixClasses: ReadonlySet<string> = new Set([
  ...["alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph"],
  ...["lower", "print", "punct", "space", "upper", "word", "xdigit"],
]);

/** The length of an escape, or what is wrong with it. */
function escapeLength(rest: string, inClass: boolean): number | string {
  if (rest.length < 2) return "trailing backslash";
  if (/^\\[1-7](?![0-7])/.test(rest) || /^\\k/.test(rest)) return "RE2 has no backreferences";
  const quoted = /^\\Q[\s\S]*?(?:\\E|$)/.exec(rest);
  if (quoted && !inClass) return quoted[0].length;
  const property = /^\\[pP](?:\{\^?(\w+)\}|(\w))/.exec(rest);
  if (property) {
    const name = property[1] ?? property[2] ?? "";
    return isUnicodeClass(name) ? property[0].length : `invalid character class ${property[0]}`;
  }
  const valid = /^\\(?:x\{[\da-fA-F]+\}|x[\da-fA-F]{2}|[0-7]{1,3}|[afnrtvdDsSwW]|[!-/:-@[-`{-~])/.exec(rest);
  if (valid) return valid[0].length;
  if (!inClass && /^\\[AbBCzE]/.test(rest)) return 2;
  return `invalid escape ${rest.slice(0, 2)}`;
}

function isUnicodeClass(name: string): boolean {
  return ["Any", `Script=${name}`, `General_Category=${name}`].some((candidate) => {
    if (candidate === "Any") return name === "Any";
    try {
      return new RegExp(`\\p{${candidate}}`, "u").source !== "";
    } catch {
      return false;
    }
  });
}
