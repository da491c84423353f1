/** Runs a policy pack or a provider written in TypeScript, and streams what it prints to the engine. */
import type { ServerWritableStream } from "@grpc/grpc-js";
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import type { Readable } from "node:stream";
import language from "@pulumi/pulumi/proto/language_pb.js";
import { exitOf, interrupt, startNode } from "./children.ts";
import { runtimeOptions, type RuntimeOptions } from "./options.ts";
import { sdkCommand } from "./sdk.ts";

const packServer = join(import.meta.dirname, "packServer.ts");

type RunPluginRequest = InstanceType<typeof language.RunPluginRequest>;
type RunPluginCall = ServerWritableStream<RunPluginRequest, InstanceType<typeof language.RunPluginResponse>>;

export async function runPlugin(call: RunPluginCall): Promise<void> {
  const request = call.request;
  const child = request.getKind() === "analyzer" ? startPolicyPack(request) : startProvider(request);
  // The engine ends a plugin by cancelling the call.
  call.once("cancelled", () => {
    interrupt(child);
  });
  if (child.stdout) forward(child.stdout, call, "stdout");
  if (child.stderr) forward(child.stderr, call, "stderr");
  const code = await exitOf(child);
  if (call.cancelled) return;
  const response = new language.RunPluginResponse();
  response.setExitcode(code);
  call.write(response);
  call.end();
}

function startPolicyPack(request: RunPluginRequest): ChildProcess {
  const info = programOf(request);
  const options = runtimeOptions(info);
  const folder = info.getProgramDirectory();
  return startNode([...options.nodeArgs, packServer, ...request.getArgsList(), folder], {
    cwd: folder, // where the pack's package.json is read from: @pulumi/policy, policy.js
    env: pluginEnvironment(request, options),
    stdio: ["ignore", "pipe", "pipe"],
  });
}

function startProvider(request: RunPluginRequest): ChildProcess {
  const info = programOf(request);
  const options = runtimeOptions(info);
  const folder = info.getProgramDirectory();
  return startNode(
    [...options.nodeArgs, sdkCommand(folder, "run-plugin"), folder, ...request.getArgsList()],
    {
      cwd: request.getPwd(),
      env: pluginEnvironment(request, options),
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
}

/** @throws where the engine named no folder, which a current one always does */
function programOf(request: RunPluginRequest): InstanceType<typeof language.ProgramInfo> {
  const info = request.getInfo();
  if (info === undefined) throw new Error("RunPlugin: the engine named no plugin folder");
  return info;
}

/** The environment that the engine composed for a plugin (it replaces ours), with the options' variables. */
function pluginEnvironment(request: RunPluginRequest, options: RuntimeOptions): NodeJS.ProcessEnv {
  const entries = request.getEnvList().map((entry): [string, string] => {
    const at = entry.indexOf("=");
    return [entry.slice(0, at), entry.slice(at + 1)];
  });
  return { ...Object.fromEntries(entries), ...options.env };
}

/** Streams what a plugin prints. */
function forward(output: Readable, call: RunPluginCall, name: "stdout" | "stderr"): void {
  output.on("data", (chunk: Uint8Array) => {
    send(call, name, chunk);
  });
}

function send(call: RunPluginCall, name: "stdout" | "stderr", bytes: Uint8Array): void {
  if (call.cancelled) return;
  const response = new language.RunPluginResponse();
  if (name === "stdout") response.setStdout(bytes);
  else response.setStderr(bytes);
  call.write(response);
}
