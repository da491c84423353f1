/** Windows programs on this machine: a Wine of a test's own, and builds of the pinned modules for Windows. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buildWithGo } from "../../tools/build.ts";
import { cacheFolder } from "../../tools/installation.ts";
import type { Pin } from "../../tools/pins.ts";
import { progressTo } from "../../tools/progress.ts";
import { defaultSearchPath, find } from "../../tools/recognise.ts";
import { start, type Server } from "../rendered/servers.ts";

const searchPath = [...defaultSearchPath(), "/usr/lib/wine"];
const compilers = ["x86_64-w64-mingw32-gcc", "x86_64-w64-mingw32-gcc-win32"];

/** Why Windows programs cannot run here; undefined where they can. */
export function noWine(): string | undefined {
  const missing = [
    ...(find("wine64", searchPath) === undefined ? ["wine64"] : []),
    ...(compiler() === undefined ? ["gcc-mingw-w64-x86-64-win32"] : []),
    ...(find("go", searchPath) === undefined ? ["go"] : []),
  ];
  return missing.length === 0
    ? undefined
    : `${missing.join(", ")} not found; install them with the system's packages`;
}

/** One Windows, with nothing on its drive. */
export class Wine {
  readonly #prefix = mkdtempSync(join(tmpdir(), "vigil-wine-"));
  readonly #wine = find("wine64", searchPath) ?? "wine64";

  private constructor() {
    // Made by start().
  }

  /** A Windows 10 with the random numbers that Go asks for, which Wine 8 has under another name only. */
  static async start(): Promise<Wine> {
    const wine = new Wine();
    await wine.run("wineboot", ["-i"]);
    const version = ["add", "HKCU\\Software\\Wine", "/v", "Version", "/d", "win10", "/f"];
    await wine.run("reg", version);
    wine.#provideRandomNumbers();
    return wine;
  }

  /** Where a path of the drive C lies on this machine. */
  path(path: string): string {
    return join(this.#prefix, "drive_c", ...path.replace(/^C:\\/, "").split("\\"));
  }

  write(path: string, content: string): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), content);
  }

  copy(from: string, to: string): void {
    mkdirSync(dirname(this.path(to)), { recursive: true });
    copyFileSync(from, this.path(to));
  }

  /** Runs a program to its end. */
  async run(program: string, words: readonly string[]): Promise<{ code: number; said: string }> {
    const child = spawn(this.#wine, [program, ...words], {
      env: this.#environment(),
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => (said += String(part)));
    const [code] = (await once(child, "exit")) as [number | null];
    return { code: code ?? -1, said };
  }

  /** Starts a program that goes on. */
  start(name: string, program: string, words: readonly string[]): Server {
    return start(name, "env", [
      ...Object.entries(this.#own()).map(([key, value]) => `${key}=${value}`),
      this.#wine,
      program,
      ...words,
    ]);
  }

  /** Ends everything that runs in it, and takes it away. */
  stop(): void {
    const server = find("wineserver64", searchPath) ?? find("wineserver", searchPath);
    if (server !== undefined) spawnSync(server, ["-k"], { env: this.#environment() });
    rmSync(this.#prefix, { recursive: true, force: true });
  }

  #own(): Record<string, string> {
    return { WINEPREFIX: this.#prefix, WINEARCH: "win64", WINEDEBUG: "-all", DISPLAY: "" };
  }

  #environment(): NodeJS.ProcessEnv {
    return { ...process.env, ...this.#own() };
  }

  #provideRandomNumbers(): void {
    const source = join(this.#prefix, "random.c");
    writeFileSync(
      source,
      [
        "#include <windows.h>",
        "BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);",
        "__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE to, SIZE_T size) { return SystemFunction036(to, (ULONG)size); }",
      ].join("\n"),
    );
    const library = this.path("C:\\windows\\system32\\bcryptprimitives.dll");
    const built = spawnSync(compiler() ?? "", ["-shared", "-o", library, source, "-ladvapi32"], {
      encoding: "utf8",
    });
    if (built.status !== 0) throw new Error(`bcryptprimitives.dll could not be built: ${built.stderr}`);
  }
}

/** A pinned module's program as Windows runs it, from the cache or built there (minutes the first time). */
export async function windowsBuild(pin: Pin, program: string): Promise<string> {
  const folder = join(cacheFolder(), "windows", `${pin.name}-${pin.version}-${pin.digest}`);
  const built = join(folder, `${program}.exe`);
  if (existsSync(built)) return built;
  const before = { GOOS: process.env["GOOS"], CGO_ENABLED: process.env["CGO_ENABLED"] };
  Object.assign(process.env, { GOOS: "windows", CGO_ENABLED: "0" });
  try {
    mkdirSync(folder, { recursive: true });
    await buildWithGo(pin, folder, defaultSearchPath(), progressTo());
  } finally {
    for (const [name, value] of Object.entries(before))
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
  }
  return built;
}

function compiler(): string | undefined {
  return compilers.map((name) => find(name, searchPath)).find((path) => path !== undefined);
}
