/** `npm run gate -- preview prod`: what a pipeline asks of a stack before, between and after its updates. */
import { parseArgs } from "node:util";
import { ownBackend, repository } from "./engine.ts";
import { drift, preview, promote, type Command, type ExitCode, type Verdict } from "./gate/commands.ts";
import { fullName, type Subject } from "./gate/engineRun.ts";
import { assumeIdentity } from "./gate/identity.ts";
import { markerBytes, platformOf, publish, type Platform } from "./gate/platform.ts";
import { failureReport, type ReportContext } from "./gate/report.ts";
import { ownTokens, withoutSecrets } from "./gate/secrets.ts";
import { colour, fromCaller, messageOf, run } from "./terminal.ts";

const help = `npm run gate -- preview STACK [--plan FILE] [--project DIR]
npm run gate -- drift STACK [--project DIR]
npm run gate -- promote STACK [--plan FILE] [--project DIR]

What a pipeline of GitHub Actions, GitLab CI or Azure Pipelines asks of a stack; see docs/gate.md and pipelines/.

  preview  runs "pulumi preview" with the policies of policies/ and writes what it found into one comment of the change under
           review, which the next run brings up to date. --plan FILE keeps the plan for an approval
  drift    looks for what somebody has changed in the cloud, changes nothing, and opens, updates or closes one issue
  promote  applies what --plan FILE keeps, and nothing else: it is refused where the stack, the commit or the state is not the
           one it was made for. Without a plan: a preview with the policies, then what it planned

  --project DIR  the folder of Pulumi.yaml; its policies/stacks/STACK.json sets levels and exclusions. Default: this one
  --dry-run      writes the report to standard output, and nothing to the platform

Exit code: 0 fine, 1 refused by policy or drift found, 2 it could not be told.`;

const commands: Readonly<Record<string, Command>> = { preview, drift, promote };

await run(async () => {
  const { env } = process;
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        plan: { type: "string" },
        project: { type: "string" },
        "dry-run": { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (values.help) {
      console.log(help);
      return 0;
    }
    const [name = "", stack, ...more] = positionals;
    const command = commands[name];
    if (command === undefined || stack === undefined || more.length > 0)
      throw new Error(`a command (${Object.keys(commands).join(", ")}) and one stack are expected`);
    if (values.plan !== undefined && name === "drift") throw new Error("drift has no plan");
    return await gate({
      name,
      command,
      stack,
      project: values.project === undefined ? repository : fromCaller(values.project),
      plan: values.plan === undefined ? undefined : fromCaller(values.plan),
      platform: values["dry-run"] ? undefined : platformOf(env),
    });
  } catch (error) {
    complain(error);
    return 2;
  }
});

interface Request {
  readonly name: string;
  readonly command: Command;
  readonly stack: string;
  readonly project: string;
  readonly plan: string | undefined;
  readonly platform: Platform | undefined;
}

async function gate({ name, command, stack, project, plan, platform }: Request): Promise<ExitCode> {
  const key = `${name} ${fullName({ stack, project })}`;
  const context: ReportContext = {
    stack: fullName({ stack, project }),
    commit: platform?.commit,
    run: platform?.run,
    limit: (platform?.limit ?? Number.MAX_SAFE_INTEGER) - markerBytes(key),
  };
  let verdict: Verdict;
  try {
    if (platform !== undefined && !ownBackend())
      throw new Error(
        "PULUMI_BACKEND_URL is not set: the gate needs the state that every deployment shares, such as s3://BUCKET or azblob://CONTAINER?storage_account=NAME",
      );
    verdict = await withIdentity((environment) =>
      command({ stack, project, environment }, { plan, context }),
    );
  } catch (error) {
    complain(error);
    verdict = { code: 2, markdown: failureReport(withoutSecrets(messageOf(error), process.env), context) };
  }
  const markdown = withoutSecrets(verdict.markdown, process.env);
  console.log(`\n${markdown}`);
  if (platform === undefined) return verdict.code;
  try {
    platform.summarise?.(markdown);
    await tell(platform, name, key, { ...verdict, markdown });
    return verdict.code;
  } catch (error) {
    complain(error);
    return verdict.code === 0 ? 2 : verdict.code;
  }
}

async function tell(
  platform: Platform,
  name: string,
  key: string,
  { code, markdown }: Verdict,
): Promise<void> {
  const settled = code === 0;
  if (name === "preview" && platform.comments !== undefined)
    await publish(platform.comments, key, key, markdown, { settled });
  if (name === "drift" && platform.issues !== undefined)
    await publish(platform.issues, key, `Drift of ${key.replace(/^drift /, "")}`, markdown, {
      settled,
      onlyWhereOpen: settled,
    });
}

async function withIdentity(
  work: (environment: Subject["environment"]) => Promise<Verdict>,
): Promise<Verdict> {
  const identity = await assumeIdentity(process.env, (line) => {
    console.error(line);
  });
  try {
    const hidden = Object.fromEntries(ownTokens.map((token) => [token, undefined]));
    return await work({ ...hidden, ...identity.environment });
  } finally {
    identity.end();
  }
}

function complain(error: unknown): void {
  process.stderr.write(`${colour("red", "error:")} ${withoutSecrets(messageOf(error), process.env)}\n`);
}
