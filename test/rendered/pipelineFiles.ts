/** The pipelines that people copy, as their platforms read them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { repository } from "../../cli/engine.ts";

export interface PipelineFile {
  /** `github/preview.yml` */
  readonly name: string;
  readonly path: string;
  readonly text: string;
  readonly document: Readonly<Record<string, unknown>>;
}

export function pipelinesOf(platform: "github" | "gitlab" | "azure"): PipelineFile[] {
  const folder = join(repository, "pipelines", platform);
  return readdirSync(folder).map((file) => {
    const path = join(folder, file);
    const text = readFileSync(path, "utf8");
    return { name: `${platform}/${file}`, path, text, document: parse(text) as PipelineFile["document"] };
  });
}

export interface WorkflowStep {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

export interface WorkflowJob {
  readonly if?: string;
  readonly environment?: string;
  readonly "timeout-minutes"?: number;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly WorkflowStep[];
}

/** Jobs of a workflow of GitHub Actions by name. */
export function jobsOf({ document }: PipelineFile): Readonly<Record<string, WorkflowJob>> {
  return document["jobs"] as Readonly<Record<string, WorkflowJob>>;
}

/** Every text in a document under one of these keys, wherever it is. */
export function textsUnder(keys: readonly string[], value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    const texts = [inner].flat().filter((one): one is string => typeof one === "string");
    return [...(keys.includes(key) ? texts : []), ...textsUnder(keys, inner)];
  });
}
