/** The LanguageRuntime service: one entry for each call the engine makes. Calls that are not here answer "unimplemented". */
import type { handleServerStreamingCall, handleUnaryCall, UntypedServiceImplementation } from "@grpc/grpc-js";
import { status } from "@grpc/grpc-js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import language from "@pulumi/pulumi/proto/language_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import { interruptChildren } from "./children.ts";
import { runPlugin } from "./plugin.ts";
import { runProgram } from "./program.ts";
import { installedDependencies, sdkVersion } from "./sdk.ts";

type Message<T extends abstract new () => object> = InstanceType<T>;

/** @param startedBy the engine's address from the command line; a Handshake replaces it */
export function languageHost(startedBy: string): UntypedServiceImplementation {
  let engineAddress = startedBy;
  return {
    handshake: unary((request: Message<typeof language.LanguageHandshakeRequest>) => {
      engineAddress = request.getEngineAddress();
      return new language.LanguageHandshakeResponse();
    }),
    getPluginInfo: unary(() => {
      const info = new plugin.PluginInfo();
      info.setVersion(sdkVersion);
      return info;
    }),
    /**
     * Empty on purpose. The official host names the provider of every @pulumi package in node_modules, and the engine then
     * downloads them all before it starts: the clouds' providers (hundreds of megabytes) for a stack that only touches this
     * machine. Unnamed, a provider is fetched when the first resource asks for it, in the version of its SDK
     * (pkg/resource/deploy/providers/registry.go, loadProvider).
     */
    getRequiredPackages: unary(() => new language.GetRequiredPackagesResponse()),
    getRequiredPlugins: unary(() => new language.GetRequiredPluginsResponse()),
    run: unary((request: Message<typeof language.RunRequest>) => runProgram(request, engineAddress)),
    runPlugin: streaming(runPlugin),
    installDependencies: streaming((call) => {
      const line = new language.InstallDependenciesResponse();
      line.setStdout(Buffer.from("Dependencies are installed by npm: run 'npm install' in the project.\n"));
      call.write(line);
      call.end();
    }),
    about: unary(() => {
      const about = new language.AboutResponse();
      about.setExecutable(process.execPath);
      about.setVersion(process.version);
      return about;
    }),
    getProgramDependencies: unary((request: Message<typeof language.GetProgramDependenciesRequest>) => {
      const response = new language.GetProgramDependenciesResponse();
      const folder = request.getInfo()?.getProgramDirectory() ?? process.cwd();
      response.setDependenciesList(
        installedDependencies(folder).map(({ name, version }) => {
          const dependency = new language.DependencyInfo();
          dependency.setName(name);
          dependency.setVersion(version);
          return dependency;
        }),
      );
      return response;
    }),
    runtimeOptionsPrompts: unary(() => new language.RuntimeOptionsResponse()),
    template: unary(() => new language.TemplateResponse()),
    cancel: unary(() => {
      interruptChildren();
      return new empty.Empty();
    }),
  };
}

/** A call with one answer. What it throws becomes the message that the engine shows. */
function unary<Request, Response>(
  answer: (request: Request) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    settled(() => answer(call.request)).then(
      (response) => {
        callback(null, response);
      },
      (error: unknown) => {
        callback({ code: status.UNKNOWN, details: messageOf(error) });
      },
    );
  };
}

/** A call that is answered in pieces. */
function streaming<Request, Response>(
  answer: (call: Parameters<handleServerStreamingCall<Request, Response>>[0]) => void | Promise<void>,
): handleServerStreamingCall<Request, Response> {
  return (call) => {
    settled(() => answer(call)).catch((error: unknown) => {
      call.emit("error", { code: status.UNKNOWN, details: messageOf(error) });
    });
  };
}

/** What `act` gives or throws, as a promise. */
async function settled<Result>(act: () => Result | Promise<Result>): Promise<Result> {
  return act();
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
