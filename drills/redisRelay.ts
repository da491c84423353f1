/**
 * Takes connections without a password and passes them on with it. A worker thread: the relay of a benchmark keeps a
 * thread busy, and the drill's own measurements must not wait for it.
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { parentPort, workerData } from "node:worker_threads";

export interface RelayData {
  /** Path of the UNIX socket, in a directory that nobody else may enter. */
  readonly socket: string;
  readonly address: string;
  readonly port: number;
  readonly passwordFile: string;
}

const { socket, address, port, passwordFile } = workerData as RelayData;
const password = readFileSync(passwordFile, "utf8");

createServer((client) => {
  const redis = connect(port, address);
  for (const [one, other] of [
    [client, redis],
    [redis, client],
  ] as const)
    one.setNoDelay(true).once("error", () => other.destroy());
  authenticate(redis)
    .then(() => client.pipe(redis).pipe(client))
    .catch(() => client.destroy());
}).listen(socket, () => parentPort?.postMessage("listening"));

async function authenticate(redis: Socket): Promise<void> {
  await once(redis, "connect");
  redis.write(`*2\r\n$4\r\nAUTH\r\n$${String(Buffer.byteLength(password))}\r\n${password}\r\n`);
  const [answer] = (await once(redis, "data")) as [Buffer];
  if (answer.toString() !== "+OK\r\n") throw new Error("the password was refused");
}
