/** Which providers' resources the policies know: of all others a run says nothing, and that is no yes. */
import { defaultsOf } from "./configuration.ts";
import type { Policy } from "./policy.ts";

/** They only make values for the program: nothing of theirs runs, keeps or answers anything. */
const valuesOnly = ["pulumi", "pulumi-nodejs", "random", "tls"];

/** `aws`; of a cluster's custom resources with their group, for each has a maker of its own: `kubernetes:cert-manager.io`. */
export function providerOf(type: string): string {
  const [provider = "", module = ""] = type.split(":");
  const [group = ""] = module.split("/");
  // A cluster's own groups are `apps` and `rbac.authorization.k8s.io`; `helm.sh` is the provider's.
  const isCustom = provider === "kubernetes" && /\./.test(group) && !/(?:\.k8s\.io|^helm\.sh)$/.test(group);
  return isCustom ? `${provider}:${group}` : provider;
}

/** Those that the policies look at, in order. */
export function knownProviders(policies: readonly Policy[]): readonly string[] {
  const own = new Set(policies.flatMap(typesOf).map(providerOf));
  return [...own].filter((provider) => !valuesOnly.includes(provider)).sort();
}

/** What a look at a whole stack asks for is watched, over a stack of nothing. */
function typesOf(policy: Policy): readonly string[] {
  if ("types" in policy) return policy.types;
  const types: string[] = [];
  const ofType = (...asked: readonly string[]): readonly [] => {
    types.push(...asked);
    return [];
  };
  // To its end: a policy asks as it goes.
  Array.from(policy.inspect({ resources: [], ofType }, defaultsOf(policy)));
  return types;
}

/** Whether the resources of a type have nobody who looks at them. */
export function isUnknownTo(policies: readonly Policy[]): (type: string) => boolean {
  const known = new Set([...valuesOnly, ...knownProviders(policies)]);
  return (type) => !known.has(providerOf(type));
}
