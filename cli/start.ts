/** `npm start`: the stack of this machine, up and healthy, and where to look. */
import { parseArgs } from "node:util";
import { localTools } from "../components/local/programs.ts";
import { ensureTools } from "../tools/toolchain.ts";
import { repository, runPulumi } from "./engine.ts";
import { createStack, explainLock } from "./pulumi.ts";
import { describeAccess, reportStack, stoppedOnPurpose, type StackReport } from "./report.ts";
import { stackRoot } from "./stackRoot.ts";
import { summarise } from "./progress.ts";
import { colour, run } from "./terminal.ts";

const help = `npm start -- [--stack dev]

Brings a stack up on this machine: dependencies, programs (found, downloaded or built), certificates, passwords, services.
Run it again after a change; what did not change is left alone.

  --stack NAME   the stack (default: dev), configured by Pulumi.NAME.yaml

Afterwards: npm run status · npm run service · npm stop`;

await run(async () => {
  const { values } = parseArgs({
    options: {
      stack: { type: "string", default: "dev" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const { stack } = values;
  const root = stackRoot(stack);
  await ensureTools(["pulumi", ...localTools]);
  await createStack(stack, repository);
  const progress = summarise();
  const result = await runPulumi(["up", "--stack", stack, "--yes", "--skip-preview", "--parallel", "64"], {
    log: progress.line,
  });
  if (result.code !== 0) {
    process.stderr.write(`${progress.errors(result)}\n`);
    explainLock(stack, repository);
    throw new Error(`stack ${stack} is not up as declared; what ran before still runs. See: npm run status`);
  }
  console.log(progress.changes());
  const report = await reportStack(stack, root);
  console.log(describeAccess(report));
  for (const line of troubles(report)) console.log(line);
  return report.healthy ? 0 : 1;
});

function troubles({ services }: StackReport): string[] {
  return services
    .filter(({ healthy }) => !healthy)
    .map(({ name, reason }) =>
      reason === stoppedOnPurpose
        ? `${colour("amber", "stopped on purpose:")} ${name}; start it: npm run service -- start ${name}`
        : `${colour("red", "not healthy:")} ${name} (${reason ?? ""}); its log: npm run service -- logs ${name}`,
    );
}
