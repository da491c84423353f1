/** Runs a policy pack or a provider written in TypeScript, and streams what it prints to the engine. */
import type { ServerWritableStream } from "@grpc/grpc-js";
import type { ChildProcess } from "node:child_process";
import type { Readable } from "node:stream";
import language from "@pulumi/pulumi/proto/language_pb.js";
import { exitOf, interrupt, startNode } from "./children.ts";
import { runtimeOptions, type RuntimeOptions } from "./options.ts";
import { startPolicyPack } from "./policyPack.ts";
import { sdkCommand } from "./sdk.ts";

export type RunPluginRequest = InstanceType<typeof language.RunPluginRequest>;
export type RunPluginCall = ServerWritableStream<
  RunPluginRequest,
  InstanceType<typeof language.RunPluginResponse>
>;

export async function runPlugin(call: RunPluginCall): Promise<void> {
  const request = call.request;
  const isPolicyPack = request.getKind() === "analyzer";
  const child = isPolicyPack ? await startPolicyPack(call) : startProvider(request);
  if (child === undefined) return;
  // The engine ends a plugin by cancelling the call.
  call.once("cancelled", () => {
    interrupt(child);
  });
  // A policy pack's first line is for the proxy, which forwards the rest.
  if (child.stdout && !isPolicyPack) forward(child.stdout, call, "stdout");
  if (child.stderr) forward(child.stderr, call, "stderr");
  const code = await exitOf(child);
  if (call.cancelled) return;
  const response = new language.RunPluginResponse();
  response.setExitcode(code);
  call.write(response);
  call.end();
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
export function programOf(request: RunPluginRequest): InstanceType<typeof language.ProgramInfo> {
  const info = request.getInfo();
  if (info === undefined) throw new Error("RunPlugin: the engine named no plugin folder");
  return info;
}

/** The environment that the engine composed for a plugin (it replaces ours), with the options' variables. */
export function pluginEnvironment(request: RunPluginRequest, options: RuntimeOptions): NodeJS.ProcessEnv {
  const entries = request.getEnvList().map((entry): [string, string] => {
    const at = entry.indexOf("=");
    return [entry.slice(0, at), entry.slice(at + 1)];
  });
  return { ...Object.fromEntries(entries), ...options.env };
}

/** Streams what a plugin prints. */
export function forward(output: Readable, call: RunPluginCall, name: "stdout" | "stderr"): void {
  output.on("data", (chunk: Uint8Array) => {
    send(call, name, chunk);
  });
}

export function send(call: RunPluginCall, name: "stdout" | "stderr", bytes: Uint8Array): void {
  if (call.cancelled) return;
  const response = new language.RunPluginResponse();
  if (name === "stdout") response.setStdout(bytes);
  else response.setStderr(bytes);
  call.write(response);
}
