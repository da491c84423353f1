/** A stack on simulated clouds for one test: own folder, own state, the real engine; gone afterwards. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parse, stringify } from "yaml";
import { repository, type EngineResult } from "../../cli/engine.ts";
import { stackFileOf } from "../../cli/stackRoot.ts";
import { readStackFiles } from "../../configuration/stackFiles.ts";
import { runSimulated } from "../../simulation/engine.ts";
import type { FailureSpec } from "../../simulation/failures.ts";
import { initialise, simulatedStack } from "../../simulation/projectStack.ts";

export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs: Record<string, unknown>;
  readonly outputs: Record<string, unknown>;
  readonly parent?: string;
  readonly protect?: boolean;
  readonly dependencies?: readonly string[];
}

export class SimulatedStack {
  readonly folder: string;
  readonly #project: string;
  readonly #stack: string;
  #failures: FailureSpec = {};

  /**
   * A stack of this repository's own program.
   * @param config `vigil:` keys, without the prefix
   * @param secrets values of `vigil:secrets` by name, which are encrypted on the way
   */
  static async create(
    config: Record<string, unknown>,
    secrets: Readonly<Record<string, string>> = {},
  ): Promise<SimulatedStack> {
    const named = Object.entries(config).map(([key, value]) => [`vigil:${key}`, value]);
    const stack = new SimulatedStack(temporaryFolder(), repository);
    stack.#writeFile({ config: Object.fromEntries(named) });
    const paths = Object.entries(secrets).map(([name, value]) => [`vigil:secrets.${name}`, value]);
    await stack.#initialise(Object.fromEntries(paths) as Record<string, string>);
    return stack;
  }

  /**
   * One of the project's own stacks, as its Pulumi.NAME.yaml has it, with stand-ins for its secrets.
   * @param changes `vigil:` keys that are different, without the prefix
   */
  static async ofStack(name: string, changes: Record<string, unknown> = {}): Promise<SimulatedStack> {
    const stack = new SimulatedStack(temporaryFolder(), repository, name);
    await simulatedStack(stack.folder, stackFileOf(name, readStackFiles(repository)));
    stack.configure(changes);
    return stack;
  }

  /**
   * A stack of a small program, given as the text of its index.ts (other files by name). It may import any @pulumi package,
   * and this repository's modules by absolute path: see `repository` in cli/engine.ts.
   * @param config by full key, such as `aws:region`
   */
  static async ofProgram(
    program: string | Readonly<Record<string, string>>,
    config: Record<string, unknown> = {},
  ): Promise<SimulatedStack> {
    const folder = temporaryFolder();
    const project = join(folder, "project");
    mkdirSync(project);
    symlinkSync(join(repository, "node_modules"), join(project, "node_modules"));
    const stack = new SimulatedStack(folder, project);
    stack.#writeFile({ config });
    stack.write("package.json", JSON.stringify({ name: "probe", type: "module" }));
    stack.write(
      "Pulumi.yaml",
      "name: probe\nruntime: { name: nodejs, options: { typescript: false } }\nmain: index.ts\n",
    );
    const files = typeof program === "string" ? { "index.ts": program } : program;
    for (const [name, text] of Object.entries(files)) stack.write(name, text);
    await stack.#initialise({});
    return stack;
  }

  private constructor(folder: string, project: string, stack = "test") {
    this.folder = folder;
    this.#project = project;
    this.#stack = stack;
  }

  /** Writes a file of a small program. */
  write(name: string, text: string): void {
    mkdirSync(dirname(join(this.#project, name)), { recursive: true });
    writeFileSync(join(this.#project, name), text);
  }

  /** Failures of the commands that follow, until called again: see simulation/failures.ts. */
  fail(failures: FailureSpec): void {
    this.#failures = failures;
  }

  /** `pulumi up`, whatever comes of it. */
  tryUp(...flags: string[]): Promise<EngineResult> {
    return this.#engine(["up", "--yes", "--skip-preview", "--parallel", "64", ...flags]);
  }

  /** `pulumi up`. @throws with the engine's output when it fails */
  async up(...flags: string[]): Promise<EngineResult> {
    return succeeded("up", await this.tryUp(...flags));
  }

  /** `pulumi preview --diff`, whatever comes of it. */
  preview(...flags: string[]): Promise<EngineResult> {
    return this.#engine(["preview", "--diff", "--parallel", "64", ...flags]);
  }

  /** `pulumi refresh`. @throws with the engine's output when it fails */
  async refresh(...flags: string[]): Promise<EngineResult> {
    return succeeded("refresh", await this.#engine(["refresh", "--yes", "--skip-preview", ...flags]));
  }

  /** `pulumi destroy`, whatever comes of it. */
  destroy(...flags: string[]): Promise<EngineResult> {
    return this.#engine(["destroy", "--yes", "--skip-preview", ...flags]);
  }

  /** The resources of the stack: secrets opened, or as they are stored with `raw`. */
  async state({ raw = false }: { raw?: boolean } = {}): Promise<StateResource[]> {
    const { stdout } = await this.export(raw);
    const { deployment } = JSON.parse(stdout, raw ? undefined : opened) as {
      deployment: { resources?: StateResource[] };
    };
    return deployment.resources ?? [];
  }

  /** `pulumi stack export`, as text. */
  async export(raw = true): Promise<EngineResult> {
    return succeeded("export", await this.#engine(["stack", "export", ...(raw ? [] : ["--show-secrets"])]));
  }

  /** Changes keys of the configuration: `vigil:` keys without the prefix for this repository's program, else full ones. */
  configure(changes: Record<string, unknown>): void {
    const prefix = this.#project === repository ? "vigil:" : "";
    const named = Object.entries(changes).map(([key, value]) => [`${prefix}${key}`, value]);
    const { config, ...rest } = parse(readFileSync(this.#configFile, "utf8")) as StackConfiguration;
    this.#writeFile({ ...rest, config: { ...config, ...Object.fromEntries(named) } });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #initialise(secrets: Readonly<Record<string, string>>): Promise<void> {
    return initialise(this.folder, this.#stack, (args) => this.#engine(args), secrets);
  }

  #engine(args: readonly string[]): Promise<EngineResult> {
    return runSimulated(this.folder, args, {
      stack: this.#stack,
      cwd: this.#project,
      configFile: this.#configFile,
      failures: this.#failures,
    });
  }

  get #configFile(): string {
    return join(this.folder, `Pulumi.${this.#stack}.yaml`);
  }

  /** What the engine has encrypted, and the salt that it did it with, is in the file only. */
  #writeFile(configuration: StackConfiguration): void {
    writeFileSync(this.#configFile, stringify(configuration), { mode: 0o600 });
  }
}

interface StackConfiguration {
  readonly encryptionsalt?: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

/** An export with `--show-secrets` holds a secret as JSON in `plaintext`. */
function opened(_: string, value: unknown): unknown {
  const isSecret = typeof value === "object" && value !== null && "plaintext" in value;
  return isSecret ? (JSON.parse(String(value.plaintext)) as unknown) : value;
}

function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), "vigil-simulated-"));
}

function succeeded(what: string, result: EngineResult): EngineResult {
  if (result.code === 0) return result;
  throw new Error(`${what} failed:\n${result.stdout}\n${result.stderr}`);
}
