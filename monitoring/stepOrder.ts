import type { MachineStep } from "./machines.ts";

/**
 * The steps in an order in which each comes after those that it names; otherwise as given.
 * @throws when one names a step that is none, two have one name, or they wait for each other
 */
export function inOrder(steps: readonly MachineStep[]): MachineStep[] {
  const byName = new Map(steps.map((step) => [step.name, step]));
  if (byName.size < steps.length) {
    const names = steps.map(({ name }) => name);
    const twice = names.find((name, index) => names.indexOf(name) !== index) ?? "";
    throw new Error(`step ${twice}: two steps have this name; give each its own`);
  }
  const placed = new Set<string>();
  const ordered: MachineStep[] = [];
  const place = (step: MachineStep, waiting: readonly string[]): void => {
    if (placed.has(step.name)) return;
    if (waiting.includes(step.name))
      throw new Error(`step ${step.name}: waits for itself by way of ${waiting.join(", ")}`);
    for (const name of step.after) {
      const before = byName.get(name);
      if (before === undefined)
        throw new Error(`step ${step.name}: waits for ${name}, and there is no such step`);
      place(before, [...waiting, step.name]);
    }
    placed.add(step.name);
    ordered.push(step);
  };
  for (const step of steps) place(step, []);
  return ordered;
}
