import type { PlanFile, Service } from "../hosts.ts";
import type { ContainerHealth } from "./healthChecks.ts";
import { containerRoot } from "./layout.ts";

/** What a container finds in the stack's folder: what its arguments and files name, and nothing of the other services. */
export interface ContainerContents {
  readonly service: string;
  readonly files: readonly PlanFile[];
  /** File names below `tls`; never the authority's key. */
  readonly certificates: readonly string[];
  /** File names below `secrets`. */
  readonly secrets: readonly string[];
  /** Directories below `data`, which outlive the container; the bucket and a sidecar's are shared. */
  readonly data: readonly string[];
}

export function containerContents(service: Service, health: ContainerHealth | undefined): ContainerContents {
  const files = [...service.files, ...(health?.files ?? [])];
  const texts = [
    ...service.arguments,
    ...service.directories,
    ...Object.values(service.environment ?? {}),
    ...files.map(({ content }) => content),
    ...(health?.test ?? []),
  ];
  const named = (folder: string): string[] => namedBelow(`${containerRoot}/${folder}/`, texts);
  return {
    service: service.name,
    files,
    certificates: named("tls"),
    secrets: named("secrets"),
    data: named("data"),
  };
}

/** First path segments after `prefix` in the texts, sorted. */
function namedBelow(prefix: string, texts: readonly string[]): string[] {
  const pattern = new RegExp(`${prefix}([\\w-]+(?:\\.[\\w-]+)*)`, "g");
  const names = texts.flatMap((text) => [...text.matchAll(pattern)].map(([, name]) => name ?? ""));
  return [...new Set(names)].sort();
}
