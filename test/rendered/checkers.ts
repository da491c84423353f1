/** The servers' own checkers, run on what was rendered. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Output of a checker. @throws with all that it said when it refuses. */
export async function check(executable: string, ...given: string[]): Promise<string> {
  try {
    const { stdout, stderr } = await run(executable, given, { timeout: 20_000 });
    return stdout + stderr;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${executable} ${given.join(" ")}\n${stdout}${stderr}`, { cause: error });
  }
}
