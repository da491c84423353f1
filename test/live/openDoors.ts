/** What the processes of a stack listen on, and what a door answers to somebody who should not come in. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createConnection } from "node:net";
import { connect, type ConnectionOptions, type PeerCertificate } from "node:tls";

/** A process and everything below it. */
export function processTree(root: number): number[] {
  const parents = new Map(
    readdirSync("/proc")
      .filter((entry) => /^\d+$/.test(entry))
      .map((entry) => [Number(entry), parentOf(Number(entry))]),
  );
  const tree = [root];
  for (const pid of tree)
    tree.push(...[...parents].filter(([, parent]) => parent === pid).map(([child]) => child));
  return tree;
}

/** What a process was started with, NUL between the entries. */
export function processText(pid: number, what: "cmdline" | "environ"): string {
  return readFileSync(`/proc/${String(pid)}/${what}`, "utf8");
}

/** `address:port` of every TCP and UDP socket that these processes listen on. */
export function listeningSockets(pids: readonly number[]): string[] {
  const own = new Set(pids.flatMap(socketsOf));
  return ["tcp", "tcp6", "udp", "udp6"].flatMap((protocol) =>
    readFileSync(`/proc/net/${protocol}`, "utf8")
      .split("\n")
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      // 0A is LISTEN; a UDP socket that waits for anybody is 07.
      .filter(([, , , state, , , , , , inode]) => /^0[A7]$/.test(state ?? "") && own.has(inode ?? ""))
      .map(([, local = ""]) => readable(local)),
  );
}

/** Sends plain HTTP with the credentials of somebody who may come in. @returns the status, or undefined without an answer. */
export async function plainHttpStatus(
  address: string,
  port: number,
  authorization: string,
): Promise<number | undefined> {
  const lines = ["GET /metrics HTTP/1.1", `Host: ${address}`, `Authorization: ${authorization}`, "", ""];
  const answer = await converse(address, port, lines.join("\r\n"));
  const status = /^HTTP\/1\.\d (\d+)/.exec(answer)?.[1];
  return status === undefined ? undefined : Number(status);
}

/** Sends a line and returns what comes back before the other side closes, or falls silent for a second. */
export async function converse(address: string, port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = createConnection({ host: address, port, timeout: 1_000 }, () => socket.write(text));
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
      if (answer.includes("\n")) socket.destroy();
    });
    socket.once("timeout", () => socket.destroy());
    socket.once("error", () => undefined);
    socket.once("close", () => {
      resolve(answer);
    });
  });
}

/** The certificate that a port shows. @throws when it does not verify. */
export async function certificateOf(
  address: string,
  port: number,
  options: ConnectionOptions,
): Promise<PeerCertificate> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, timeout: 5_000, ...options }, () => {
      const certificate = socket.getPeerCertificate();
      socket.destroy();
      resolve(certificate);
    });
    socket.once("timeout", () => socket.destroy(new Error("no handshake within 5 s")));
    socket.once("error", reject);
  });
}

/**
 * Shakes hands and waits to be sent away. In TLS 1.3 a client is done before the server has looked at its certificate.
 * @returns the code of the alert, or what happened instead.
 */
export async function alertFrom(address: string, port: number, options: ConnectionOptions): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, timeout: 3_000, ...options });
    socket.once("data", () => {
      resolve("an answer");
      socket.destroy();
    });
    socket.once("timeout", () => {
      resolve("an open connection");
      socket.destroy();
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? error.message);
    });
    socket.once("close", () => {
      resolve("a closed connection");
    });
  });
}

function parentOf(pid: number): number | undefined {
  try {
    // The name in parentheses may hold blanks and parentheses itself.
    const stat = readFileSync(`/proc/${String(pid)}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return undefined; // it has ended
  }
}

function socketsOf(pid: number): string[] {
  return readdirSync(`/proc/${String(pid)}/fd`).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${String(pid)}/fd/${fd}`))?.slice(1) ?? [];
    } catch {
      return []; // it was closed
    }
  });
}

/** `0100007F:1F90` is 127.0.0.1:8080; longer ones are IPv6 and stay as they are. */
function readable(local: string): string {
  const [address = "", port = ""] = local.split(":");
  const bytes = address.length === 8 ? (address.match(/../g) ?? []).reverse() : undefined;
  const text = bytes?.map((byte) => String(Number.parseInt(byte, 16))).join(".") ?? address;
  return `${text}:${String(Number.parseInt(port, 16))}`;
}
