/** What the system watches, in small, so that a stack on one machine has something to see. */
import type { Service } from "../hosts.ts";
import { addressOf } from "../targets.ts";
import { service, type PlanContext } from "./context.ts";

export function standInServices(context: PlanContext): Service[] {
  return [...redisServices(context), ...demoService(context)];
}

function redisServices(context: PlanContext): Service[] {
  return context.instances("redis").map((instance) => {
    const port = instance.ports["redis"] ?? 0;
    const path = context.file(instance.name, "redis.conf");
    return service(context, instance, {
      executable: "redis-server",
      arguments: [path],
      files: [
        {
          path,
          content: [
            `bind ${instance.address}`,
            `port ${String(port)}`,
            "protected-mode yes",
            "requirepass {{secret:redis-password}}",
            `dir ${JSON.stringify(context.data(instance.name))}`,
            "appendonly yes",
            "maxmemory 128mb",
            "maxmemory-policy noeviction",
            "",
          ].join("\n"),
          onChange: "restart",
        },
      ],
      health: { kind: "redis", address: instance.address, port, passwordSecret: "redis-password" },
    });
  });
}

/** One process that plays every program of the system which has metrics of its own. */
function demoService(context: PlanContext): Service[] {
  const { demoProgram } = context.options;
  const parts = context.instances("demo");
  const [first] = parts;
  if (demoProgram === undefined || first === undefined) return [];
  const certificate = context.certificate("demo");
  const digests = context.file("demo", "authorized");
  const config = context.file("demo", "demo.json");
  return [
    service(
      context,
      { ...first, name: "demo" },
      {
        executable: "node",
        arguments: [demoProgram, "--config", config],
        files: [
          { path: digests, content: "{{sha256:scrape}}\n{{sha256:human}}\n", onChange: "watched" },
          {
            path: config,
            content: JSON.stringify(
              {
                address: first.address,
                certificateFile: certificate.certificateFile,
                keyFile: certificate.keyFile,
                authorizationDigestsFile: digests,
                redis: context.instances("redis").map((redis) => ({
                  name: redis.standsFor,
                  address: redis.address,
                  port: redis.ports["redis"],
                  passwordFile: context.secretFile("redis-password"),
                })),
                roles: parts.map((part) => ({
                  role: roleOf(part.standsFor ?? ""),
                  port: part.ports["http"],
                })),
              },
              null,
              2,
            ),
            onChange: "restart",
          },
        ],
        directories: [],
        ports: parts.map((part) => ({
          name: part.standsFor ?? part.name,
          number: part.ports["http"] ?? 0,
          protocol: "tcp" as const,
          address: part.address,
        })),
        health: {
          kind: "http",
          url: `https://${addressOf(first, "http")}/healthz`,
          basic: "scrape",
          status: 200,
        },
        stopTimeout: "5s",
      },
    ),
  ];
}

/** The demo calls its ClickHouse by the product's name, the system by the node's. */
function roleOf(standsFor: string): string {
  return standsFor.replace(/-node$/, "");
}
