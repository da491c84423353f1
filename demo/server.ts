import { readFileSync, unwatchFile, watchFile } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import { text } from "node:stream/consumers";
import type { Registry } from "prom-client";
import { authorizationFrom, type Authorization } from "./authorization.ts";
import type { CompleteDemoConfig, Role } from "./config.ts";
import type { Faults } from "./faults.ts";

const fileWatchMilliseconds = 500;
const largestFault = 4_096;

/**
 * Serves each role's `/metrics`, `/healthz` and `/fault` over TLS to who is authorised. A changed certificate or list of
 * digests takes effect within a second.
 *
 * @returns what closes all servers at once, with their connections
 * @throws when a file cannot be read or a port is taken
 */
export async function serve(
  config: CompleteDemoConfig,
  registries: Record<Role, Registry>,
  faults: Faults,
): Promise<() => void> {
  const authorization = authorizationFrom(config.authorizationDigestsFile);
  const servers = await Promise.all(
    config.roles.map(({ role, port }) =>
      listen(config, port, (request, response) =>
        answer(request, response, authorization, registries[role], faults),
      ),
    ),
  );
  const files = [config.certificateFile, config.keyFile, config.authorizationDigestsFile];
  const reload = (): void => {
    try {
      const pair = certificate(config);
      for (const server of servers) server.setSecureContext(pair);
      authorization.reload();
    } catch (error) {
      // Between the two writes of a rotation the key does not fit: the next change ends that.
      console.log(`certificate or digests not taken over: ${String(error)}`);
    }
  };
  for (const file of files) watchFile(file, { interval: fileWatchMilliseconds }, reload);
  return () => {
    for (const file of files) unwatchFile(file, reload);
    for (const server of servers) {
      server.close();
      server.closeAllConnections();
    }
  };
}

function certificate(config: CompleteDemoConfig): { cert: Buffer; key: Buffer } {
  return { cert: readFileSync(config.certificateFile), key: readFileSync(config.keyFile) };
}

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

async function listen(config: CompleteDemoConfig, port: number, handler: Handler): Promise<Server> {
  const server = createServer({ ...certificate(config), minVersion: "TLSv1.2" }, (request, response) => {
    handler(request, response).catch((error: unknown) => {
      console.log(`${request.method ?? ""} ${request.url ?? ""}: ${String(error)}`);
      response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, config.address, resolve);
  });
  return server;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  authorization: Authorization,
  registry: Registry,
  faults: Faults,
): Promise<void> {
  if (!authorization.admits(request.headers.authorization)) {
    response.setHeader("WWW-Authenticate", 'Basic realm="trade demo"');
    reply(response, 401, "credentials needed\n");
    return;
  }
  switch (`${request.method ?? ""} ${request.url ?? ""}`) {
    case "GET /metrics":
      reply(response, 200, await registry.metrics(), registry.contentType);
      return;
    case "GET /healthz":
      // The process alone: a Redis that is down must not get the demo restarted.
      reply(response, 200, "ok\n");
      return;
    case "POST /fault":
      await injectFault(request, response, faults);
      return;
    case "GET /fault":
      reply(response, 200, JSON.stringify(faults.current), "application/json");
      return;
    default:
      reply(response, 404, "there are GET /metrics, GET /healthz, GET /fault and POST /fault\n");
  }
}

async function injectFault(
  request: IncomingMessage,
  response: ServerResponse,
  faults: Faults,
): Promise<void> {
  if (!(Number(request.headers["content-length"]) <= largestFault)) {
    reply(response, 413, `Content-Length of at most ${String(largestFault)} bytes expected\n`);
    return;
  }
  try {
    faults.inject(JSON.parse(await text(request)));
    reply(response, 200, JSON.stringify(faults.current), "application/json");
  } catch (error) {
    reply(response, 400, `${error instanceof Error ? error.message : String(error)}\n`);
  }
}

function reply(response: ServerResponse, status: number, body: string, type = "text/plain"): void {
  response.writeHead(status, { "Content-Type": type }).end(body);
}
