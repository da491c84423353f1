import * as pulumi from "../pulumi.ts";
import type { Executable } from "../../monitoring/hosts.ts";
import { ensureTools, type ToolName } from "../../tools/toolchain.ts";

/** The tool of the toolchain that brings each program. */
const toolOf: Readonly<Record<Exclude<Executable, "node" | "windows_exporter">, ToolName>> = {
  prometheus: "prometheus",
  thanos: "thanos",
  alertmanager: "alertmanager",
  pushgateway: "pushgateway",
  node_exporter: "node_exporter",
  blackbox_exporter: "blackbox_exporter",
  redis_exporter: "redis_exporter",
  "redis-server": "redis",
  haproxy: "haproxy",
  grafana: "grafana",
};

/** Tools of a local stack. */
export const localTools: readonly ToolName[] = Object.values(toolOf);

/** Absolute path of each program that can be had on this machine; they are installed where they are missing. */
export async function localPrograms(): Promise<Partial<Record<Executable, string>>> {
  const toolchain = await ensureTools(localTools, { log: (line) => void pulumi.log.info(line) });
  const missing = new Set(toolchain.missing.map(({ name }) => name));
  const found = Object.entries(toolOf).filter(([, tool]) => !missing.has(tool));
  return {
    node: process.execPath,
    ...Object.fromEntries(found.map(([program]) => [program, toolchain.path(program)])),
  };
}
