/**
 * Official Windows builds, each with the SHA-256 of its file. A hash is here only where published sources agree on it; what
 * has none must be given by the configuration (`vigil:machines.downloads.NAME`), and a preview says so by name.
 */
import type { Finding } from "../checks/finding.ts";
import type { Executable } from "../hosts.ts";

/** What a Windows machine can be asked to have. */
export type WindowsProgram = Exclude<Executable, "node_exporter" | "redis-server" | "node"> | Wrapper;

/** What speaks to the service manager for programs that do not. */
export type Wrapper = "winsw" | "nssm" | "shawl";

/** A file to download. */
export interface Download {
  /** `https://…`, ending in `.zip`, `.tar.gz` or `.exe`. */
  readonly url: string;
  /** 64 small hexadecimal digits. */
  readonly sha256: string;
}

interface Pin {
  readonly version: string;
  readonly url: string;
  readonly sha256?: string;
  /** Path of the program in its archive, below the one folder that the archive has. */
  readonly path: string;
}

const prometheusProject = (name: string, version: string, archive: string): string =>
  `https://github.com/prometheus/${name}/releases/download/v${version}/${name}-${version}.windows-amd64.${archive}`;

/** The pins, of the versions of `tools/toolchain.json`, or of a later patch where only that has a published hash. */
export const windowsPins: Readonly<Record<WindowsProgram, Pin>> = {
  prometheus: {
    version: "3.15.0",
    url: prometheusProject("prometheus", "3.15.0", "zip"),
    // The release's sha256sums.txt, as four public repositories pin it.
    sha256: "5d333b385557d9adc2ff015d13da9809baccc52fb800a82d1e5c94b79258f87e",
    path: "prometheus.exe",
  },
  thanos: {
    version: "0.42.0",
    url: "https://github.com/thanos-io/thanos/releases/download/v0.42.0/thanos-0.42.0.windows-amd64.tar.gz",
    path: "thanos.exe",
  },
  alertmanager: {
    version: "0.31.1",
    url: prometheusProject("alertmanager", "0.31.1", "zip"),
    path: "alertmanager.exe",
  },
  pushgateway: {
    version: "1.11.3",
    url: prometheusProject("pushgateway", "1.11.3", "tar.gz"),
    // ScoopInstaller/Main, bucket/prometheus-pushgateway.json.
    sha256: "ba22eae5fe5434446cac98ee620accfdb392852583908919e5faa5860da9dc10",
    path: "pushgateway.exe",
  },
  blackbox_exporter: {
    version: "0.25.0",
    url: prometheusProject("blackbox_exporter", "0.25.0", "zip"),
    path: "blackbox_exporter.exe",
  },
  redis_exporter: {
    version: "1.87.0",
    url: "https://github.com/oliver006/redis_exporter/releases/download/v1.87.0/redis_exporter-v1.87.0.windows-amd64.zip",
    path: "redis_exporter.exe",
  },
  windows_exporter: {
    version: "0.31.8",
    url: "https://github.com/prometheus-community/windows_exporter/releases/download/v0.31.8/windows_exporter-0.31.8-amd64.exe",
    // Three public installers verify this value of the release's file.
    sha256: "03bb0fe80b8ad0b4e39606b96c4c5cc56b1f766760011ea2b00111157c6ef077",
    path: "windows_exporter.exe",
  },
  grafana: {
    version: "13.2.2",
    url: "https://dl.grafana.com/grafana/release/13.2.2/grafana_13.2.2_34846740809_windows_amd64.tar.gz",
    // Two public installers verify this value.
    sha256: "3372d0577aa271b7d724fba7e402bc90f49653f86827900fea4a12ad67b46da5",
    path: "bin\\grafana.exe",
  },
  // HAProxy has no official Windows build: only one that the configuration names.
  haproxy: { version: "", url: "", path: "haproxy.exe" },
  winsw: {
    version: "2.12.0",
    url: "https://github.com/winsw/winsw/releases/download/v2.12.0/WinSW-x64.exe",
    // ScoopInstaller/Main, bucket/winsw.json.
    sha256: "05b82d46ad331cc16bdc00de5c6332c1ef818df8ceefcd49c726553209b3a0da",
    path: "winsw.exe",
  },
  nssm: {
    version: "2.24",
    url: "https://nssm.cc/release/nssm-2.24.zip",
    // Chocolatey's nssm package, and nine public installers.
    sha256: "727d1e42275c605e0f04aba98095c38a8e1e46def453cdffce42869428aa6743",
    path: "win64\\nssm.exe",
  },
  shawl: {
    version: "1.9.0",
    url: "https://github.com/mtkennerly/shawl/releases/download/v1.9.0/shawl-v1.9.0-win64.zip",
    // ScoopInstaller/Extras, bucket/shawl.json.
    sha256: "f883c5d09c9beae2efaeabd8513e7d3f57cd1d0864cec3df4f4a7b6ee904351c",
    path: "shawl.exe",
  },
};

/** A program as a machine gets it. */
export interface ChosenDownload extends Download {
  readonly name: WindowsProgram;
  /** Folder below `programs`: another build never overwrites one that runs. */
  readonly folder: string;
  readonly path: string;
  readonly kind: "zip" | "tar.gz" | "exe";
}

/** Builds that the configuration names instead of the pinned ones, by program. */
export type Downloads = Readonly<Partial<Record<string, Download>>>;

/** @throws when nothing says which file of the program is genuine. {@link missingDownloads} says so at preview. */
export function chosenDownload(name: WindowsProgram, given: Downloads): ChosenDownload {
  const pin = windowsPins[name];
  const { url, sha256 } = given[name] ?? pin;
  const kind = kindOf(url);
  if (sha256 === undefined || kind === undefined)
    throw new Error(
      missing(name, given)
        .map(({ key, message, mend }) => `${key}: ${message}; ${mend}`)
        .join(),
    );
  const version = given[name] === undefined ? pin.version : (/\d+\.\d+(?:\.\d+)?/.exec(url)?.[0] ?? "given");
  return { name, url, sha256, kind, path: pin.path, folder: `${name}-${version}-${sha256.slice(0, 8)}` };
}

/** Programs for which neither a published hash is known nor the configuration gives one. */
export function missingDownloads(programs: readonly WindowsProgram[], given: Downloads): Finding[] {
  return [...new Set(programs)].flatMap((name) => missing(name, given));
}

function missing(name: WindowsProgram, given: Downloads): Finding[] {
  const key = `vigil:machines.downloads.${name}`;
  const { url, sha256, version } = { ...windowsPins[name], ...given[name] };
  if (url === "")
    return [
      {
        key,
        message: `${name} has no official Windows build`,
        mend: `give the url and the sha256 of the build that you trust`,
      },
    ];
  if (sha256 === undefined)
    return [
      {
        key,
        message: `no published SHA-256 of ${name} ${version} for Windows is known here`,
        mend: `give url ${url} and the sha256 that the release's sha256sums.txt has for it`,
      },
    ];
  return kindOf(url) === undefined
    ? [{ key, message: `got ${url}, expected a .zip, .tar.gz or .exe`, mend: "name such a file" }]
    : [];
}

function kindOf(url: string): ChosenDownload["kind"] | undefined {
  return ([".zip", ".tar.gz", ".exe"] as const).find((ending) => url.endsWith(ending))?.slice(1) as
    ChosenDownload["kind"] | undefined;
}
