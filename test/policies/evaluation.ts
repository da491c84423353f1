/** Runs policies in this process, over resources as the engine would hand them over. */
import * as proxy from "@pulumi/policy/proxy.js";
import type { StackResource as Exported } from "../../simulation/exported.ts";
import { message, type Policy } from "../../policies/policy.ts";
import { isUnknown, plainType, stackOf, type StackResource } from "../../policies/resource.ts";
import { readConfiguration } from "../../policies/configuration.ts";

// The SDK's own, which it leaves out of its declarations: a policy meets the same object in a preview.
const { unknownCheckingProxy, unknownStringValue } = proxy as unknown as {
  unknownCheckingProxy: (props: object) => Record<string, unknown>;
  unknownStringValue: string;
};

/** Stands for a value that a preview does not know. */
export const unknown: string = unknownStringValue;

/** A resource as a test writes it down. */
export interface Given {
  readonly type: string;
  /** @default "subject" */
  readonly name?: string;
  readonly props: Readonly<Record<string, unknown>>;
  readonly protect?: boolean;
  /** Settings of its provider. */
  readonly provider?: Readonly<Record<string, unknown>>;
  /** By property: names of the resources that it was computed from. */
  readonly from?: Readonly<Record<string, string>>;
}

export interface Violation {
  readonly policy: string;
  readonly urn: string;
  readonly message: string;
}

export interface Verdict {
  readonly violations: readonly Violation[];
  /** Policies that could not decide, because of what is not known yet. */
  readonly undecided: readonly string[];
}

export function given(resources: readonly Given[]): StackResource[] {
  const urn = (name: string): string => `urn:pulumi:test::test::type::${name}`;
  return resources.map(({ type, name = "subject", props, protect = false, provider, from = {} }) => ({
    urn: urn(name),
    type: plainType(type),
    name,
    props: unknownCheckingProxy(props),
    protect,
    ...(provider && { provider: unknownCheckingProxy(provider) }),
    origins: Object.fromEntries(Object.entries(from).map(([property, origin]) => [property, [urn(origin)]])),
  }));
}

/** @param resources of `pulumi stack export --show-secrets`; what secrets hide is opened */
export function exported(resources: readonly Exported[]): StackResource[] {
  const providers = new Map(
    resources
      .filter(({ type }) => type.startsWith("pulumi:providers:"))
      .map(({ urn, inputs = {} }) => [urn, opened(inputs) as StackResource["props"]]),
  );
  return resources.map((resource) => ({
    urn: resource.urn,
    type: plainType(resource.type),
    name: resource.urn.split("::").at(-1) ?? "",
    props: opened(resource.inputs ?? {}) as Record<string, unknown>,
    protect: (resource as { protect?: boolean }).protect === true,
    ...(resource.parent !== undefined && { parent: resource.parent }),
    // URN::ID
    provider: providers.get(resource.provider?.replace(/::[^:]*$/, "") ?? "") ?? {},
    origins: (resource as { propertyDependencies?: Record<string, string[]> }).propertyDependencies ?? {},
  }));
}

/** @param configuration by policy, as a stack's file for the pack has it */
export function evaluate(
  policies: readonly Policy[],
  resources: readonly StackResource[],
  configuration: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {},
  now = new Date("2026-01-15T12:00:00Z"),
): Verdict {
  return prepared(policies, configuration, now)(resources);
}

/** The same with the configuration read once, for many looks. */
export function prepared(
  policies: readonly Policy[],
  configuration: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  now: Date,
): (resources: readonly StackResource[]) => Verdict {
  const configured = policies.map((policy) => ({
    policy,
    ...readConfiguration(policy, configuration[policy.id] ?? {}, now),
  }));
  return (resources) => {
    const violations: Violation[] = [];
    const undecided = new Set<string>();
    const stack = stackOf(resources);
    for (const { policy, settings, isExcluded } of configured) {
      const decide = (look: () => void): void => {
        try {
          look();
        } catch (error) {
          if (!isUnknown(error)) throw error;
          undecided.add(policy.id);
        }
      };
      if ("inspect" in policy)
        decide(() => {
          for (const { resource, ...fault } of policy.inspect(stack, settings))
            if (!isExcluded(resource))
              violations.push({
                policy: policy.id,
                urn: resource.urn,
                message: message(policy, resource, fault),
              });
        });
      else
        for (const resource of stack.ofType(...policy.types).filter((one) => !isExcluded(one)))
          decide(() => {
            for (const fault of policy.check(resource, settings))
              violations.push({
                policy: policy.id,
                urn: resource.urn,
                message: message(policy, resource, fault),
              });
          });
    }
    return { violations, undecided: [...undecided] };
  };
}

const secretKey = "4dabf18193072939515e22adb298388d";

function opened(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(opened);
  if (typeof value !== "object" || value === null) return value;
  const map = value as Record<string, unknown>;
  if (map[secretKey] !== undefined)
    return typeof map["plaintext"] === "string" ? opened(JSON.parse(map["plaintext"])) : map;
  return Object.fromEntries(Object.entries(map).map(([key, inner]) => [key, opened(inner)]));
}
