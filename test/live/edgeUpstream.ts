/**
 * A service behind the edge, as a process of its own so that it can be killed: HTTPS, ready for the stack's users only, and it
 * tells its parent what arrives. `?drop=N` closes the connection without an answer the first N times.
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:https";

/** What the parent is told of each request but health checks. */
export interface Arrival {
  readonly name: string;
  readonly method: string;
  readonly url: string;
  readonly authorization: string | undefined;
}

const [name = "", port = "", pem = "", ...users] = process.argv.slice(2);
const dropped = new Map<string, number>();
const credentials = readFileSync(pem);

const server = createServer({ cert: credentials, key: credentials }, (request, response) => {
  const url = request.url ?? "";
  const { authorization } = request.headers;
  const isCheck = request.headers.host === "edge-check";
  if (!isCheck) {
    const arrival: Arrival = { name, method: request.method ?? "", url, authorization };
    process.send?.(arrival);
  }
  if (url === "/-/ready" || url === "/api/health") {
    response.writeHead(users.includes(authorization ?? "") || url === "/api/health" ? 200 : 401).end();
    return;
  }
  const drops = Number(new URL(url, "https://x").searchParams.get("drop") ?? 0);
  const before = dropped.get(url) ?? 0;
  if (before < drops) {
    dropped.set(url, before + 1);
    request.socket.destroy();
    return;
  }
  request.resume().on("end", () => response.end(name));
});
server.listen(Number(port), "127.0.0.1", () => process.send?.("listening"));
process.on("disconnect", () => process.exit());
