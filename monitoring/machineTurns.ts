/** In which order the services of machines are changed: never both members of a pair at once, on whatever machine. */
import type { Layout, Service } from "./hosts.ts";

/** Name of the step that prepares a machine. */
export function baseStep(machine: string): string {
  return `${machine}-base`;
}

/** Name of the step that sets up a service of a machine. */
export function serviceStep(machine: string, service: string): string {
  return `${machine}-${service}`;
}

/**
 * For each service the steps that must have succeeded before its own starts: its machine's base, the services that its plan
 * names, and the members before it in its rolling group.
 * @throws when the layout has no instance of a service's name.
 */
export function stepsBefore(
  services: readonly Service[],
  layout: Layout,
): ReadonlyMap<string, readonly string[]> {
  const step = (name: string): string => serviceStep(machineOf(name, layout), name);
  return new Map(
    services.map((service) => {
      const earlier = services.filter(
        ({ rolling, member }) => rolling === service.rolling && member < service.member,
      );
      const before = [...service.after, ...earlier.map(({ name }) => name)].map(step);
      return [service.name, [...new Set([baseStep(machineOf(service.name, layout)), ...before])]];
    }),
  );
}

/** The machine that a service runs on. @throws when the layout does not know it. */
export function machineOf(service: string, { instances }: Layout): string {
  const machine = instances.find(({ name }) => name === service)?.machine;
  if (machine === undefined)
    throw new Error(`layout: no instance is named ${service}, but the plan has such a service; add it`);
  return machine;
}
