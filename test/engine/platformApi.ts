/** The REST API of a platform on this machine, as much of it as a gate needs: comments and issues, by one account. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

interface Written {
  body: string;
  title?: string;
  state?: string;
}

export class PlatformApi {
  /** Comments, in the order of their making. */
  readonly posts: Written[] = [];
  readonly issues: Written[] = [];
  readonly #server: Server;
  #refusal: { readonly status: number; readonly message: string } | undefined;

  static async start(): Promise<PlatformApi> {
    const api = new PlatformApi();
    await new Promise<void>((resolve) => api.#server.listen(0, "127.0.0.1", resolve));
    return api;
  }

  private constructor() {
    this.#server = createServer((request, response) => {
      void this.#answer(request).then(({ status, body }) => {
        response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
      });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  refuse(status: number, message: string): void {
    this.#refusal = { status, message };
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) =>
      this.#server.close(() => {
        resolve();
      }),
    );
  }

  async #answer(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    const { status = 0, message = "" } = this.#refusal ?? {};
    if (status !== 0) return { status, body: { message } };
    if (request.headers.authorization !== "Bearer token-of-the-job")
      return { status: 401, body: { message: "Bad credentials" } };
    const { pathname } = new URL(request.url ?? "/", this.url);
    const given = request.method === "GET" ? {} : ((await json(request)) as Partial<Written>);
    const path = pathname.replace("/repos/example/monitoring", "");
    const [, comment] = /^\/issues\/comments\/(\d+)$/.exec(path) ?? [];
    const [, issue] = /^\/issues\/(\d+)$/.exec(path) ?? [];
    const user = { type: "Bot" };
    const listed = (all: readonly Written[]) =>
      all
        .map((one, index) => ({ ...one, id: index, number: index, user }))
        .filter(({ state }) => state !== "closed");
    switch (`${request.method ?? ""} ${path}`) {
      case "GET /issues/7/comments":
        // Somebody has copied the gate's comment: it is not the gate's.
        return {
          status: 200,
          body: [
            ...this.posts.map(({ body }) => ({ id: 99, body, user: { type: "User" } })),
            ...listed(this.posts),
          ],
        };
      case "POST /issues/7/comments":
        this.posts.push(given as Written);
        return { status: 201, body: given };
      case "GET /issues":
        return { status: 200, body: listed(this.issues) };
      case "POST /issues":
        this.issues.push(given as Written);
        return { status: 201, body: given };
    }
    const target = comment === undefined ? this.issues[Number(issue)] : this.posts[Number(comment)];
    if (request.method !== "PATCH" || target === undefined)
      return { status: 404, body: { message: "Not Found" } };
    return { status: 200, body: Object.assign(target, given) };
  }
}
