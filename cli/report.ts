/** What runs in a local stack, as a table for people and as one object for programs. */
import { join } from "node:path";
import { unhealthyBecause } from "../components/local/health.ts";
import { readInventory, type Inventory } from "../components/local/inventory.ts";
import { daemonAnswers, withSupervisor, type Supervised } from "../components/local/supervisor.ts";
import type { EdgeName, Service } from "../monitoring/hosts.ts";
import { colour, table } from "./terminal.ts";

export interface ServiceReport {
  readonly name: string;
  readonly pid: number | null;
  readonly healthy: boolean;
  /** Numbers by purpose. */
  readonly ports: Readonly<Record<string, number>>;
  /** Why it is not healthy, or null. */
  readonly reason: string | null;
  /** Starts after the first one. */
  readonly restarts: number;
}

export interface StackReport {
  readonly stack: string;
  /** Every service is healthy or stopped on purpose. */
  readonly healthy: boolean;
  /** Path of the authority's certificate. */
  readonly ca: string;
  readonly credentials: { readonly username: string; readonly passwordFile: string };
  readonly endpoints: Readonly<Record<EdgeName, string | null>>;
  readonly services: readonly ServiceReport[];
}

export async function reportStack(stack: string, root: string): Promise<StackReport> {
  const inventory = await readInventory(root);
  const processes = await supervised(inventory);
  const services = await Promise.all(
    inventory.services.map((service) => reportService(inventory, service, processes.get(service.name))),
  );
  const { paths, secrets, endpoints } = inventory;
  const human = secrets.find(({ name }) => name === "human");
  const url = (name: EdgeName): string | null => endpoints[name] ?? null;
  return {
    stack,
    healthy:
      services.length > 0 && services.every(({ healthy, name }) => healthy || inventory.stopped.has(name)),
    ca: join(paths.certificates, "ca.crt"),
    credentials: { username: human?.username ?? "", passwordFile: join(paths.secrets, "human") },
    endpoints: {
      home: url("home"),
      query: url("query"),
      prometheus: url("prometheus"),
      alertmanager: url("alertmanager"),
      pushgateway: url("pushgateway"),
      grafana: url("grafana"),
    },
    services,
  };
}

/** The report as a person reads it. */
export function describeReport(report: StackReport): string {
  if (report.services.length === 0) return `Stack ${report.stack} is not up. Start it: npm start`;
  const rows = report.services.map(({ name, pid, healthy, ports, reason, restarts }) => [
    healthy ? colour("green", "healthy") : colour(reason === stoppedOnPurpose ? "amber" : "red", "down"),
    name,
    pid === null ? "-" : String(pid),
    Object.values(ports).join(","),
    [reason ?? "", restarts > 0 ? `restarted ${String(restarts)}×` : ""].filter(Boolean).join("; "),
  ]);
  return [table([["STATE", "SERVICE", "PID", "PORTS", ""], ...rows]), "", describeAccess(report)].join("\n");
}

/** Where to look and how to get in; the password itself is never shown. */
export function describeAccess({ endpoints, credentials, ca, healthy, stack }: StackReport): string {
  const absent = "not in this stack: switched off, or `npm run tools -- grafana` says why";
  const urls = Object.entries(endpoints).map(([name, url]) => [`  ${name}`, url ?? colour("dim", absent)]);
  return [
    `${colour("bold", `Stack ${stack}`)} is ${healthy ? colour("green", "healthy") : colour("red", "not healthy")}`,
    table(urls),
    "",
    table([
      ["  user", credentials.username],
      ["  password", `in ${credentials.passwordFile}   (npm run status -- --show-password)`],
      ["  authority", `${ca}   (curl --cacert, or import it into the browser)`],
    ]),
  ].join("\n");
}

export const stoppedOnPurpose = "stopped on purpose";

async function reportService(
  inventory: Inventory,
  service: Service,
  process: Supervised | undefined,
): Promise<ServiceReport> {
  const { paths, secrets, stopped } = inventory;
  const reason = stopped.has(service.name)
    ? stoppedOnPurpose
    : await unhealthyBecause(service, paths, secrets);
  return {
    name: service.name,
    pid: process?.pid ?? null,
    healthy: reason === undefined,
    ports: Object.fromEntries(service.ports.map(({ name, number }) => [name, number])),
    reason: reason ?? null,
    restarts: process?.restarts ?? 0,
  };
}

/** Without a daemon nothing runs, and asking must not start one. */
async function supervised({ paths }: Inventory): Promise<ReadonlyMap<string, Supervised>> {
  if (!(await daemonAnswers(paths))) return new Map();
  const list = await withSupervisor(paths, async (supervisor) => supervisor.list());
  return new Map(list.map((process) => [process.name, process]));
}
