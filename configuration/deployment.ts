/** What a stack's configuration asks of its system: a platform that it allows, and the secrets that it needs. */
import type { Finding } from "../monitoring/checks/finding.ts";
import type { Platform, System } from "../monitoring/model.ts";
import { suggestion } from "../monitoring/nearest.ts";
import { removal, setting } from "./commands.ts";
import { connectionSecrets } from "./machineForm.ts";
import { secretCommand, type StackConfig } from "./parse.ts";

/** Passwords of the stack's own users, made at random unless they are given. */
const ownUsers = ["human", "scrape", "reload"];

/** @param supplied names of secrets that the platform has a value for, such as the address of a demo's inbox */
export function checkDeployment(
  system: System,
  config: StackConfig<unknown>,
  supplied: readonly string[] = [],
): Finding[] {
  const connection = connectionSecrets(config);
  return [
    ...checkPlatform(system, config),
    ...checkRegion(config),
    ...checkForm(system, config),
    ...missingSecrets([...system.secrets, ...connection], config, supplied),
    ...unknownSecrets(system, config, connection),
  ];
}

function checkPlatform({ name, platforms }: System, { platform, stack }: StackConfig<unknown>): Finding[] {
  if (platforms.includes(platform)) return [];
  return [
    {
      key: "vigil:platform",
      message: `got ${platform}, ${name} runs on ${platforms.join(", ")}`,
      mend: `run ${setting(stack, "vigil:platform", platforms[0] ?? "local")}`,
    },
  ];
}

const regionExamples: Partial<Record<Platform, string>> = {
  aks: "eastus",
  "windows-azure": "eastus",
  eks: "us-east-1",
  "windows-aws": "us-east-1",
};

function checkRegion({ platform, parameters, stack }: StackConfig<unknown>): Finding[] {
  const example = regionExamples[platform];
  if (example === undefined || parameters.region !== "local") return [];
  return [
    {
      key: "vigil:region",
      message: `got local, platform ${platform} needs a region of its cloud`,
      mend: `run ${setting(stack, "vigil:region", example)}`,
    },
  ];
}

function checkForm({ name }: System, { parameters, stack }: StackConfig<unknown>): Finding[] {
  if (parameters.layout === "cluster" || name === "trade") return [];
  return [
    {
      key: "vigil:layout",
      message: `got desktop, ${name} has the cluster form only`,
      mend: `run ${setting(stack, "vigil:layout", "cluster")}`,
    },
  ];
}

function missingSecrets(
  secrets: System["secrets"],
  config: StackConfig<unknown>,
  supplied: readonly string[],
): Finding[] {
  return secrets
    .filter(({ generated, optional }) => !generated && optional !== true)
    .filter(({ name }) => !(name in config.secrets) && !supplied.includes(name))
    .map(({ name, about }) => ({
      key: `vigil:secrets.${name}`,
      message: `missing (${about.replace(/\.$/, "")})`,
      mend: secretCommand(name, config.stack),
    }));
}

function unknownSecrets(
  { secrets, name: system }: System,
  config: StackConfig<unknown>,
  connection: System["secrets"],
): Finding[] {
  const known = [...[...secrets, ...connection].map(({ name }) => name), ...ownUsers];
  return Object.keys(config.secrets)
    .filter((name) => !known.includes(name))
    .map((name) => ({
      key: `vigil:secrets.${name}`,
      message: `nothing of ${system} uses this secret, ${suggestion(name, known)}`,
      mend: `run ${removal(config.stack, `vigil:secrets.${name}`)}`,
    }));
}
