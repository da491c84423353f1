/** The order in which the parts of a plan are put on a cluster. */
import type { Part } from "./model.ts";

/**
 * The parts, each behind those that it names in `after`, otherwise as given.
 * @throws when two have one name, when one waits for a part that is not there, or when they wait for each other
 */
export function inOrder(parts: readonly Part[]): Part[] {
  const byName = new Map(parts.map((part) => [part.name, part]));
  if (byName.size < parts.length) {
    const twice = parts.find(({ name }, at) => parts.findIndex((part) => part.name === name) < at);
    throw new Error(`two parts are named "${twice?.name ?? ""}"; give each a name of its own`);
  }
  const placed = new Set<Part>();
  const place = (part: Part, waiting: readonly string[]): void => {
    if (placed.has(part)) return;
    if (waiting.includes(part.name))
      throw new Error(`parts wait for each other: ${[...waiting, part.name].join(" → ")}`);
    for (const needed of part.after) {
      const before = byName.get(needed);
      if (before === undefined)
        throw new Error(
          `part "${part.name}" comes after "${needed}", which the plan does not have; it has ${[...byName.keys()].join(", ")}`,
        );
      place(before, [...waiting, part.name]);
    }
    placed.add(part);
  };
  for (const part of parts) place(part, []);
  return [...placed];
}
