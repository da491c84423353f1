/** Programs of Linux machines: which builds are known, where they come from and where they lie. */
import type { Executable } from "../hosts.ts";
import { quote } from "./bash.ts";
import { linuxFolders, type LinuxOptions, type LinuxProgram } from "./options.ts";

type Architecture = "amd64" | "arm64";

/** What is known of a build; the sum is absent where none could be found published. */
export type KnownProgram = Omit<LinuxProgram, "sha256"> & { readonly sha256?: string };

/** The builds that the stack is tested with, by the name under which the configuration replaces them. */
export function knownPrograms(architecture: Architecture = "amd64"): Readonly<Record<string, KnownProgram>> {
  const { thanos, nodeExporter } = versions;
  return {
    // No published sum of Thanos' Linux builds is known here: the configuration gives it.
    "thanos-linux": release("thanos-io/thanos", "thanos", thanos, architecture),
    "node_exporter-linux": {
      ...release("prometheus/node_exporter", "node_exporter", nodeExporter, architecture),
      sha256: nodeExporterSums[architecture],
    },
  };
}

/** As in tools/toolchain.json, which tests compare. */
const versions = { thanos: "0.42.0", nodeExporter: "1.12.1" };

/** https://github.com/prometheus/node_exporter/releases/download/v1.12.1/sha256sums.txt */
const nodeExporterSums: Readonly<Record<Architecture, string>> = {
  amd64: "b51d8a76aa2a9156a55d501aca6276fae09e262259a5e4e831d2c2222f084e63",
  arm64: "ad35b605f9954b9f1ffddf5ba054bdc5a98d790b9eae5291e1eeb83f1ecbd0e7",
};

function release(
  repository: string,
  name: string,
  version: string,
  architecture: Architecture,
): KnownProgram {
  const folder = `${name}-${version}.linux-${architecture}`;
  return {
    version,
    url: `https://github.com/${repository}/releases/download/v${version}/${folder}.tar.gz`,
    executable: name,
  };
}

interface PlacedProgram {
  /** Absolute. */
  readonly path: string;
  readonly version: string;
  /** Commands that put it there. */
  readonly install: readonly string[];
}

/**
 * Where a program lies. The version and the start of the sum are in its path, so that a new one changes the unit, and the old
 * one is still there when the unit goes back to it.
 * @throws when nobody says where it comes from.
 */
export function programOf(executable: Executable, options: LinuxOptions): PlacedProgram {
  const there =
    options.installed?.[executable] ?? (executable === "haproxy" ? "/usr/sbin/haproxy" : undefined);
  if (there !== undefined) return { path: there, version: "of the distribution", install: [] };
  const archive = options.programs[executable];
  if (archive === undefined)
    throw new Error(
      `vigil:machines.downloads.${executable}-linux: no build is given; give url and sha256 of its Linux archive`,
    );
  const { programs } = options.folders ?? linuxFolders;
  const path = `${programs}/${executable}-${archive.version}-${archive.sha256.slice(0, 8)}/${executable}`;
  const words = [archive.url, archive.sha256, archive.executable, path].map(quote).join(" ");
  return { path, version: archive.version, install: [`install_program ${words}`] };
}
