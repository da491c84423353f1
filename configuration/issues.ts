/** Turns what zod says about a value into findings that name the key, what it got and what is accepted. */
import type { z } from "zod";
import type { Finding } from "../monitoring/checks/finding.ts";
import { suggestion } from "../monitoring/nearest.ts";
import { setting } from "./commands.ts";

/** The value that zod has refused. */
export interface Refused {
  /** With its project: `vigil:retention`. */
  readonly key: string;
  readonly value: unknown;
  /** Whether it holds a secret, so that no part of it may be shown. */
  readonly hidden: boolean;
  readonly stack: string;
}

export function issueFindings(refused: Refused, issue: z.core.$ZodIssue): Finding[] {
  if (issue.code === "unrecognized_keys") return issue.keys.map((name) => unknownKey(refused, issue, name));
  const key = pathOf(refused.key, issue.path);
  return [
    {
      key,
      message: `${got(valueAt(refused.value, issue.path), refused.hidden)}, expected ${issue.message}`,
      mend: mendOf(key, refused.stack),
    },
  ];
}

/** The message of such an issue is the list of the known keys: see `exactly` in values.ts. */
function unknownKey(refused: Refused, issue: z.core.$ZodIssue, name: string): Finding {
  return {
    key: pathOf(refused.key, [...issue.path, name]),
    message: `unknown key, ${suggestion(name, issue.message.split(", "))}`,
    mend: `rename or remove it in Pulumi.${refused.stack}.yaml`,
  };
}

function got(value: unknown, hidden: boolean): string {
  if (value === undefined) return "missing";
  return hidden ? "got a secret of another kind" : `got ${JSON.stringify(value)}`;
}

function mendOf(key: string, stack: string): string {
  if (key.includes("[")) return `correct it in Pulumi.${stack}.yaml`;
  return `run ${setting(stack, key, "…")} with such a value`;
}

function pathOf(key: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (before, step) => before + (typeof step === "number" ? `[${String(step)}]` : `.${String(step)}`),
    key,
  );
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((within, step) => {
    if (typeof within !== "object" || within === null) return undefined;
    return (within as Record<PropertyKey, unknown>)[step];
  }, value);
}
