/** The steps of a stack's Windows machines, from the plan of all its services. */
import type { Finding } from "../checks/finding.ts";
import type { Instance, Layout, Service, ServicePlan } from "../hosts.ts";
import type { MachineStep } from "../machines.ts";
import { stepsBefore } from "../machineTurns.ts";
import { renderBaseStep } from "./baseStep.ts";
import { missingDownloads, type WindowsProgram } from "./downloads.ts";
import type { WindowsOptions } from "./options.ts";
import { renderServiceStep } from "./serviceStep.ts";

export { windowsPins, type Download, type Downloads, type Wrapper } from "./downloads.ts";
export { windowsGrafanaHome, windowsService, type WindowsOptions } from "./options.ts";

/**
 * One step that prepares each machine and one for each service, in an order in which they can be run.
 * @throws when the plan asks for what a Windows machine does not have, such as a program of which no genuine build is known.
 */
export function windowsSteps(plan: ServicePlan, layout: Layout, options: WindowsOptions): MachineStep[] {
  const placed = onWindows(plan, layout, options);
  const turns = stepsBefore(plan.services, layout);
  const directories = ({ directories: own }: Instance): Layout["directories"] => own ?? layout.directories;
  const bases = options.machines
    .filter(({ system }) => system === "windows")
    .map((machine) => {
      const own = placed.filter(({ instance }) => instance.machine === machine.name);
      const roots = [...new Set(own.map(({ instance }) => directories(instance).root))].sort();
      return renderBaseStep(machine, roots, options);
    });
  return [
    ...bases,
    ...placed.map(({ service, instance }) =>
      renderServiceStep(
        { service, instance, directories: directories(instance), after: turns.get(service.name) ?? [] },
        options,
      ),
    ),
  ];
}

/** Programs of the plan's Windows services that nobody has said a genuine build of; for a preview. */
export function missingWindowsBuilds(
  plan: ServicePlan,
  layout: Layout,
  options: Pick<WindowsOptions, "machines" | "wrapper" | "downloads">,
): Finding[] {
  const programs = onWindows(plan, layout, options).map(
    ({ service }) => service.executable as WindowsProgram,
  );
  return missingDownloads([...programs, options.wrapper ?? "winsw"], options.downloads ?? {});
}

function onWindows(
  plan: ServicePlan,
  layout: Layout,
  { machines }: Pick<WindowsOptions, "machines">,
): { service: Service; instance: Instance }[] {
  const windows = machines.filter(({ system }) => system === "windows").map(({ name }) => name);
  return plan.services.flatMap((service) => {
    const instance = layout.instances.find(({ name }) => name === service.name);
    return instance !== undefined && windows.includes(instance.machine) ? [{ service, instance }] : [];
  });
}
