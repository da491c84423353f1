/** Servers of a monitoring stack among the processes of a resource. */
import type { Process } from "./processes.ts";

export interface Program {
  readonly name: string;
  /** Of its image and its executable. */
  readonly word: string;
  /** A flag that no other of these programs has. */
  readonly mark: string;
  /** Flags by which it is told where to listen; without them everywhere. */
  readonly listens: readonly string[];
  /** The flag that gives it TLS and users. */
  readonly guard: string;
}

export const prometheus: Program = {
  name: "Prometheus",
  word: "prometheus",
  mark: "storage.tsdb.path",
  listens: ["web.listen-address"],
  guard: "web.config.file",
};

export const alertmanager: Program = {
  name: "Alertmanager",
  word: "alertmanager",
  mark: "cluster.listen-address",
  listens: ["web.listen-address"],
  guard: "web.config.file",
};

export const pushgateway: Program = {
  name: "PushGateway",
  word: "pushgateway",
  mark: "persistence.file",
  listens: ["web.listen-address"],
  guard: "web.config.file",
};

export const thanos: Program = {
  name: "a Thanos component",
  word: "thanos",
  mark: "http-address",
  listens: ["http-address"],
  guard: "http.config",
};

export const servers: readonly Program[] = [prometheus, alertmanager, pushgateway, thanos];

/** What of Thanos serves; `tools` and `check` do not. */
const components = ["query", "query-frontend", "store", "rule", "receive", "compact", "sidecar"];

/** How a component is told of its bucket: by the configuration itself, or its file. */
export const objectStoreFlags = ["objstore.config", "objstore.config-file"] as const;

/** Whether the process is such a server: by a flag, by how it is started, or by its image. */
export function runs({ word, mark }: Program, process: Process): boolean {
  // Thanos' mark is oauth2-proxy's too.
  const started = (program: string): string => `(?:^|[\\s"'/\\\\=])${program}(?:\\.exe)?["']?\\s+["']?`;
  const isProxy =
    isOf(process, "oauth2-proxy") || new RegExp(`${started("oauth2-proxy")}-`, "m").test(process.commandLine);
  if (process.flag(mark) !== undefined && !isProxy) return true;
  if (word === thanos.word) return componentOf(process) !== undefined;
  const flags = "--(?:config\\.file|storage\\.|web\\.|cluster\\.|persistence\\.|log\\.)";
  if (new RegExp(started(word) + flags, "m").test(process.commandLine)) return true;
  return isOf(process, word) && /^(?:--|$)/.test(process.commandLine);
}

/** `query`, `store`…, where the process is one of Thanos'. */
export function componentOf(process: Process): string | undefined {
  const names = components.toSorted((one, other) => other.length - one.length).join("|");
  const [, called] =
    new RegExp(`(?:^|[\\s"'/\\\\=])thanos(?:\\.exe)?["']?\\s+["']?(${names})\\b`, "m").exec(
      process.commandLine,
    ) ?? [];
  if (called !== undefined) return called;
  // An image whose entry point it is.
  const [, first] = new RegExp(`^(${names})(?=\\s|$)`).exec(process.commandLine) ?? [];
  const isThanos =
    isOf(process, thanos.word) ||
    [thanos.mark, ...objectStoreFlags].some((flag) => process.flag(flag) !== undefined);
  return isThanos ? first : undefined;
}

/** Whether its image is the program's own, wherever it comes from: not that of an exporter or an operator of it. */
function isOf({ image }: Process, word: string): boolean {
  return new RegExp(`(?:^|/)${word}(?:-linux-\\w+)?(?:[:@]|$)`).test(image);
}

/** Whether every address that the flags give is this host's own; false where none is given. */
export function isLocal(process: Process, flags: readonly string[]): boolean {
  const addresses = flags.flatMap((flag) => process.flags(flag));
  return (
    addresses.length > 0 &&
    addresses.every((address) => /^(?:127\.[\d.]+|localhost|\[::1\])(?::\d+)?$/.test(String(address)))
  );
}
