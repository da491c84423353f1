/** A Pulumi project in a folder of its own, with this repository's engine and SDK, removed after the test. */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runPulumi, repository, type EngineOptions, type EngineResult } from "../../cli/engine.ts";
import { createStack } from "../../cli/pulumi.ts";

export interface TemporaryProject {
  readonly folder: string;
  /** Writes a file of the project; `index.ts` is its program. */
  write(name: string, text: string): void;
  /** Runs a command on the stack `dev`. */
  pulumi(args: readonly string[], options?: EngineOptions): Promise<EngineResult>;
  /** The stack's state, secrets as they are stored. */
  state(): Promise<{ urn: string; type: string; id?: string; inputs: State; outputs: State }[]>;
  remove(): void;
}

type State = Record<string, unknown>;

export async function temporaryProject(files: Record<string, string>): Promise<TemporaryProject> {
  const folder = mkdtempSync(join(tmpdir(), "vigil-engine-"));
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
  const project: TemporaryProject = {
    folder,
    write(name, text) {
      writeFileSync(join(folder, name), text);
    },
    pulumi(args, options = {}) {
      return runPulumi([...args, "--stack", "dev"], { ...options, cwd: folder });
    },
    async state() {
      const { stdout } = await project.pulumi(["stack", "export"]);
      const { deployment } = JSON.parse(stdout) as {
        deployment: { resources?: Awaited<ReturnType<typeof project.state>> };
      };
      return deployment.resources ?? [];
    },
    remove() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
  project.write("package.json", JSON.stringify({ name: "probe", type: "module" }));
  project.write(
    "Pulumi.yaml",
    "name: probe\nruntime: { name: nodejs, options: { typescript: false } }\nmain: index.ts\n",
  );
  for (const [name, text] of Object.entries(files)) project.write(name, text);
  await createStack("dev", folder);
  return project;
}

/** How often `text` stands in the engine's output. */
export function occurrences(result: EngineResult, text: string): number {
  return `${result.stdout}\n${result.stderr}`.split(text).length - 1;
}
