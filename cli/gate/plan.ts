/** What a preview would do, kept until somebody has approved it: the engine's plan, and what it was made for. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { fullName, pulumi, reasonIn, type Subject } from "./engineRun.ts";

const planSchema = z.object({
  /** `PROJECT/STACK` */
  stack: z.string(),
  /** Of the program; absent outside of a pipeline. */
  commit: z.string().optional(),
  /** Digest of the state that the plan starts from. */
  state: z.string(),
  /** As `pulumi preview --save-plan` writes it; secrets are encrypted with the stack's own key. */
  plan: z.record(z.string(), z.unknown()),
});

type ApprovedPlan = z.output<typeof planSchema>;

/** Raised where what was approved is no longer what would happen. */
export class Superseded extends Error {}

/**
 * @param enginePlan the file that the engine has written
 * @param state as {@link stateDigest} gave it before the engine planned: what comes in between makes the plan void
 */
export function keepPlan(
  subject: Subject,
  enginePlan: string,
  file: string,
  { commit, state }: { readonly commit: string | undefined; readonly state: string },
): void {
  const kept: ApprovedPlan = {
    stack: fullName(subject),
    ...(commit !== undefined && { commit }),
    state,
    plan: JSON.parse(readFileSync(enginePlan, "utf8")) as Record<string, unknown>,
  };
  writeFileSync(file, JSON.stringify(kept), { mode: 0o600 });
}

/**
 * Writes the engine's part of a kept plan to `enginePlan`.
 * @throws Superseded where it was made for another stack, commit or state; where the file holds no plan
 */
export async function takePlan(
  subject: Subject,
  file: string,
  enginePlan: string,
  commit: string | undefined,
): Promise<void> {
  const kept = readPlan(file);
  const name = fullName(subject);
  if (kept.stack !== name) throw new Superseded(`${file} is a plan for ${kept.stack}, not for ${name}`);
  if (kept.commit !== commit)
    throw new Superseded(
      `the plan was made for commit ${kept.commit ?? "unknown"}, and this is ${commit ?? "unknown"}: preview again`,
    );
  if (kept.state !== (await stateDigest(subject)))
    throw new Superseded(
      `${name} has been changed since the plan was made, so that it would do something else: preview again`,
    );
  writeFileSync(enginePlan, JSON.stringify(kept.plan), { mode: 0o600 });
}

function readPlan(file: string): ApprovedPlan {
  if (!existsSync(file)) throw new Error(`${file}: no such file; gate preview STACK --plan FILE writes one`);
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`${file} is no JSON: ${error instanceof Error ? error.message : ""}`, { cause: error });
  }
  const parsed = planSchema.safeParse(document);
  if (!parsed.success) throw new Error(`${file} is no plan that gate preview STACK --plan FILE has written`);
  return parsed.data;
}

/** The same for the same resources, however often they are written. */
export async function stateDigest(subject: Subject): Promise<string> {
  const result = await pulumi(subject, ["stack", "export"]);
  if (result.code !== 0) throw new Error(`the state cannot be read: ${reasonIn(result, subject)}`);
  const { deployment } = JSON.parse(result.stdout) as { deployment: { resources?: unknown } };
  return createHash("sha256")
    .update(JSON.stringify(deployment.resources ?? []))
    .digest("hex");
}
