/** The simulated clouds, listening on the loopback interface for one engine. */
import { join } from "node:path";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import service from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type { Cloud } from "./cloud.ts";
import { aws } from "./clouds/aws.ts";
import { azureNative } from "./clouds/azureNative.ts";
import { command } from "./clouds/command.ts";
import { kubernetes } from "./clouds/kubernetes.ts";
import { random } from "./clouds/random.ts";
import { tls } from "./clouds/tls.ts";
import { Failures, type FailureSpec } from "./failures.ts";
import { Provider } from "./provider.ts";
import { Declarations } from "./schema/declarations.ts";
import { providerService } from "./service.ts";
import { World } from "./world.ts";

const clouds: readonly Cloud[] = [aws, azureNative, kubernetes, random, tls, command];

/** Reading an SDK's declarations takes a while, and they do not change: once a process. */
const declarations = new Map<string, Declarations>();

export interface SimulatedClouds {
  /** What makes an engine use them in place of its own providers. */
  readonly environment: NodeJS.ProcessEnv;
  /** By package. */
  readonly ports: Readonly<Record<string, number>>;
  /** Closes every port. What exists stays in the folder. */
  stop(): void;
}

/**
 * Serves every simulated provider from this process.
 * @param folder keeps what exists, in `world.json`
 * @param failures see failures.ts. @default none
 */
export async function startSimulatedClouds(
  folder: string,
  failures: FailureSpec = {},
): Promise<SimulatedClouds> {
  const providers = simulatedProviders(folder, failures);
  const servers = providers.map(serverOf);
  const ports = await Promise.all(servers.map(listen));
  const attached = providers.map(({ cloud }, index) => [cloud.package, ports[index] ?? 0] as const);
  return {
    environment: {
      PULUMI_DEBUG_PROVIDERS: attached.map(([name, port]) => `${name}:${String(port)}`).join(","),
      // A provider that is not simulated is an error, never a download that would reach a real cloud.
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    },
    ports: Object.fromEntries(attached),
    stop() {
      for (const server of servers) server.forceShutdown();
    },
  };
}

/** The providers themselves, without the wire. */
export function simulatedProviders(folder: string, failures: FailureSpec = {}): Provider[] {
  const world = new World(join(folder, "world.json"));
  const requested = new Failures(failures);
  return clouds.map((cloud) => new Provider(cloud, declarationsOf(cloud), world, requested));
}

function declarationsOf({ package: name }: Cloud): Declarations {
  const known = declarations.get(name) ?? new Declarations(name);
  declarations.set(name, known);
  return known;
}

function serverOf(provider: Provider): Server {
  const server = new Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  server.addService(service.ResourceProviderService, providerService(provider));
  return server;
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
      if (error) reject(error);
      else resolve(port);
    });
  });
}
