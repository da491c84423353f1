/** How a machine asks whether a service of its own is well. */
import type { HealthCheck } from "../hosts.ts";
import { quote } from "./bash.ts";

/** Names of the values that the check shows. */
export function healthValues(health: HealthCheck): string[] {
  if (health.kind === "http" && health.basic !== undefined) return [`basic:${health.basic}`];
  return [];
}

/**
 * Body of a bash function that succeeds when the answer is as wanted; it leaves the last answer in `answer`.
 * @throws for what does not run on Linux machines.
 */
export function healthCommand(health: HealthCheck): string[] {
  switch (health.kind) {
    case "http": {
      const certificate =
        health.clientCertificate === true
          ? ' --cert "$root/tls/client.crt" --key "$root/tls/client.key"'
          : "";
      const ask = health.basic === undefined ? "status" : `status_as ${quote(`basic:${health.basic}`)}`;
      return [
        `answer=$(${ask}${certificate} ${quote(health.url)}) || true`,
        `[ "$answer" = ${String(health.status)} ]`,
      ];
    }
    case "tcp":
      return [
        `answer=$( (: < /dev/tcp/${health.address}/${String(health.port)}) 2>&1) && return`,
        "return 1",
      ];
    case "redis":
      throw new Error(`plan: a Redis at ${health.address} is no service of a Linux machine; leave it out`);
  }
}
