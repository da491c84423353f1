/** Runs a Pulumi program: `@pulumi/pulumi/cmd/run` in its own Node process, with what the engine asked for. */
import language from "@pulumi/pulumi/proto/language_pb.js";
import { exitOf, startNode } from "./children.ts";
import { runtimeOptions } from "./options.ts";
import { sdkCommand } from "./sdk.ts";

type RunRequest = InstanceType<typeof language.RunRequest>;
type RunResponse = InstanceType<typeof language.RunResponse>;

/** The SDK's exit code for "the user has already been told": @pulumi/pulumi/cmd/run/index.js. */
const alreadyExplained = 32;

export async function runProgram(request: RunRequest, engineAddress: string): Promise<RunResponse> {
  const response = new language.RunResponse();
  const info = request.getInfo();
  if (info === undefined) throw new Error("Run: the engine named no program");
  const options = runtimeOptions(info);
  const child = startNode(
    [
      ...options.nodeArgs,
      sdkCommand(info.getProgramDirectory(), "run"),
      ...programArguments(request, engineAddress),
    ],
    {
      // The engine reads our output as the program's.
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, ...options.env, ...programConfig(request) },
    },
  );
  const code = await exitOf(child);
  if (code === alreadyExplained) response.setBail(true);
  else if (code !== 0) response.setError(`Program exited with non-zero exit code: ${String(code)}`);
  return response;
}

/** The flags that @pulumi/pulumi/cmd/run/index.js reads; one without a value is left out. */
function programArguments(request: RunRequest, engineAddress: string): string[] {
  const info = request.getInfo();
  const flags: [string, string | undefined][] = [
    ["monitor", request.getMonitorAddress()],
    ["engine", engineAddress],
    ["organization", request.getOrganization()],
    ["project", request.getProject()],
    ["root-directory", info?.getRootDirectory()],
    ["stack", request.getStack()],
    ["pwd", info?.getProgramDirectory()],
    ["parallel", String(request.getParallel())],
  ];
  return [
    ...flags.flatMap(([name, value]) => (value === undefined || value === "" ? [] : [`--${name}`, value])),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    info?.getEntryPoint() ?? ".",
    ...request.getArgsList(),
  ];
}

function programConfig(request: RunRequest): NodeJS.ProcessEnv {
  const config = Object.fromEntries(request.getConfigMap().toArray());
  return {
    PULUMI_CONFIG: JSON.stringify(config),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
  };
}
