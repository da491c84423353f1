/** From a stack's configuration to the system that it deploys, with everything that is wrong: no engine, no resource. */
import { checkChanges, checkSystem, type Finding } from "../monitoring/check.ts";
import { sortFindings } from "../monitoring/checks/finding.ts";
import { extendSystem } from "../monitoring/extend.ts";
import type { Layout } from "../monitoring/hosts.ts";
import type { System, SystemParameters } from "../monitoring/model.ts";
import { checkDeployment } from "./deployment.ts";
import type { StackConfig } from "./parse.ts";
import { bucketClashes, bucketOf, bucketsOf, checkPlaintext, cloudOf, type StackFile } from "./stackFiles.ts";

export interface Surroundings {
  /** The systems by name: `systems` of systems/index.ts. */
  readonly systems: Readonly<Record<StackConfig["system"], (parameters: SystemParameters) => System>>;
  /** All stack files of the project, to compare with. @default none */
  readonly stackFiles?: readonly StackFile[];
  /** Where the system's services are on the stack's platform; absent where addresses are the platform's own. */
  readonly layoutOf?: (system: System) => Layout;
  /** Names of the secrets for which the platform has a value of its own. @default none */
  readonly suppliedSecrets?: (system: System) => readonly string[];
  /** What is wrong with the stack on its platform in particular. @default nothing */
  readonly check?: (system: System) => readonly Finding[];
}

export interface PreparedStack {
  /** The system with the stack's changes. */
  readonly system: System;
  readonly layout?: Layout;
  /** To be given to `assertDeployable` before the first resource. */
  readonly findings: readonly Finding[];
}

export function prepareStack(config: StackConfig<unknown>, surroundings: Surroundings): PreparedStack {
  const { systems, stackFiles = [], layoutOf, suppliedSecrets, check } = surroundings;
  const original = systems[config.system](config.parameters);
  const system = extendSystem(original, config.changes);
  const deployable = system.platforms.includes(config.platform);
  const { layout, findings: layoutFindings } =
    layoutOf && deployable ? place(system, layoutOf) : { findings: [] };
  const findings = sortFindings([
    ...checkDeployment(system, config, suppliedSecrets?.(system)),
    ...checkChanges(original, config.changes),
    ...checkSystem(system, layout),
    ...layoutFindings,
    ...(deployable ? (check?.(system) ?? []) : []),
    ...checkPlaintext(stackFiles, config.stack),
    ...checkBuckets(config, surroundings),
  ]);
  return { system, findings, ...(layout && { layout }) };
}

function place(
  system: System,
  layoutOf: (system: System) => Layout,
): { layout?: Layout; findings: Finding[] } {
  try {
    return { layout: layoutOf(system), findings: [] };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { findings: [{ key: "layout", message, mend: "run fewer replicas, or choose another platform" }] };
  }
}

function checkBuckets(config: StackConfig<unknown>, { systems, stackFiles = [] }: Surroundings): Finding[] {
  const build = (name: StackConfig["system"], parameters: SystemParameters): System =>
    systems[name](parameters);
  const own = bucketOf(config, build);
  if (own === undefined) return [];
  const cloud = cloudOf(config.platform);
  const others = bucketsOf(
    stackFiles.filter(({ stack, raw }) => stack !== config.stack && cloudOf(raw["vigil:platform"]) === cloud),
    build,
  );
  return bucketClashes(config.stack, [own, ...others]);
}
