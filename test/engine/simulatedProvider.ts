/** A probe of one simulated provider, without the engine. */
import type { Properties } from "../../simulation/propertyValues.ts";
import type { Provider } from "../../simulation/provider.ts";

export const region = "us-east-1";
export const urnOf = (token: string, name = "probe"): string => `urn:pulumi:test::probe::${token}::${name}`;

export function create(provider: Provider, token: string, inputs: Properties, name?: string) {
  return provider.create({ urn: urnOf(token, name), region }, inputs, false);
}

/** What an act throws. */
export function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing was thrown";
}
