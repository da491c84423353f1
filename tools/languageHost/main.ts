/**
 * A small language host: what Pulumi's engine starts to run a `runtime: nodejs` program, policy pack or plugin.
 *
 * The official `pulumi-language-nodejs` ships with Pulumi's own downloads and does not build from Go modules alone, so a
 * machine that had to build the engine lacks it. This one serves that case: the same protocol (proto/pulumi/language.proto),
 * the same `@pulumi/pulumi/cmd/run` underneath. Where the official one lies beside the engine, that one is used
 * (see cli/bundle.ts).
 *
 * Left out on purpose: code generation (`pulumi convert`, `package add`), attaching a debugger, bun, ts-node.
 * Programs are TypeScript that Node strips itself: `options: { typescript: false }` in Pulumi.yaml.
 *
 * Like every plugin it prints the port it listens on as its first line.
 */
import { Server, ServerCredentials } from "@grpc/grpc-js";
import languageService from "@pulumi/pulumi/proto/language_grpc_pb.js";
import { stopChildren } from "./children.ts";
import { whenOrphaned } from "./orphan.ts";
import { languageHost } from "./service.ts";

// The address of the engine is the last argument; the flags before it (--tracing, --logtostderr, -v) need nothing here.
const engineAddress = process.argv.slice(2).findLast((argument) => !argument.startsWith("-")) ?? "";

const server = new Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
server.addService(languageService.LanguageRuntimeService, languageHost(engineAddress));
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${String(port)}\n`);
});

// The engine ends its plugins with an interrupt and waits 5 s before it kills them.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, end);
whenOrphaned(end);

function end(): void {
  stopChildren();
  process.exit(0);
}
