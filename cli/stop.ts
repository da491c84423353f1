/** `npm stop`: takes the stack of this machine down; its data stays unless it is purged. */
import { rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { stackPaths } from "../components/local/paths.ts";
import { shutDown } from "../components/local/supervisor.ts";
import { repository, runPulumi } from "./engine.ts";
import { explainLock } from "./pulumi.ts";
import { summarise } from "./progress.ts";
import { stackRoot } from "./stackRoot.ts";
import { confirmed, run } from "./terminal.ts";

const help = `npm stop -- [--stack dev] [--purge [--yes]]

Stops every service of a stack of this machine. Metrics, passwords and certificates stay for the next npm start.

  --stack NAME   the stack (default: dev)
  --purge        delete them too; asks first
  --yes          do not ask`;

await run(async () => {
  const { values } = parseArgs({
    options: {
      stack: { type: "string", default: "dev" },
      purge: { type: "boolean", default: false },
      yes: { type: "boolean", short: "y", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const { stack } = values;
  const root = stackRoot(stack);
  const purge =
    values.purge && (values.yes || (await confirmed(`Delete all data of stack ${stack} in ${root}?`)));
  if (values.purge && !purge) {
    console.error("Nothing was done: --purge deletes all data and wants a yes (at the terminal, or --yes).");
    return 1;
  }
  const progress = summarise();
  const result = await runPulumi(
    ["destroy", "--stack", stack, "--yes", "--skip-preview", "--parallel", "64"],
    {
      log: progress.line,
    },
  );
  const gone = /no stack named/.test(result.stderr);
  if (result.code !== 0 && !gone) {
    process.stderr.write(`${progress.errors(result)}\n`);
    explainLock(stack, repository);
    throw new Error(`stack ${stack} could not be taken down completely; see: npm run status`);
  }
  await shutDown(stackPaths(root));
  if (purge) await deleteStack(root);
  console.log(
    purge
      ? `Stack ${stack} is down and its data is deleted.`
      : `Stack ${stack} is down. Its data stays in ${join(root, "data")}.`,
  );
  return 0;
});

/** Deletes what a stack made and nothing else: its folder may be one that the user shares with it. */
async function deleteStack(root: string): Promise<void> {
  const { secrets, certificates, services, data, logs, stopped } = stackPaths(root);
  for (const part of [secrets, certificates, services, data, logs, stopped, join(root, "supervisor.lock")])
    await rm(part, { recursive: true, force: true });
  await rmdir(root).catch(() => undefined);
}
