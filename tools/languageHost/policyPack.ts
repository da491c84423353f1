/**
 * Starts a policy pack behind a proxy.
 *
 * A pack learns its stack and configuration from its environment, so it can only be started once the engine has told
 * them (ConfigureStack), and the engine tells them only to a plugin that already listens. So this host listens in its
 * place, starts the pack when the configuration is there, and passes every other call through as bytes.
 */
import {
  Client,
  credentials,
  Server,
  ServerCredentials,
  status,
  type handleUnaryCall,
  type MethodDefinition,
  type ServiceDefinition,
} from "@grpc/grpc-js";
import { once } from "node:events";
import type { ChildProcess } from "node:child_process";
import type { Readable } from "node:stream";
import analyzer from "@pulumi/pulumi/proto/analyzer_pb.js";
import analyzerService from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import { startNode } from "./children.ts";
import { runtimeOptions } from "./options.ts";
import { forward, pluginEnvironment, programOf, send, type RunPluginCall } from "./plugin.ts";
import { sdkCommand } from "./sdk.ts";

type StackConfiguration = InstanceType<typeof analyzer.AnalyzerStackConfigureRequest>;

const unlimited = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };

/** The pack's process once it runs; undefined where the engine went away before it configured the pack. */
export async function startPolicyPack(call: RunPluginCall): Promise<ChildProcess | undefined> {
  const configured = Promise.withResolvers<Buffer | undefined>();
  const pack = Promise.withResolvers<Client>();
  pack.promise.catch(() => undefined); // the calls that wait for it report it
  const server = await listen(proxy(configured, pack.promise), call);
  call.once("cancelled", () => {
    configured.resolve(undefined);
    server.forceShutdown();
  });

  const configuration = await configured.promise;
  if (call.cancelled) return undefined;
  const child = startPack(call, configuration);
  child.once("exit", (code) => {
    pack.reject(new Error(`the policy pack ended before it listened (exit code ${String(code)})`));
  });
  const { stdout } = child;
  if (stdout === null) throw new Error("the policy pack's output cannot be read");
  void firstLine(stdout).then((port) => {
    pack.resolve(new Client(`127.0.0.1:${port}`, credentials.createInsecure(), unlimited));
    forward(stdout, call, "stdout");
  });
  return child;
}

/** The Analyzer service with every method passed on, except those that come before the pack runs. */
function proxy(configured: PromiseWithResolvers<Buffer | undefined>, pack: Promise<Client>) {
  const definition: Record<string, MethodDefinition<Buffer, Buffer>> = {};
  const handlers: Record<string, handleUnaryCall<Buffer, Buffer>> = {};
  for (const [name, method] of Object.entries(
    analyzerService.AnalyzerService as unknown as ServiceDefinition,
  )) {
    definition[name] = { ...method, ...asBytes };
    handlers[name] = (call, callback) => {
      if (name === "handshake") {
        callback(null, Buffer.alloc(0));
        return;
      }
      configured.resolve(name === "configureStack" ? call.request : undefined);
      pack.then(
        (client) =>
          client.makeUnaryRequest(method.path, identity, identity, call.request, (error, answer) => {
            callback(error, answer ?? null);
          }),
        (error: unknown) => {
          callback({
            code: status.UNAVAILABLE,
            details: error instanceof Error ? error.message : String(error),
          });
        },
      );
    };
  }
  return { definition, handlers };
}

const identity = (bytes: Buffer): Buffer => bytes;
const asBytes = {
  requestSerialize: identity,
  requestDeserialize: identity,
  responseSerialize: identity,
  responseDeserialize: identity,
};

async function listen(
  { definition, handlers }: ReturnType<typeof proxy>,
  call: RunPluginCall,
): Promise<Server> {
  const server = new Server(unlimited);
  server.addService(definition, handlers);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  send(call, "stdout", Buffer.from(`${String(port)}\n`));
  return server;
}

function startPack(call: RunPluginCall, configuration: Buffer | undefined): ChildProcess {
  const request = call.request;
  const info = programOf(request);
  const options = runtimeOptions(info);
  const folder = info.getProgramDirectory();
  return startNode(
    [...options.nodeArgs, sdkCommand(folder, "run-policy-pack"), ...request.getArgsList(), folder],
    {
      cwd: folder, // where the pack's package.json is read from: @pulumi/policy, policy.js
      env: {
        ...pluginEnvironment(request, options),
        ...(configuration &&
          stackEnvironment(analyzer.AnalyzerStackConfigureRequest.deserializeBinary(configuration))),
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
}

function stackEnvironment(stack: StackConfiguration): NodeJS.ProcessEnv {
  return {
    PULUMI_NODEJS_ORGANIZATION: stack.getOrganization(),
    PULUMI_NODEJS_PROJECT: stack.getProject(),
    PULUMI_NODEJS_STACK: stack.getStack(),
    PULUMI_NODEJS_DRY_RUN: String(stack.getDryRun()),
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(stack.getConfigMap().toArray())),
  };
}

/** A plugin prints its port as its first line; what comes after it is left to be read. */
async function firstLine(output: Readable): Promise<string> {
  let text = "";
  while (!text.includes("\n")) {
    const [chunk] = (await once(output, "data")) as [Buffer];
    text += chunk.toString();
  }
  output.pause();
  const end = text.indexOf("\n");
  if (end + 1 < text.length) output.unshift(Buffer.from(text.slice(end + 1)));
  return text.slice(0, end).trim();
}
