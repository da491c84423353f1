/** Policies as Pulumi's SDK wants them: with settings, exclusions, levels and the unknown values of a preview. */
import type * as sdk from "@pulumi/policy";
import * as proxy from "@pulumi/policy/proxy.js";
import { configSchema, readConfiguration, type Configuration } from "./configuration.ts";
import { message, type Policy, type ResourcePolicy, type StackPolicy } from "./policy.ts";
import { plainType, stackOf, type Resource, type StackResource } from "./resource.ts";

export const packName = "vigil";

export type SdkPolicy = sdk.ResourceValidationPolicy | sdk.StackValidationPolicy;

/** @param now of the run, against which exclusions end */
export function sdkPolicy(policy: Policy, now: Date): SdkPolicy {
  const common = {
    name: policy.id,
    description: policy.description,
    enforcementLevel: "mandatory" as const,
    configSchema: configSchema(policy),
    severity: policy.severity,
    tags: [policy.concern, ...policy.covers],
    remediationSteps: policy.remedy,
  };
  const configured = lazily((given: Record<string, unknown>) => readConfiguration(policy, given, now));
  return "check" in policy
    ? { ...common, ...resourceValidation(policy, configured) }
    : { ...common, ...stackValidation(policy, configured) };
}

type Configured = (given: Record<string, unknown>) => Configuration;

function resourceValidation(policy: ResourcePolicy, configured: Configured) {
  const { types, check, mend } = policy;
  const wanted = new Set(types);
  const validateResource: sdk.ResourceValidation = (args, report) => {
    if (!wanted.has(plainType(args.type))) return;
    const { settings, isExcluded } = configured(args.getConfig());
    const resource = resourceOf(args);
    if (isExcluded(resource)) return;
    for (const fault of check(resource, settings)) report(message(policy, resource, fault));
  };
  if (mend === undefined) return { validateResource };
  const remediateResource: sdk.ResourceRemediation = (args) => {
    if (!wanted.has(plainType(args.type))) return undefined;
    const { settings, isExcluded } = configured(args.getConfig());
    const resource = resourceOf(args);
    return isExcluded(resource) ? undefined : mend(resource, settings);
  };
  return { validateResource, remediateResource };
}

function stackValidation(policy: StackPolicy, configured: Configured) {
  const validateStack: sdk.StackValidation = (args, report) => {
    const { settings, isExcluded } = configured(args.getConfig());
    const stack = stackOf(args.resources.map(stackResourceOf));
    for (const { resource, ...fault } of policy.inspect(stack, settings))
      if (!isExcluded(resource)) report(message(policy, resource, fault), resource.urn);
  };
  return { validateStack };
}

interface SdkResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly props: Record<string, unknown>;
  readonly opts: { readonly protect: boolean; readonly parent?: string };
  readonly provider?: { readonly props: Record<string, unknown> };
}

function resourceOf({ urn, type, name, props, opts, provider }: SdkResource): Resource {
  const { protect, parent } = opts;
  return {
    urn,
    type: plainType(type),
    name,
    props,
    protect,
    ...(parent !== undefined && { parent }),
    ...(provider && { provider: provider.props }),
  };
}

function stackResourceOf(resource: sdk.PolicyResource): StackResource {
  const isUnknown = isPreview && Object.keys(resource.props).length === 0;
  return {
    ...resourceOf(resource),
    ...(isUnknown && { props: unknownProperties }),
    origins: Object.fromEntries(
      Object.entries(resource.propertyDependencies).map(([property, from]) => [
        property,
        from.map(({ urn }) => urn),
      ]),
    ),
  };
}

const isPreview = process.env["PULUMI_NODEJS_DRY_RUN"] === "true";

// What the SDK leaves out of its declarations.
export const { unknownCheckingProxy, unknownStringValue } = proxy as unknown as {
  unknownCheckingProxy: (props: object) => Record<string | symbol, unknown>;
  unknownStringValue: string;
};

/**
 * Of a resource whose provider cannot be configured yet, as Kubernetes before its cluster is there, a preview of the whole
 * stack has no property at all (the engine returns an empty bag: provider_plugin.go, Create): that is not known, not absent.
 */
const unknownProperties: Readonly<Record<string, unknown>> = new Proxy(
  {},
  { get: (_, name) => unknownCheckingProxy({ [name]: unknownStringValue })[name] },
);

/** The same configuration is read once, not for each of 300 resources. */
function lazily<Given extends object, Made>(make: (given: Given) => Made): (given: Given) => Made {
  let last: { readonly text: string; readonly made: Made } | undefined;
  return (given) => {
    const text = JSON.stringify(given);
    if (last?.text !== text) last = { text, made: make(given) };
    return last.made;
  };
}
