/** Machines of a cloud on simulated clouds: a small program around the component, with a plan in small. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import { repository } from "../../cli/engine.ts";
import type { PlanOptions } from "./machinePlan.ts";
import { SimulatedStack, type StateResource } from "./simulatedStack.ts";

// Inputs of every type of resource, which the assertions name.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Inputs = Record<string, any>;

/** What is secret in every plan: it stands nowhere in a state in plain text. */
export const givenSecret = "Correct-Horse-Battery-Staple";

const at = (path: string): string => JSON.stringify(pathToFileURL(join(repository, path)).href);

/** Puts the steps on the machines of `made.adapters`, in their order. */
const carrying = `
const carried = new Map();
const secret = pulumi.secret(options.secret ?? ${JSON.stringify(givenSecret)});
for (const step of plan.stepsOf(options)) {
  const values = secret.apply((text) => Object.fromEntries(step.values.map((name) => [name, text])));
  const after = step.after.map((name) => carried.get(name));
  if (after.some((each) => each === undefined)) throw new Error(step.name + " comes before what it waits for");
  carried.set(step.name, made.adapters[step.machine].carry(step, { values, after, parent: made }));
}
export const outputs = made.outputs;
`;

const shared = `
import * as pulumi from ${at("components/pulumi.ts")};
import * as plan from ${at("test/engine/machinePlan.ts")};
const options = JSON.parse(pulumi.runtime.allConfig()["probe:options"]);
const common = {
  stack: "trade-prod",
  machines: plan.machinesOf(options),
  network: plan.network,
  flows: plan.flowsOf(options),
  networks: plan.networks,
  sizes: plan.sizes(options.size),
  images: { node: options.image ?? "", edge: "", history: "" },
  dataDisks: plan.dataDisks,
  cloudInit: () => options.cloudInit ?? "#cloud-config\\n",
};
`;

const programs = {
  azure: `${shared}
import { chosenBucket } from ${at("components/azure/chosenBucket.ts")};
import { AzureMachines } from ${at("components/azureMachines/stackMachines.ts")};
import { parseConfig } from ${at("configuration/parse.ts")};
import { systems } from ${at("systems/index.ts")};
import { getClientConfig } from "@pulumi/azure-native/authorization/getClientConfig.js";
const { subscriptionId: subscription, tenantId: tenant } = await getClientConfig();
const config = parseConfig({ "vigil:system": "trade", "vigil:platform": "windows-azure", "vigil:region": "eastus" }, [], "trade-prod");
const system = systems.trade(config.parameters);
const made = new AzureMachines("trade", {
  ...common,
  subscription,
  tenant,
  location: "eastus",
  bastion: options.bastion ?? false,
  ...(options.history && {
    bucket: (place) =>
      chosenBucket({ name: "trade", config, system, subscription, account: place.names.storageAccount, container: "thanos-metrics", ...place }),
  }),
});
${carrying}`,
  aws: `${shared}
import { AwsMachines } from ${at("components/awsMachines/stackMachines.ts")};
import { parseConfig } from ${at("configuration/parse.ts")};
import { systems } from ${at("systems/index.ts")};
const config = parseConfig({ "vigil:system": "trade", "vigil:platform": "windows-aws", "vigil:region": "us-east-1" }, [], "trade-prod");
const made = new AwsMachines("trade", {
  ...common,
  region: "us-east-1",
  production: true,
  ...(options.history && { bucket: { system: systems.trade(config.parameters), wanted: config.kubernetes.storage } }),
});
${carrying}`,
} as const;

export type Cloud = keyof typeof programs;

export async function machinesStack(cloud: Cloud, options: PlanOptions = {}): Promise<SimulatedStack> {
  return SimulatedStack.ofProgram(programs[cloud], { "probe:options": { ...options } });
}

export function replan(stack: SimulatedStack, options: PlanOptions): void {
  stack.configure({ "probe:options": { ...options } });
}

/** A first run in which a step fails, and the run after it. */
export interface FirstRuns {
  /** `made` are the names of the steps that were there afterwards. */
  readonly failed: { readonly code: number; readonly stdout: string; readonly made: readonly string[] };
  /** What the engine printed of the run after it. */
  readonly mended: string;
}

/** @param token type of the resources that run steps */
export async function firstRuns(stack: SimulatedStack, token: string): Promise<FirstRuns> {
  stack.fail({ [`${token} node-1-prometheus`]: "Start-Service : the port 9090 is in use" });
  const { code, stdout } = await stack.tryUp();
  const made = (await stack.state()).filter(({ type }) => type === token).map(nameOf);
  stack.fail({});
  return { failed: { code, stdout, made }, mended: (await stack.up()).stdout };
}

/** Resources whose type ends so: `compute:VirtualMachine`. */
export function ofType(state: readonly StateResource[], type: string): StateResource[] {
  return state.filter((resource) => resource.type.endsWith(`:${type}`));
}

export function nameOf({ urn }: StateResource): string {
  return urn.split("::").at(-1) ?? "";
}

/** @throws where there is none */
export function named(state: readonly StateResource[], type: string, name: string): StateResource {
  const found = ofType(state, type).find((resource) => nameOf(resource) === name);
  if (found === undefined)
    throw new Error(`no ${type} ${name} among ${ofType(state, type).map(nameOf).join(", ")}`);
  return found;
}

/** Names of what the engine has changed in this way, by what it prints: `updated`, `replaced`, `created`. */
export function changed(stdout: string, how: string): string[] {
  return [
    ...new Set(
      [...stdout.matchAll(new RegExp(`^\\s*\\S+\\s+\\S+:\\S+ (\\S+) .*\\b${how}\\b`, "gm"))].map(
        ([, name = ""]) => name,
      ),
    ),
  ].sort();
}

/** The texts that a self-unpacking script holds, in its order. */
export function unpacked(script: string): string[] {
  const joined = script.replaceAll(/(?<=^[A-Za-z0-9+/]{120})\n(?!END$)/gm, "");
  return [...joined.matchAll(/H4sIAAAAAAA[A-Za-z0-9+/]+=*/g)].map(([packed]) =>
    gunzipSync(Buffer.from(packed, "base64")).toString(),
  );
}
