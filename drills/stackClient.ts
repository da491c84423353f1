/** A running local stack as its users see it: requests through the edge, and the processes behind it. */
import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { join } from "node:path";
import type { EdgeName } from "../monitoring/hosts.ts";
import { unhealthyBecause } from "../components/local/health.ts";
import { readInventory, type Inventory } from "../components/local/inventory.ts";
import { basicHeader } from "../components/local/secrets.ts";
import { withSupervisor, type Supervised } from "../components/local/supervisor.ts";

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

export interface RequestOptions {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Name of the user's secret, or false for nobody. @default "human" */
  readonly as?: string | false;
  /** Milliseconds. @default 30 000 */
  readonly timeout?: number;
}

export class StackClient {
  readonly inventory: Inventory;
  readonly #agent: Agent;
  readonly #authorization: ReadonlyMap<string, string>;

  /** @throws when nothing is deployed in `root`. */
  static async of(root: string): Promise<StackClient> {
    const inventory = await readInventory(root);
    if (inventory.services.length === 0) throw new Error(`no stack in ${root}; run: npm start`);
    const users = inventory.secrets.filter(({ username }) => username !== undefined);
    const headers = await Promise.all(
      users.map(async (user) => [user.name, await basicHeader(inventory.paths.secrets, user)] as const),
    );
    return new StackClient(inventory, new Map(headers));
  }

  private constructor(inventory: Inventory, authorization: ReadonlyMap<string, string>) {
    this.inventory = inventory;
    this.#authorization = authorization;
    this.#agent = new Agent({ ca: this.certificateAuthority, keepAlive: true, maxSockets: 50 });
  }

  get certificateAuthority(): Buffer {
    return readFileSync(join(this.inventory.paths.certificates, "ca.crt"));
  }

  /** URL of a user interface. @throws when the stack does not have it. */
  endpoint(name: EdgeName): string {
    const url = this.inventory.endpoints[name];
    if (url === undefined) throw new Error(`the stack has no ${name}`);
    return url;
  }

  /** Sends a request with the stack's authority trusted; every answer resolves, a broken connection rejects. */
  async request(url: string, options: RequestOptions = {}): Promise<Answer> {
    const { as = "human", body, method = "GET", timeout = 30_000 } = options;
    const authorization = as === false ? undefined : this.#authorization.get(as);
    const headers = {
      ...(authorization === undefined ? {} : { authorization }),
      ...(body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) }),
      ...options.headers,
    };
    return new Promise((resolve, reject) => {
      const call = request(url, { method, headers, agent: this.#agent, timeout }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.once("end", () => {
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
        });
        response.once("error", reject);
      });
      call.once("timeout", () => call.destroy(new Error(`no answer within ${String(timeout)} ms`)));
      call.once("error", reject);
      call.end(body);
    });
  }

  /**
   * An instant query, deduplicated, through the edge.
   * @param at `query` asks Thanos, `prometheus` the pair's primary.
   * @throws when the answer is not a success.
   */
  async query(expression: string, at: "query" | "prometheus" = "query"): Promise<Series[]> {
    const url = `${this.endpoint(at)}/api/v1/query?query=${encodeURIComponent(expression)}`;
    const { status, body } = await this.request(url);
    const answer = JSON.parse(body) as { status: string; error?: string; data?: { result: Series[] } };
    if (status !== 200 || answer.data === undefined)
      throw new Error(`query ${expression}: ${String(status)} ${answer.error ?? body}`);
    return answer.data.result;
  }

  /** What the supervisor runs, by service name. */
  async processes(): Promise<ReadonlyMap<string, Supervised>> {
    const list = await withSupervisor(this.inventory.paths, async (supervisor) => supervisor.list());
    return new Map(list.map((process) => [process.name, process]));
  }

  /** Undefined when healthy, otherwise why not. */
  async unhealthy(name: string): Promise<string | undefined> {
    const service = this.inventory.services.find((candidate) => candidate.name === name);
    if (service === undefined) return "is not deployed";
    return unhealthyBecause(service, this.inventory.paths, this.inventory.secrets);
  }

  log(name: string): string {
    return readFileSync(join(this.inventory.paths.logs, `${name}.log`), "utf8");
  }

  close(): void {
    this.#agent.destroy();
  }
}
