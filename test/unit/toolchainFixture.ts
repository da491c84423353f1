import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { definePin, type Pin } from "../../tools/pins.ts";
import type { ToolchainOptions } from "../../tools/toolchain.ts";

/** A script that reports itself as the tool `demo`. */
export function demoOf(version: string): string {
  return `#!/bin/sh\necho demo, version ${version}\n`;
}

/** A stand-in for Go 1.26 whose `build -o <folder>` runs `script` with the folder as $2. */
export function goThat(script: string): string {
  return `#!/bin/sh
case "$1" in
  version) echo go version go1.26.0 linux/amd64 ;;
  build) while [ "$1" != -o ]; do shift; done; ${script} ;;
esac
`;
}

/** One that builds the demo. */
export const goodGo = goThat("printf '#!/bin/sh\\necho demo, version 1.2.3\\n' > $2/demo; chmod +x $2/demo");

/** An empty cache, an empty PATH, and a server on loopback that publishes releases of `demo`. */
export interface Workbench {
  readonly root: string;
  readonly options: ToolchainOptions & { cache: string };
  /** Lines of progress. */
  readonly lines: string[];
  /** Paths that the server was asked for. */
  readonly requests: string[];
  readonly published: { archive: Buffer; checksums: string };
  /** The pin of `demo` 1.2.3 as it stands in a toolchain file. */
  readonly entry: Record<string, unknown>;
  demo(changes?: Record<string, unknown>): Pin;
  /** Puts an executable on PATH. */
  onPath(name: string, script: string): void;
  /** Publishes a release whose `demo` is `script`. */
  publish(script: string): void;
  close(): void;
}

export async function openWorkbench(): Promise<Workbench> {
  const root = mkdtempSync(join(tmpdir(), "vigil-toolchain-"));
  const bin = join(root, "path");
  const top = join(root, "demo-1.2.3");
  for (const folder of [bin, top]) mkdirSync(folder);
  for (const file of ["go.mod", "go.sum"]) writeFileSync(join(root, file), "");
  const lines: string[] = [];
  const requests: string[] = [];
  const published = { archive: Buffer.alloc(0), checksums: "" };

  const server = createServer((request, response) => {
    const path = request.url ?? "";
    requests.push(path);
    response.end(path === "/sums" ? published.checksums : published.archive);
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const entry = {
    version: "1.2.3",
    provides: ["demo"],
    checks: [{ run: ["demo", "--version"], prints: "demo, version (\\d+\\.\\d+\\.\\d+)" }],
    accept: { atLeast: "1.2.0", below: "2.0.0" },
    onPath: true,
    release: { url: `${origin}/demo-{version}.tar.gz`, checksums: `${origin}/sums` },
    build: { module: ".", packages: ["example.org/demo"] },
  };

  const bench: Workbench = {
    root,
    options: { cache: join(root, "cache"), searchPath: [bin], log: (line) => lines.push(line) },
    lines,
    requests,
    published,
    entry,
    demo: (changes = {}) => definePin("demo", { ...entry, ...changes }, root),
    onPath(name, script) {
      writeFileSync(join(bin, name), script, { mode: 0o755 });
    },
    publish(script) {
      writeFileSync(join(top, "demo"), script, { mode: 0o755 });
      published.archive = execFileSync("tar", ["-cz", "-C", root, "demo-1.2.3"]);
      const sum = createHash("sha256").update(published.archive).digest("hex");
      published.checksums = `${sum}  demo-1.2.3.tar.gz\n`;
    },
    close() {
      server.closeAllConnections();
      server.close();
      rmSync(root, { recursive: true });
    },
  };
  bench.publish(demoOf("1.2.3"));
  return bench;
}
