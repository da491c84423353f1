/** Makes a few readable lines of the many that the engine prints. */
import type { EngineResult } from "./engine.ts";
import { colour } from "./terminal.ts";

export interface Progress {
  /** Takes each line of the engine; shows what a person waits for. */
  readonly line: (line: string) => void;
  /** What changed, in one line. */
  readonly changes: () => string;
  /** The messages of a failed run, each once. */
  readonly errors: (result: EngineResult) => string;
}

/** Service lines look like ` +  pulumi-nodejs:dynamic/vigil:Service prometheus-1 created (2s)`. */
const serviceDone = /vigil:Service (\S+) (created|updated|deleted|replaced)\b(?: \((\S+)\))?/;
const summary = /^\s+(?:[+~-] |\+-)(\d+) (\w+)/;
const warning = /^\s+(?:warning|error): (.+)$/;

export function summarise(): Progress {
  const done = new Set<string>();
  const counts: string[] = [];
  const warned = new Set<string>();
  return {
    line: (line) => {
      const [, name = "", what = "", took] = serviceDone.exec(line) ?? [];
      if (name !== "" && !done.has(name)) {
        done.add(name);
        console.log(`  ${what} ${name}${took === undefined ? "" : colour("dim", ` ${took}`)}`);
      }
      const [, count, verb] = summary.exec(line) ?? [];
      if (count !== undefined && verb !== undefined) counts.push(`${count} ${verb}`);
      const [, text] = warning.exec(line) ?? [];
      if (text !== undefined && line.includes("warning:") && !warned.has(text)) {
        warned.add(text);
        console.log(`${colour("amber", "note:")} ${text}`);
      }
    },
    changes: () =>
      counts.length === 0 ? "No changes: everything is as declared." : `Changed: ${counts.join(", ")}.`,
    errors: ({ stdout, stderr }) => {
      const lines = [...stdout.split("\n"), ...stderr.split("\n")];
      const start = lines.findIndex((line) => line.startsWith("Diagnostics:"));
      const end = lines.findIndex((line, at) => at > start && /^(Outputs|Resources|Duration):/.test(line));
      const shown = start === -1 ? lines : lines.slice(start + 1, end === -1 ? undefined : end);
      return [...new Set(shown.map((line) => line.trim()))].filter((line) => line !== "").join("\n");
    },
  };
}
