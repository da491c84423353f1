/** The vocabulary of the pack: what a policy is, what it looks at, and what it says. */
import type { PolicyConfigSchema, Severity } from "@pulumi/policy";
import type { Resource, Stack } from "./resource.ts";

/** What a policy keeps safe; also the folder that it is written in. */
export type Concern = "auth" | "retention" | "exposure" | "encryption" | "identity" | "resilience" | "cost";

/** One thing that is wrong with one resource. */
export interface Fault {
  /** Where in the resource's properties: `spec.template.spec.containers[0].args`. */
  readonly path: string;
  /** What is there and what is expected: `is "TLS1_0", expected "TLS1_2" or newer`. */
  readonly problem: string;
}

/** A fault that a look at the whole stack has found. */
export interface StackFault extends Fault {
  readonly resource: Resource;
}

/** Values by the names that {@link PolicyBase.settings} declares; their defaults where a stack says nothing. */
export type Settings = Readonly<Record<string, unknown>>;

interface PolicyBase {
  /** `area-thing-check`, unique, stable: configurations and exclusions name it. */
  readonly id: string;
  readonly concern: Concern;
  readonly severity: Severity;
  /** What holds when nothing is wrong, in one sentence. */
  readonly description: string;
  /** How to mend a violation, as an order. */
  readonly remedy: string;
  /** What of well-known catalogues it covers: `CKV_AWS_145`, `CIS AKS 5.1.1`, `AVD-AZU-0011`. */
  readonly covers: readonly string[];
  /** What a stack may set, beside level and exclusions. @default nothing */
  readonly settings?: PolicyConfigSchema["properties"];
}

/** Looks at one resource at a time, before it is created or changed. */
export interface ResourcePolicy extends PolicyBase {
  /** Types it looks at, without the version that azure-native puts into some: `azure-native:storage:StorageAccount`. */
  readonly types: readonly string[];
  readonly check: (resource: Resource, settings: Settings) => Iterable<Fault>;
  /**
   * The properties as they ought to be, where that is safe to do unasked; undefined where there is nothing to mend. Done
   * only at the level `remediate`.
   */
  readonly mend?: (resource: Resource, settings: Settings) => Readonly<Record<string, unknown>> | undefined;
}

/** Looks at the whole stack: what must exist, and what must fit together. */
export interface StackPolicy extends PolicyBase {
  readonly inspect: (stack: Stack, settings: Settings) => Iterable<StackFault>;
}

export type Policy = ResourcePolicy | StackPolicy;

/** `what: path problem. remedy`: one line that names the resource, what is wrong, and the mend. */
export function message(policy: Policy, resource: Resource, { path, problem }: Fault): string {
  const subject = `${resource.name} (${resource.type})`;
  return `${subject}: ${path === "" ? "" : `${path} `}${problem}. ${policy.remedy}`.replaceAll(
    /\s*\n\s*/g,
    " ",
  );
}
