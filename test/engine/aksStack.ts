/** The Azure side of a stack on simulated clouds: a small program around the component, with a plan of identities only. */
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { repository } from "../../cli/engine.ts";
import { SimulatedStack } from "./simulatedStack.ts";

/** Keys of a stack's configuration, with their prefix; structures as they are. */
export type AksConfig = Readonly<Record<string, unknown>>;

/** What a stack needs at least to be put on AKS. */
export const leastConfig: AksConfig = {
  "vigil:system": "oversight",
  "vigil:platform": "aks",
  "vigil:environment": "production",
  "vigil:region": "eastus",
  "vigil:cluster": { administrators: ["33333333-3333-4333-8333-333333333333"] },
  "vigil:oidc": { clientId: "44444444-4444-4444-8444-444444444444" },
  "vigil:edge": { email: "sre@example.com", allowedCidrs: ["203.0.113.0/24"] },
};

/** Value of every secret that the program gives; it stands nowhere in a state in plain text. */
export const givenSecret = "Correct-Horse-Battery-Staple";

const at = (path: string): string => JSON.stringify(pathToFileURL(join(repository, path)).href);

const program = `
import { getClientConfig } from "@pulumi/azure-native/authorization/getClientConfig.js";
import * as pulumi from ${at("components/pulumi.ts")};
import { azureFacts } from ${at("components/aks/facts.ts")};
import { AksStackCluster } from ${at("components/aks/stackCluster.ts")};
import { parseConfig } from ${at("configuration/parse.ts")};
import { identitiesOf } from ${at("monitoring/kubernetes/identities.ts")};
import { systems } from ${at("systems/index.ts")};

const own = pulumi.runtime.allConfig();
const raw = JSON.parse(own["probe:config"]);
const parsed = parseConfig(raw, [], "prod");
const system = systems[parsed.system](parsed.parameters);
const secrets = Object.fromEntries(
  [...system.secrets.filter(({ generated, optional }) => !generated && !optional).map(({ name }) => name), ...JSON.parse(own["probe:given"] ?? "[]")]
    .map((name) => [name, pulumi.secret(${JSON.stringify(givenSecret)})]),
);
const config = { ...parsed, secrets };
const facts = azureFacts(config, system, await getClientConfig());
const plan = { namespace: system.namespace, parts: [], identities: identitiesOf(system, facts) };
const cluster = new AksStackCluster("prod", { config, system, facts, plan, secrets });
export const outputs = cluster.outputs;
export const annotations = cluster.serviceAccountAnnotations;
export const created = cluster.deletedWith !== undefined;
`;

export async function aksStack(
  changes: AksConfig = {},
  given: readonly string[] = [],
): Promise<SimulatedStack> {
  return SimulatedStack.ofProgram(program, { "probe:config": rawConfig(changes), "probe:given": [...given] });
}

/** Changes the configuration of a stack that {@link aksStack} made; what is not named is as at the least. */
export function reconfigure(stack: SimulatedStack, changes: AksConfig): void {
  stack.configure({ "probe:config": rawConfig(changes) });
}

/** As Pulumi hands it to a program: every value a text. */
function rawConfig(changes: AksConfig): Record<string, string> {
  return Object.fromEntries(
    Object.entries({ ...leastConfig, ...changes }).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}
