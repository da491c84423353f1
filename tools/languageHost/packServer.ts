/**
 * The process of a policy pack: it listens before the pack runs.
 *
 * A pack learns its stack and configuration from its environment, so it can only be started once the engine has told
 * them (ConfigureStack), and the engine tells them only to a plugin that already listens. So this server listens first, starts
 * the pack when the configuration is there, and hands every call over to what the pack would have listened with. No call takes
 * a second way: the engine asks two of each resource, one after the other, and each counts in a preview.
 *
 * Usage: ENGINE_ADDRESS FOLDER. Its first line of output is its port.
 */
import type { Server, ServiceDefinition, UntypedServiceImplementation } from "@grpc/grpc-js";
import type analyzer from "@pulumi/pulumi/proto/analyzer_pb.js";
import { createRequire, flushCompileCache } from "node:module";
import { join } from "node:path";

type StackConfiguration = InstanceType<typeof analyzer.AnalyzerStackConfigureRequest>;
type PolicyConfiguration = InstanceType<typeof analyzer.ConfigureAnalyzerRequest>;
type Handler = (call: { request: unknown }, callback: (error: unknown, answer?: unknown) => void) => void;

const folder = process.argv.at(-1) ?? "";
// The copies that the pack's SDK has.
const require = createRequire(policySdk());
const grpc = require("@grpc/grpc-js") as typeof import("@grpc/grpc-js");
const { AnalyzerService } = require("@pulumi/pulumi/proto/analyzer_grpc_pb") as {
  AnalyzerService: ServiceDefinition;
};
const { AnalyzerHandshakeResponse, RemediateResponse, EnforcementLevel } =
  require("@pulumi/pulumi/proto/analyzer_pb") as typeof analyzer;

const pack = Promise.withResolvers<UntypedServiceImplementation>();
pack.promise.then(
  () => {
    // Kept at once, for the next pack: the engine ends this one without an orderly exit.
    flushCompileCache();
  },
  () => undefined, // the calls that wait for it report it
);
let started = false;
/** Whether any policy has the level `remediate`: where none has, the SDK reads each resource for nothing. */
let remediates = true;

listen();

function asksToRemediate(configuration: PolicyConfiguration): boolean {
  for (const [, policy] of configuration.getPolicyconfigMap().entries())
    if (policy.getEnforcementlevel() === EnforcementLevel.REMEDIATE) return true;
  return false;
}

function policySdk(): string {
  try {
    return createRequire(join(folder, "program.js")).resolve("@pulumi/policy");
  } catch {
    throw new Error(`${folder}: Cannot find module '@pulumi/policy': run 'npm install' there`);
  }
}

function listen(): void {
  const unlimited = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };
  const server = new grpc.Server(unlimited);
  const methods = Object.entries(AnalyzerService);
  // A request is read when somebody wants to know what it says.
  const unread = methods.map(([name, method]) => [name, { ...method, requestDeserialize: identity }]);
  const handlers = methods.map(([name, method]) => [name, handler(name, method.requestDeserialize)]);
  server.addService(
    Object.fromEntries(unread) as ServiceDefinition,
    Object.fromEntries(handlers) as UntypedServiceImplementation,
  );
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    process.stdout.write(`${String(port)}\n`);
    takeServersFrom(grpc.Server.prototype);
  });
}

function identity(bytes: Buffer): Buffer {
  return bytes;
}

function handler(name: string, read: (bytes: Buffer) => unknown): Handler {
  return (call, callback) => {
    if (name === "handshake") {
      callback(null, new AnalyzerHandshakeResponse());
      return;
    }
    if (name === "remediate" && !remediates) {
      callback(null, new RemediateResponse());
      return;
    }
    const request = read(call.request as Buffer);
    if (name === "configure") remediates = asksToRemediate(request as PolicyConfiguration);
    if (!started) void start(name === "configureStack" ? (request as StackConfiguration) : undefined);
    pack.promise.then(
      (handlers) => {
        const own = handlers[name] as Handler | undefined;
        if (own === undefined) callback({ code: grpc.status.UNIMPLEMENTED, details: `no ${name}` });
        else own(Object.assign(call, { request }), callback);
      },
      (error: unknown) => {
        const details = error instanceof Error ? error.message : String(error);
        callback({ code: grpc.status.UNAVAILABLE, details });
      },
    );
  };
}

/** What the pack would listen with is taken from it: `serve` of @pulumi/policy makes one server with one service. */
function takeServersFrom(prototype: Server): void {
  prototype.addService = (_service, handlers) => {
    pack.resolve(handlers);
  };
  prototype.bindAsync = () => undefined;
}

async function start(stack: StackConfiguration | undefined): Promise<void> {
  started = true;
  // The process would go on listening for a pack that never comes.
  for (const event of ["uncaughtException", "unhandledRejection"])
    process.on(event, (error: unknown) => {
      pack.reject(
        new Error(
          `the policy pack does not start: ${error instanceof Error ? error.message : String(error)}`,
        ),
      );
    });
  if (stack !== undefined) Object.assign(process.env, environment(stack));
  // Most of the SDK is loaded for parts that a pack never uses: 0.2 s.
  await import("../../components/leanSdk.ts");
  // Not the command around it, which loads ts-node and the inspector for every pack: 0.3 s. Node strips types itself.
  const { run } = require("@pulumi/pulumi/cmd/run-policy-pack/run") as { run: (options: object) => unknown };
  run({ argv: { _: [entry()] }, programStarted: nothing, reportLoggedError: nothing, typeScript: false });
}

const nothing = (): void => undefined;

/** What package.json has as `main`, or index.js, or index.ts. */
function entry(): string {
  try {
    return require.resolve(folder);
  } catch {
    return join(folder, "index.ts");
  }
}

function environment(stack: StackConfiguration): NodeJS.ProcessEnv {
  return {
    PULUMI_NODEJS_ORGANIZATION: stack.getOrganization(),
    PULUMI_NODEJS_PROJECT: stack.getProject(),
    PULUMI_NODEJS_STACK: stack.getStack(),
    PULUMI_NODEJS_DRY_RUN: String(stack.getDryRun()),
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(stack.getConfigMap().toArray())),
  };
}
