/** What the gate does on one stack: each command gives its verdict and what people read of it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runOnStack, type Subject } from "./engineRun.ts";
import { deviates, refusals, type Outcome } from "./events.ts";
import { keepPlan, stateDigest, Superseded, takePlan } from "./plan.ts";
import { driftReport, failureReport, previewReport, promotionReport, type ReportContext } from "./report.ts";

/** 0 fine; 1 refused, or drift found; 2 it could not be told. */
export type ExitCode = 0 | 1 | 2;

export interface Verdict {
  readonly code: ExitCode;
  readonly markdown: string;
}

export interface CommandOptions {
  /** File of a plan: preview writes it, promote applies it. */
  readonly plan: string | undefined;
  readonly context: ReportContext;
}

export type Command = (subject: Subject, options: CommandOptions) => Promise<Verdict>;

/** What a change would do to the stack, and whether the policies allow it. */
export const preview: Command = (subject, { plan, context }) =>
  inFolder(async (folder) => {
    const enginePlan = join(folder, "plan.json");
    const state = plan === undefined ? undefined : await stateDigest(subject);
    const outcome = await runOnStack(subject, ["preview", "--save-plan", enginePlan]);
    const code = codeOf(outcome);
    if (code === 0 && plan !== undefined && state !== undefined)
      keepPlan(subject, enginePlan, plan, { commit: context.commit, state });
    return { code, markdown: previewReport(outcome, context) };
  });

/** Whether the cloud is still as the stack was last applied. Changes nothing, neither there nor in the state. */
export const drift: Command = async (subject, { context }) => {
  const outcome = await runOnStack(subject, ["refresh", "--preview-only"]);
  const found = outcome.changes.length > 0 ? 1 : 0;
  return { code: outcome.finished ? found : 2, markdown: driftReport(outcome, context) };
};

/** Applies a plan that was approved; without one, what a preview of this moment plans. */
export const promote: Command = (subject, { plan, context }) =>
  inFolder(async (folder) => {
    const enginePlan = join(folder, "plan.json");
    if (plan === undefined) {
      const planned = await runOnStack(subject, ["preview", "--save-plan", enginePlan]);
      const code = codeOf(planned);
      if (code !== 0) return { code, markdown: previewReport(planned, context) };
    } else {
      try {
        await takePlan(subject, plan, enginePlan, context.commit);
      } catch (error) {
        if (!(error instanceof Superseded)) throw error;
        return { code: 1, markdown: failureReport(error.message, context, "the approved plan is refused") };
      }
    }
    const outcome = await runOnStack(subject, ["up", "--yes", "--skip-preview", "--plan", enginePlan]);
    return { code: codeOf(outcome), markdown: promotionReport(outcome, context) };
  });

function codeOf(outcome: Outcome): ExitCode {
  if (refusals(outcome).length > 0 || deviates(outcome)) return 1;
  return outcome.finished ? 0 : 2;
}

async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "vigil-plan-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
