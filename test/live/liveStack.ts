/** A real stack for one test file: own folder, own ports, own Pulumi state; gone afterwards. */
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parse, stringify } from "yaml";
import { runPulumi, type EngineResult } from "../../cli/engine.ts";
import { shutDown } from "../../components/local/supervisor.ts";
import { stackPaths } from "../../components/local/paths.ts";
import { StackClient } from "../../drills/stackClient.ts";

/** Of a stack that writes to Thanos Receive. Copies of every sample are in the bucket: the compactor needs more room. */
export const receiving = { longTerm: "receive", sizing: { "thanos-compactor": { volume: "128GiB" } } };

export class LiveStack {
  readonly folder: string;
  readonly root: string;
  readonly portBase: number;
  readonly #clients: StackClient[] = [];
  #config: Record<string, unknown>;

  /**
   * Brings a stack up.
   * @param config `vigil:` keys besides directory and ports, without the prefix
   * @param secrets values of `vigil:secrets` by name, which are encrypted on the way
   */
  static async up(
    config: Record<string, unknown> = {},
    secrets: Readonly<Record<string, string>> = {},
  ): Promise<LiveStack> {
    const stack = new LiveStack(await freePortBase(), config);
    try {
      await stack.#engine(["stack", "init", "test"]);
      for (const [name, value] of Object.entries(secrets)) await stack.setSecret(name, value);
      await stack.apply();
      return stack;
    } catch (error) {
      await stack.down();
      throw error;
    }
  }

  private constructor(portBase: number, config: Record<string, unknown>) {
    this.folder = mkdtempSync(join(tmpdir(), "vigil-live-"));
    this.root = join(this.folder, "stack");
    this.portBase = portBase;
    this.#config = config;
    this.#writeConfig();
  }

  /** Gives the configuration a secret, for the next `apply`. @throws with the engine's output when it fails. */
  async setSecret(name: string, value: string): Promise<void> {
    const path = `vigil:secrets.${name}`;
    const result = await this.#engine(["config", "set", "--secret", "--path", path, value]);
    if (result.code !== 0) throw new Error(`pulumi config set failed:\n${result.stdout}\n${result.stderr}`);
  }

  /** `pulumi up`, with these keys changed from now on. @throws with the engine's output when it fails. */
  async apply(changes: Record<string, unknown> = {}): Promise<EngineResult> {
    const result = await this.tryApply(changes);
    if (result.code !== 0) throw new Error(`pulumi up failed:\n${result.stdout}\n${result.stderr}`);
    return result;
  }

  /** The same, for changes that are expected to fail. */
  async tryApply(changes: Record<string, unknown> = {}): Promise<EngineResult> {
    this.#config = { ...this.#config, ...changes };
    this.#writeConfig();
    return this.#engine(["up", "--yes", "--skip-preview", "--parallel", "64"]);
  }

  /** `pulumi preview`, with these keys changed from now on. */
  async preview(changes: Record<string, unknown> = {}): Promise<EngineResult> {
    this.#config = { ...this.#config, ...changes };
    this.#writeConfig();
    return this.#engine(["preview", "--diff"]);
  }

  /** The exported state of the stack, as text. */
  async state(): Promise<string> {
    return (await this.#engine(["stack", "export"])).stdout;
  }

  /** Open until the stack is down. */
  async client(): Promise<StackClient> {
    const client = await StackClient.of(this.root);
    this.#clients.push(client);
    return client;
  }

  async down(): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.#engine(["destroy", "--yes", "--skip-preview", "--parallel", "64"]);
    await shutDown(stackPaths(this.root));
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #engine(args: readonly string[]): Promise<EngineResult> {
    const stack = args[0] === "stack" && args[1] === "init" ? [] : ["--stack", "test"];
    const config = ["up", "preview", "destroy", "config"].includes(args[0] ?? "")
      ? ["--config-file", this.#configFile]
      : [];
    return runPulumi([...args, ...stack, ...config], {
      env: {
        PULUMI_BACKEND_URL: `file://${this.folder}`,
        PULUMI_CONFIG_PASSPHRASE: "test",
        PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true",
      },
    });
  }

  get #configFile(): string {
    return join(this.folder, "Pulumi.test.yaml");
  }

  #writeConfig(): void {
    const own = { directory: this.root, portBase: this.portBase, grafana: "off" };
    const keys = Object.entries({ ...own, ...this.#config });
    // What the engine has encrypted, and the salt that it did it with, stays as it is.
    const { encryptionsalt, config } = existsSync(this.#configFile)
      ? (parse(readFileSync(this.#configFile, "utf8")) as StackFile)
      : {};
    const secrets = config?.["vigil:secrets"];
    const text = stringify({
      ...(encryptionsalt === undefined ? {} : { encryptionsalt }),
      config: {
        ...Object.fromEntries(keys.map(([key, value]) => [`vigil:${key}`, value])),
        ...(secrets === undefined ? {} : { "vigil:secrets": secrets }),
      },
    });
    writeFileSync(this.#configFile, text, { mode: 0o600 });
  }
}

interface StackFile {
  readonly encryptionsalt?: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

/** Waits until `condition` gives something; the milliseconds that it took come with it. @throws after `seconds`. */
export async function eventually<T>(
  what: string,
  seconds: number,
  condition: () => Promise<T | undefined | false>,
): Promise<{ value: T; milliseconds: number }> {
  const start = Date.now();
  let last: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value !== undefined && value !== false) return { value, milliseconds: Date.now() - start };
    } catch (error) {
      last = error;
    }
    if (Date.now() - start > seconds * 1_000)
      throw new Error(
        `${what}: not within ${String(seconds)} s${last instanceof Error ? ` (${last.message})` : ""}`,
      );
    await pause(50);
  }
}

/**
 * A block of 200 ports below the range of outgoing connections. Its last one, which no stack uses, is held until this
 * process ends, so that a test file that starts at the same time takes another block.
 */
export async function freePortBase(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const base = 22_000 + 200 * Math.floor(Math.random() * 45);
    const claim = await listenOn(base + 199);
    if (claim === undefined) continue;
    const others = [0, 10, 100, 119, 130, 131, 132, 133].map(async (offset) => listenOn(base + offset));
    const servers = await Promise.all(others);
    await Promise.all(servers.map(async (server) => server && once(server.close(), "close")));
    if (!servers.includes(undefined)) {
      claim.unref();
      return base;
    }
    claim.close();
  }
  throw new Error("no free block of ports between 22000 and 31000");
}

/** Undefined where the port is taken. */
async function listenOn(port: number): Promise<Server | undefined> {
  const server = createServer().listen(port, "127.0.0.1");
  return once(server, "listening").then(
    () => server,
    () => undefined,
  );
}
