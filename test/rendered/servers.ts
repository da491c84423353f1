/** Real servers on loopback, started with rendered arguments and stopped by their process ids. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { request } from "node:https";
import { createServer, type AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";

/** Ports that were free a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}

/** A running server and what it said. */
export interface Server {
  readonly name: string;
  readonly child: ChildProcess;
  readonly log: () => string;
}

/** Starts a server, with what its environment has besides. Its log is kept for the error of {@link until}. */
export function start(
  name: string,
  executable: string,
  given: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Server {
  let log = "";
  const child = spawn(executable, given, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => (log += String(part)));
  return { name, child, log: () => log };
}

/** Ends servers for good; their data is a test's. */
export async function stop(servers: readonly Server[]): Promise<void> {
  await Promise.all(
    servers.map(async ({ child }) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    }),
  );
}

/** How a test comes in. */
export interface Caller {
  readonly ca: string;
  /** `user:password`; absent: no credentials. */
  readonly auth?: string;
  /** Name that the server's certificate must hold. @default the host of the address */
  readonly servername?: string;
}

/** Status and body of a GET over verified TLS; status 0 while nobody listens. */
export async function get(url: string, caller: Caller): Promise<{ status: number; body: string }> {
  const sent = request(url, {
    ca: caller.ca,
    timeout: 2_000,
    ...(caller.auth === undefined ? {} : { auth: caller.auth }),
    ...(caller.servername === undefined ? {} : { servername: caller.servername }),
  });
  sent.on("timeout", () => sent.destroy(new Error("time-out")));
  sent.end();
  try {
    const [answer] = await once(sent, "response");
    return { status: answer.statusCode, body: await text(answer) };
  } catch (error) {
    return { status: 0, body: String(error) };
  }
}

/** Waits for a condition. @throws after `seconds`, with what was last seen and the end of the servers' logs. */
export async function until(
  what: string,
  seconds: number,
  holds: () => Promise<true | string>,
  servers: readonly Server[] = [],
): Promise<void> {
  const end = performance.now() + seconds * 1_000;
  for (;;) {
    const seen = await holds();
    if (seen === true) return;
    const dead = servers.find(({ child }) => child.exitCode !== null);
    if (dead !== undefined || performance.now() > end) {
      const logs = servers.map(({ name, log }) => `--- ${name}\n${log().slice(-1_500)}`).join("\n");
      throw new Error(
        `${what}: not within ${seconds} s${dead ? `, ${dead.name} has ended` : ""}; last: ${seen}\n${logs}`,
      );
    }
    await delay(100);
  }
}
