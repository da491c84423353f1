/** What an exporter of the stack is pointed at, as the system's jobs say. */
import type { Exporter, System } from "../../model.ts";

/**
 * - `asked`: Prometheus names the target in each request, as the jobs do that go `through` the exporter (multi-target
 *   pattern). The exporter's own `/metrics` tells of itself.
 * - `fixed`: the exporter has one target and tells of it under `/metrics`; a job with `exporterOf` scrapes that.
 */
export type Exported =
  | { readonly kind: "asked"; readonly addresses: readonly string[]; readonly authModules: readonly string[] }
  | { readonly kind: "fixed"; readonly address: string };

/** @throws when no job uses the exporter, when several want it for themselves, or when both kinds are mixed */
export function exportedBy(system: System, component: Exporter["component"]): Exported {
  const own = system.jobs.flatMap(({ exporterOf }) =>
    exporterOf?.component === component ? [exporterOf.address] : [],
  );
  const through = system.jobs.filter((job) => job.through?.component === component);
  const [address] = own;
  if (own.length > 1 || (own.length === 1 && through.length > 0) || own.length + through.length === 0)
    throw new Error(
      `${system.name}: ${component} is deployed, ${own.length} jobs have it for themselves and ${through.length} ask through it; expected one of the first or some of the second`,
    );
  if (address !== undefined) return { kind: "fixed", address };
  return {
    kind: "asked",
    addresses: through.flatMap(({ discovery, through: exporter }) =>
      discovery.kind === "static"
        ? discovery.targets.map((target) => `${exporter?.addressPrefix ?? ""}${target.address}`)
        : [],
    ),
    authModules: [...new Set(through.flatMap(({ params }) => params?.["auth_module"] ?? []))],
  };
}
