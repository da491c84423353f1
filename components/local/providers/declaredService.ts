/**
 * The service provider as the engine calls it: what is declared travels as one JSON text. Pulumi's transport turns every
 * nested value into a message of its own, 2 ms a service and call, and a preview makes two calls for each; a text costs
 * nothing and is shown in a diff as the structure that it is. Loaded by name (see dynamicModule.ts).
 */
import * as service from "./service.ts";
import type { Difference, ServiceState } from "./service.ts";

export { remove as delete };

/** Inputs and outputs of the resource. */
export interface DeclaredService extends Pick<
  ServiceState,
  "root" | "credentialsGeneration" | "certificatesGeneration"
> {
  /** JSON of the rest of a {@link ServiceState}. */
  readonly declaration: string;
}

export function declare(
  state: Omit<ServiceState, "root" | "credentialsGeneration" | "certificatesGeneration">,
): string {
  const { service: declared, executable, secrets } = state;
  return JSON.stringify({ service: declared, executable, secrets });
}

export async function create(inputs: DeclaredService): Promise<{ id: string; outs: DeclaredService }> {
  const { id } = await keeping(inputs, service.create(stateOf(inputs)));
  return { id, outs: inputs };
}

export async function diff(id: string, old: DeclaredService, now: DeclaredService): Promise<Difference> {
  return service.diff(id, stateOf(old), stateOf(now));
}

export async function update(
  id: string,
  old: DeclaredService,
  now: DeclaredService,
): Promise<{ outs: DeclaredService }> {
  await keeping(now, service.update(id, stateOf(old), stateOf(now)));
  return { outs: now };
}

export async function read(
  id: string,
  state: DeclaredService,
): Promise<{ props: DeclaredService } | undefined> {
  return (await service.read(id, stateOf(state))) === undefined ? undefined : { props: state };
}

async function remove(id: string, state: DeclaredService): Promise<void> {
  await service.remove(id, stateOf(state));
}

function stateOf({ declaration, ...rest }: DeclaredService): ServiceState {
  return {
    ...rest,
    ...(JSON.parse(declaration) as Pick<ServiceState, "service" | "executable" | "secrets">),
  };
}

/** What exists but did not come up is kept as it travels. */
async function keeping<Result>(inputs: DeclaredService, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    const partial = error as { properties?: unknown };
    if (partial.properties !== undefined) partial.properties = inputs;
    throw error;
  }
}
