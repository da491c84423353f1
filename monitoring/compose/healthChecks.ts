/** Health checks of containers, where an image brings a program that can ask. None holds a secret: each reads its file. */
import type { PlanFile, Service } from "../hosts.ts";
import { renderHttpClient, type HttpClientOptions } from "../thanos/common.ts";
import { containerRoot } from "./layout.ts";

export interface ContainerHealth {
  /** As Compose's `healthcheck.test`. */
  readonly test: readonly string[];
  /** Files that only the check reads. */
  readonly files: readonly PlanFile[];
}

/** How a container finds out whether its service is healthy; undefined where its image has nothing to ask with. */
export function containerHealth(service: Service, client: HttpClientOptions): ContainerHealth | undefined {
  const { health, executable } = service;
  if (health.kind === "redis") return { test: pingRedis(health), files: [] };
  if (executable === "haproxy") return { test: connectByBash(service), files: [] };
  if (executable === "node") return { test: connectByNode(service), files: [] };
  if (health.kind !== "http") return undefined;
  const file: PlanFile = {
    path: `${containerRoot}/services/${service.name}/health.yml`,
    content: renderHttpClient(client),
    onChange: "watched",
  };
  const { origin } = new URL(health.url);
  if (executable === "prometheus")
    return {
      test: ["CMD", "/bin/promtool", "check", "ready", `--http.config.file=${file.path}`, `--url=${origin}`],
      files: [file],
    };
  if (executable === "alertmanager")
    return {
      test: [
        "CMD",
        "/bin/amtool",
        "cluster",
        "show",
        `--http.config.file=${file.path}`,
        `--alertmanager.url=${origin}`,
      ],
      files: [file],
    };
  return undefined;
}

function pingRedis({
  address,
  port,
  passwordSecret,
}: Extract<Service["health"], { kind: "redis" }>): string[] {
  const password = `"$(cat ${containerRoot}/secrets/${passwordSecret})"`;
  return [
    "CMD-SHELL",
    `REDISCLI_AUTH=${password} redis-cli -h ${address} -p ${String(port)} ping | grep -q PONG`,
  ];
}

/** The image has no HTTP client, but a shell that connects. */
function connectByBash({ ports }: Service): string[] {
  return ["CMD", "bash", "-c", `exec 3<>/dev/tcp/127.0.0.1/${String(ports[0]?.number)}`];
}

function connectByNode({ ports }: Service): string[] {
  const [port] = ports;
  const connect = `require("node:net").connect(${String(port?.number)}, "${port?.address ?? ""}")`;
  return [
    "CMD",
    "/usr/local/bin/node",
    "-e",
    `${connect}.on("connect", () => process.exit(0)).on("error", () => process.exit(1))`,
  ];
}
