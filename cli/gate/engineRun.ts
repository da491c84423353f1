/** One command of the engine on one stack, with the policy pack, and what its events tell. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { packConfiguration } from "../../policies/packConfiguration.ts";
import { backendOf, ownBackend, repository, runPulumi, type EngineResult } from "../engine.ts";
import { messageOf } from "../terminal.ts";
import { outcomeOf, refusals, type Outcome } from "./events.ts";
import { withoutQuotedProperties, withoutSecrets } from "./secrets.ts";

export interface Subject {
  readonly stack: string;
  /** Folder of Pulumi.yaml. */
  readonly project: string;
  /** For the engine, beside the environment of this process. */
  readonly environment: NodeJS.ProcessEnv;
}

/** `PROJECT/STACK`. @throws where the folder holds no project */
export function fullName({ stack, project }: Pick<Subject, "stack" | "project">): string {
  const file = join(project, "Pulumi.yaml");
  if (!existsSync(file))
    throw new Error(`${project} has no Pulumi.yaml: --project DIR names the project's folder`);
  return `${(parse(readFileSync(file, "utf8")) as { name: string }).name}/${stack}`;
}

/**
 * @param args the command and its own flags
 * @throws where the configuration of the pack is wrong, or the engine tells of no event at all
 */
export async function runOnStack(subject: Subject, args: readonly string[]): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "vigil-gate-"));
  const log = join(folder, "events.json");
  try {
    const result = await pulumi(
      subject,
      [...args, ...(takesPolicies(args) ? policyFlags(subject) : []), "--event-log", log],
      echo(),
    );
    const outcome = outcomeOf(existsSync(log) ? readFileSync(log, "utf8") : "");
    if (result.code === 0 || outcome.failures.length > 0 || refusals(outcome).length > 0) return outcome;
    throw new Error(`pulumi ${args[0] ?? ""} failed: ${reasonIn(result, subject)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The engine's own words, as they come. What follows a deviation may be a secret's further lines: the report tells the rest. */
function echo(): (line: string) => void {
  let silent = false;
  return (line) => {
    if (silent) return;
    const shown = withoutQuotedProperties(line);
    silent = shown !== line;
    console.log(withoutSecrets(shown, process.env));
  };
}

/** Any command on the stack. */
export function pulumi(
  { stack, project, environment }: Subject,
  args: readonly string[],
  log?: (line: string) => void,
): Promise<EngineResult> {
  return runPulumi([...args, "--stack", stack], {
    cwd: project,
    // The flag that the Automation API reads events by is one of these.
    env: { ...environment, PULUMI_DEBUG_COMMANDS: "true" },
    ...(log && { log }),
  });
}

function takesPolicies([command]: readonly string[]): boolean {
  return command === "preview" || command === "up";
}

/** The pack, with what the project says of it for this stack in policies/stacks. */
function policyFlags({ stack, project }: Subject): string[] {
  const configuration = join(project, "policies", "stacks", `${stack}.json`);
  const flags = ["--policy-pack", join(repository, "policies")];
  if (!existsSync(configuration)) return flags;
  try {
    packConfiguration(readFileSync(configuration, "utf8"), new Date());
  } catch (error) {
    throw new Error(`${configuration}: ${messageOf(error)}`, {
      cause: error,
    });
  }
  return [...flags, "--policy-pack-config", configuration];
}

/** The last that the engine said, without its warnings. Of a stack that it does not find, with where it has looked. */
export function reasonIn({ stderr, stdout }: EngineResult, { project }: Pick<Subject, "project">): string {
  const said = (stderr.replaceAll(/^warning:.*$/gm, "").trim() || stdout).trim();
  const reason = withoutQuotedProperties(said)
    .replaceAll(/^error: /gm, "")
    .split("\n")
    .slice(-20)
    .join("\n");
  if (!/^no stack named '[^']*' found$/m.test(reason)) return reason;
  const mend = ownBackend()
    ? "PULUMI_BACKEND_URL names another state, or pulumi stack init has not made it yet"
    : "PULUMI_BACKEND_URL is not set, and names the state of your deployments, such as s3://BUCKET";
  return `${reason} in ${backendOf(project)}: ${mend}`;
}
