/** The steps of a stack's Linux machines, from the plan of all its services. */
import type { Directories, Instance, Layout, Service, ServicePlan } from "./hosts.ts";
import { renderBaseStep } from "./linux/baseStep.ts";
import { renderKeepalivedStep } from "./linux/keepalivedStep.ts";
import type { LinuxOptions } from "./linux/options.ts";
import { renderServiceStep } from "./linux/serviceStep.ts";
import type { Machine, MachineStep } from "./machines.ts";
import { serviceStep, stepsBefore } from "./machineTurns.ts";

export { knownPrograms, type KnownProgram } from "./linux/programs.ts";
export { linuxFolders, type LinuxFolders, type LinuxOptions, type LinuxProgram } from "./linux/options.ts";

/**
 * One step that prepares each machine, one for each service, and one that shares the edges' address where they have one; in
 * an order in which they can be run.
 * @throws when the plan asks for what a Linux machine does not have, such as a program of which no build is given.
 */
export function linuxSteps(plan: ServicePlan, layout: Layout, options: LinuxOptions): MachineStep[] {
  const machines = options.machines.filter(({ system }) => system === "linux");
  const turns = stepsBefore(plan.services, layout);
  const placed = plan.services.flatMap((service) => {
    const instance = layout.instances.find(({ name }) => name === service.name);
    const machine = machines.find(({ name }) => name === instance?.machine);
    return instance === undefined || machine === undefined ? [] : [{ service, instance, machine }];
  });
  return [
    ...machines.map((machine) => renderBaseStep(machine, options)),
    ...placed.map(({ service, instance }) =>
      renderServiceStep(
        service,
        instance,
        directoriesOf(instance, layout),
        options,
        turns.get(service.name) ?? [],
      ),
    ),
    ...(options.sharedAddress === undefined ? [] : sharing(placed, layout, options)),
  ];
}

function sharing(
  placed: readonly { service: Service; machine: Machine }[],
  layout: Layout,
  options: LinuxOptions,
): MachineStep[] {
  const proxies = placed.filter(({ service }) => service.component === "haproxy");
  return proxies.map(({ service, machine }, position) =>
    renderKeepalivedStep(
      machine,
      layout,
      service.name,
      proxies.slice(0, position).map((earlier) => serviceStep(earlier.machine.name, "keepalived")),
      options,
    ),
  );
}

function directoriesOf({ directories }: Instance, layout: Layout): Directories {
  return directories ?? layout.directories;
}
