import { readFile } from "node:fs/promises";
import { request } from "node:https";
import { createConnection } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { PlanSecret, Reload, Service } from "../../monitoring/hosts.ts";
import { readTextFile } from "./files.ts";
import type { StackPaths } from "./paths.ts";
import { basicHeader, fillPlaceholders } from "./secrets.ts";

const attemptTimeout = 2_000;

/** Asks the service's health check once. @returns undefined when healthy, otherwise the reason in a few words. */
export async function unhealthyBecause(
  service: Pick<Service, "health">,
  paths: StackPaths,
  secrets: readonly PlanSecret[],
): Promise<string | undefined> {
  const check = service.health;
  try {
    if (check.kind === "tcp") {
      await converse(check.address, check.port, "", () => true);
      return undefined;
    }
    if (check.kind === "redis") {
      const password = await readFile(join(paths.secrets, check.passwordSecret), "utf8");
      return await redisAnswers(check.address, check.port, password);
    }
    const status = await httpsStatus(check.url, "GET", paths, {
      ...(check.basic === undefined ? {} : { secret: secretNamed(secrets, check.basic) }),
      clientCertificate: check.clientCertificate === true,
    });
    return status === check.status
      ? undefined
      : `answers ${String(status)} instead of ${String(check.status)}`;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === "ECONNREFUSED" ? "does not listen" : (code ?? message);
  }
}

/**
 * Waits until the service is healthy, or the wait is given up.
 * @throws after `timeout` seconds, with the last reason.
 */
export async function waitUntilHealthy(
  service: Pick<Service, "health" | "name">,
  paths: StackPaths,
  secrets: readonly PlanSecret[],
  timeout: number,
  givenUp?: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + timeout * 1_000;
  for (;;) {
    const reason = await unhealthyBecause(service, paths, secrets);
    if (reason === undefined || givenUp?.aborted === true) return;
    if (Date.now() > deadline)
      throw new Error(
        `${service.name} is not healthy after ${String(timeout)} s (${reason}); ${await lastWords(service.name, paths)}`,
      );
    await pause(100);
  }
}

/** Where a service's log is, and its last three lines: they mostly name the reason, and the log may be on another machine. */
export async function lastWords(name: string, paths: StackPaths): Promise<string> {
  const log = join(paths.logs, `${name}.log`);
  const lines = ((await readTextFile(log)) ?? "").split("\n").filter((line) => line.trim() !== "");
  return [`why is in its log: ${log}`, ...lines.slice(-3).map((line) => `  ${line}`)].join("\n");
}

/** Asks a running service to read its configuration again. @throws with the service's answer when it refuses. */
export async function reloadByHttp(
  reload: Extract<Reload, { kind: "http" }>,
  paths: StackPaths,
  secrets: readonly PlanSecret[],
): Promise<void> {
  const call = { secret: secretNamed(secrets, reload.basic), timeout: 30_000 };
  const status = await httpsStatus(reload.url, "POST", paths, call);
  if (status !== 200) throw new Error(`reload was refused: ${reload.url} answered ${String(status)}`);
}

/** Tells a service that has just become healthy what it takes over its API only. @throws when it refuses. */
export async function completeSetup(
  { setup = [], name }: Service,
  paths: StackPaths,
  secrets: readonly PlanSecret[],
): Promise<void> {
  for (const { url, basic, body, accept } of setup) {
    const filled = await fillPlaceholders(body, paths.secrets, secrets);
    const call = { secret: secretNamed(secrets, basic), body: filled, timeout: 30_000 };
    const status = await httpsStatus(url, "POST", paths, call);
    if (!accept.includes(status))
      throw new Error(`${name} refused a part of its setup: ${url} answered ${String(status)}`);
  }
}

interface Call {
  readonly secret?: PlanSecret;
  readonly clientCertificate?: boolean;
  /** JSON. */
  readonly body?: string;
  /** Milliseconds. */
  readonly timeout?: number;
}

async function httpsStatus(url: string, method: string, paths: StackPaths, call: Call): Promise<number> {
  const { body, clientCertificate = false, secret, timeout = attemptTimeout } = call;
  const certificate = async (file: string): Promise<Buffer> => readFile(join(paths.certificates, file));
  const options = {
    method,
    timeout,
    agent: false,
    ca: await certificate("ca.crt"),
    ...(clientCertificate
      ? { cert: await certificate("client.crt"), key: await certificate("client.key") }
      : {}),
    headers: {
      ...(secret === undefined ? {} : { authorization: await basicHeader(paths.secrets, secret) }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
  };
  return new Promise((resolve, reject) => {
    const sent = request(url, options, (response) => {
      response.resume();
      response.once("end", () => resolve(response.statusCode ?? 0));
      // A process that dies in the middle of its answer.
      response.once("error", reject);
    });
    sent.once("timeout", () => sent.destroy(new Error(`no answer within ${String(timeout / 1_000)} s`)));
    sent.once("error", reject);
    sent.end(body);
  });
}

async function redisAnswers(host: string, port: number, password: string): Promise<string | undefined> {
  const answer = await converse(host, port, `AUTH ${password}\r\nPING\r\n`, (text) => /PONG|-\w+/.test(text));
  return answer.includes("+PONG") ? undefined : answer.trim();
}

/** Sends a text and collects what comes back until `enough`. */
async function converse(
  host: string,
  port: number,
  text: string,
  enough: (answer: string) => boolean,
): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = createConnection({ host, port, timeout: attemptTimeout });
    const done = (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => (text === "" ? done() : socket.write(text)));
    socket.on("data", (chunk) => {
      answer += chunk.toString();
      if (enough(answer)) done();
    });
    socket.once("timeout", () => socket.destroy(new Error("no answer within 2 s")));
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("closed the connection")));
  });
}

function secretNamed(secrets: readonly PlanSecret[], name: string): PlanSecret {
  const secret = secrets.find((candidate) => candidate.name === name);
  if (secret === undefined) throw new Error(`no secret is named "${name}" in this stack`);
  return secret;
}
