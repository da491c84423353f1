/** What is deployed in a local stack's folder, read from what its services were given: no engine, no state. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { edgeNames, type EdgeName, type PlanSecret, type Service } from "../../monitoring/hosts.ts";
import { readTextFile } from "./files.ts";
import { stackPaths, type StackPaths } from "./paths.ts";

export interface Inventory {
  readonly paths: StackPaths;
  readonly services: readonly Service[];
  /** Absolute path of each service's program, by the service's name. */
  readonly executables: ReadonlyMap<string, string>;
  readonly secrets: readonly PlanSecret[];
  /** Services that somebody stopped on purpose. */
  readonly stopped: ReadonlySet<string>;
  /** User interfaces by name; those that the stack does not have are absent. */
  readonly endpoints: Readonly<Partial<Record<EdgeName, string>>>;
}

/** The deployed services, by name. Empty where nothing is deployed. */
export async function readInventory(root: string): Promise<Inventory> {
  const paths = stackPaths(root);
  const specs = await Promise.all((await entries(paths.services)).map((name) => readSpec(paths, name)));
  const known = specs.filter((spec) => spec !== undefined);
  return {
    paths,
    services: known.map(({ service }) => service),
    executables: new Map(known.map(({ service, executable }) => [service.name, executable])),
    secrets: known[0]?.secrets ?? [],
    stopped: new Set(await entries(paths.stopped)),
    endpoints: endpointsOf(known.map(({ service }) => service)),
  };
}

interface Spec {
  readonly service: Service;
  readonly executable: string;
  readonly secrets: readonly PlanSecret[];
}

async function readSpec(paths: StackPaths, name: string): Promise<Spec | undefined> {
  const text = await readTextFile(join(paths.services, name, "service.json"));
  return text === undefined ? undefined : (JSON.parse(text) as Spec);
}

/** HAProxy's ports have the names of the interfaces that they open. */
function endpointsOf(services: readonly Service[]): Inventory["endpoints"] {
  const edge = services.find(({ component }) => component === "haproxy");
  return Object.fromEntries(
    edgeNames.flatMap((name) => {
      const port = edge?.ports.find((candidate) => candidate.name === name);
      return port === undefined ? [] : [[name, `https://${port.address}:${String(port.number)}`]];
    }),
  );
}

async function entries(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
