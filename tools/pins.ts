import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import pinned from "./toolchain.json" with { type: "json" };

/** Every tool that `toolchain.json` pins. */
export type ToolName = keyof typeof pinned.tools;

const version = z.string().regex(/^\d+\.\d+\.\d+$/, "three numbers are expected, such as 3.15.0");
const words = z.array(z.string().min(1)).min(1);

const pinSchema = z.strictObject({
  version: version.describe("What a release or a build must report"),
  optional: z.boolean().default(false).describe("The stack can do without it"),
  provides: words.describe("The executables it brings"),
  aliases: z.record(z.string(), z.string()).default({}).describe("What a distribution calls an executable"),
  checks: z
    .array(z.strictObject({ run: words, prints: z.string() }))
    .min(1)
    .describe("Smoke tests: the output must match `prints`; its group 1, where there is one, is the version"),
  accept: z
    .strictObject({ atLeast: version, below: version.optional() })
    .describe("Versions that will do when they come from PATH or from a package"),
  onPath: z.boolean().default(false).describe("Whether one on PATH may serve"),
  release: z
    .strictObject({
      url: z.string().describe("A .tar.gz with one top folder; {version}, {os} and {arch} are filled in"),
      checksums: z.string().describe("The sha256 sums published with it: `sum  name` lines, or one bare sum"),
      arch: z.record(z.string(), z.string()).default({}).describe("Names of architectures other than Go's"),
      unpackInto: z
        .enum(["bin", "."])
        .default("bin")
        .describe('"." for an archive with a bin folder of its own'),
    })
    .optional(),
  build: z
    .strictObject({
      module: z.string().describe("Folder of the go.mod and go.sum, relative to this one"),
      packages: words,
      tags: z.array(z.string()).default([]),
      ldflags: z.array(z.string()).default([]),
    })
    .optional(),
  package: z
    .strictObject({
      apt: words.optional(),
      brew: words.optional(),
      services: z.array(z.string()).default([]).describe("Units that the package would start at boot"),
    })
    .optional(),
});

/** How one tool is recognised and obtained. */
export interface Pin extends z.output<typeof pinSchema> {
  readonly name: string;
  /** Identifies the pin, its Go module and the platform: a changed pin is another installation. */
  readonly digest: string;
}

/** The pin of one tool in `toolchain.json`. */
export function pinOf(name: ToolName): Pin {
  return definePin(name, pinned.tools[name], import.meta.dirname);
}

export const toolNames = Object.keys(pinned.tools) as ToolName[];

/** Checks one entry of a toolchain file that lies in `folder`. Throws when it is not a pin, naming the key. */
export function definePin(name: string, entry: unknown, folder: string): Pin {
  const parsed = pinSchema.safeParse(entry);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    throw new Error(`toolchain.json, tool ${name}: ${faults.join("; ")}`);
  }
  const pin = parsed.data;
  const hash = createHash("sha256").update(JSON.stringify([name, pin, process.platform, process.arch]));
  if (pin.build) {
    pin.build.module = join(folder, pin.build.module);
    for (const file of ["go.mod", "go.sum"]) hash.update(readFileSync(join(pin.build.module, file)));
  }
  return { ...pin, name, digest: hash.digest("hex").slice(0, 12) };
}

/** Fills {version}, {os} and {arch} in. */
export function fillIn(pin: Pin, template: string): string {
  const goArch = process.arch === "x64" ? "amd64" : process.arch;
  const arch = pin.release?.arch[process.arch] ?? goArch;
  const values: Record<string, string> = { version: pin.version, os: process.platform, arch };
  return template.replace(/\{(version|os|arch)\}/g, (whole, key: string) => values[key] ?? whole);
}

/** Whether `found` lies within what the pin accepts; of both, three numbers are compared. */
export function isAccepted(pin: Pin, found: string): boolean {
  const { atLeast, below } = pin.accept;
  return compareVersions(found, atLeast) >= 0 && (below === undefined || compareVersions(found, below) < 0);
}

function compareVersions(left: string, right: string): number {
  const [a, b] = [left.split(".").map(Number), right.split(".").map(Number)];
  return [0, 1, 2].map((i) => (a[i] ?? 0) - (b[i] ?? 0)).find((difference) => difference !== 0) ?? 0;
}
