import type { Output } from "./pulumi.ts";
import type { StackConfig } from "../configuration/parse.ts";
import type { PreparedStack } from "../configuration/prepare.ts";
import type { Finding } from "../monitoring/checks/finding.ts";
import type { Layout } from "../monitoring/hosts.ts";
import type { System } from "../monitoring/model.ts";

/** What a platform adds to a system: addresses and checks before, resources after. */
export interface StackPlatform {
  readonly layoutOf?: (system: System) => Layout;
  /** Secrets for which the platform has an answer when the configuration gives none. */
  readonly suppliedSecrets?: (system: System) => readonly string[];
  /** What is wrong with the stack on this platform in particular. */
  readonly check?: (system: System) => readonly Finding[];
  /** Registers the resources and returns the stack's outputs. Only called when nothing is wrong. */
  readonly deploy: (prepared: PreparedStack) => Outputs | Promise<Outputs>;
}

export type Outputs = Record<string, unknown>;

/** The platform of a stack; only its own code is loaded. */
export async function platformOf(config: StackConfig<Output<string>>): Promise<StackPlatform> {
  switch (config.platform) {
    case "local":
      return (await import("./local/platform.ts")).localPlatform(config);
    case "aks":
      return (await import("./aks/platform.ts")).aksPlatform(config);
    case "eks":
      return (await import("./eks/platform.ts")).eksPlatform(config);
    case "windows-azure":
    case "windows-aws":
    case "windows-existing":
      return (await import("./windows/platform.ts")).windowsPlatform(config);
  }
}
