/** Names of Azure's resources. */
import { known, type Resource } from "../resource.ts";

/** Its name in Azure, as its inputs have it under `input`, or a state's outputs; undefined where it is not known yet. */
export function nameOf({ props }: Resource, input: string): unknown {
  return known(() => props[input] ?? props["name"], undefined);
}
