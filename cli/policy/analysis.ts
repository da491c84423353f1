/** The engine's look at an exported state, with the policy pack, and what that look leaves out. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  encryptedNotice,
  exclusionNotices,
  foreignNotice,
  type StateResource,
} from "../../policies/notices.ts";
import { disabledIn, packConfiguration } from "../../policies/packConfiguration.ts";
import { eventsOf, violationsOf, type Violation } from "../../policies/violations.ts";
import { repository, runPulumi } from "../engine.ts";
import { messageOf } from "../terminal.ts";

export interface Analysis {
  readonly violations: readonly Violation[];
  /** How many policies did not run. */
  readonly disabled: number;
  /** What was not looked at, and which exclusions exclude nothing: a line each. */
  readonly notices: readonly string[];
}

/**
 * @param state path of the file that `pulumi stack export` writes
 * @param config path of the pack's configuration
 * @throws where one of them is not what it must be, or the engine cannot do it
 */
export async function analyze(state: string, config: string | undefined): Promise<Analysis> {
  const resources = resourcesIn(state);
  const now = new Date();
  const configuration = config === undefined ? undefined : configurationIn(config, now);
  const { stdout, stderr } = await runPulumi([
    "policy",
    "analyze",
    ...["--file", state, "--json"],
    ...["--policy-pack", join(repository, "policies")],
    ...(config === undefined ? [] : ["--policy-pack-config", config]),
  ]);
  const { violations, finished } = violationsOf(eventsOf(stdout));
  if (!finished) throw new Error(`the state could not be checked: ${reason(stderr)}`);
  // With the passphrase of the state's stack at hand the engine decrypts what it needs (policy_analyze.go).
  const isRedacted = /^warning: could not decrypt secrets/m.test(stderr);
  const notices = [
    foreignNotice(resources),
    isRedacted ? encryptedNotice(resources) : undefined,
    ...exclusionNotices(resources, configuration?.read ?? {}, now),
  ];
  return {
    violations: violations.map(inAState),
    disabled: configuration?.disabled ?? 0,
    notices: notices.filter((notice) => notice !== undefined),
  };
}

/** The SDK takes whatever is not known for a preview's; in a state it is a value that is encrypted. */
function inAState(violation: Violation): Violation {
  const [, path] =
    /^can't run policy .* during preview: \S+ value at \.?(.*) can't be known during preview$/.exec(
      violation.message,
    ) ?? [];
  if (path === undefined) return violation;
  const [type = "", name = ""] = violation.urn.split("::").slice(-2);
  return {
    ...violation,
    message: `${name} (${type.split("$").at(-1) ?? ""}): ${path} is encrypted, so that nothing can be said`,
  };
}

function configurationIn(path: string, now: Date) {
  const text = textOf(path, 'expected the pack\'s configuration, { "POLICY": LEVEL or { … } } as JSON');
  try {
    return { read: packConfiguration(text, now), disabled: disabledIn(text).length };
  } catch (error) {
    throw new Error(`${path}: ${messageOf(error)}`, { cause: error });
  }
}

function resourcesIn(path: string): readonly StateResource[] {
  const text = textOf(path, "pulumi stack export --file state.json writes one");
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new Error(`${path}: is no JSON (${messageOf(error)})`, { cause: error });
  }
  const resources = (document as { deployment?: { resources?: unknown } } | null)?.deployment?.resources;
  if (!Array.isArray(resources))
    throw new Error(`${path}: has no deployment.resources, expected what pulumi stack export writes`);
  return resources as StateResource[];
}

/** @throws with what was expected where there is no such file */
function textOf(path: string, expected: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new Error(`${path}: no such file; ${expected}`);
  if (found.isDirectory()) throw new Error(`${path}: is a folder, not a file; ${expected}`);
  return readFileSync(path, "utf8");
}

function reason(stderr: string): string {
  return (
    stderr
      .replace(/^warning:.*$/gm, "")
      .replace(/^error: /m, "")
      .trim()
      .split("\n")[0] ?? "no reason was given"
  );
}
