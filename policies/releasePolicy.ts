/** Policies of Helm releases, whichever repository their chart comes from. */
import { releaseOf, releaseTypes, type Release } from "./facts/releases.ts";
import type { Fault, ResourcePolicy, Settings } from "./policy.ts";

type ReleasePolicy = Omit<ResourcePolicy, "types" | "check"> & {
  readonly look: (release: Release, settings: Settings) => Iterable<Fault>;
};

/** A policy of what a Helm release says. */
export function releasePolicy({ look, ...policy }: ReleasePolicy): ResourcePolicy {
  return {
    ...policy,
    types: releaseTypes,
    *check(resource, settings) {
      const release = releaseOf(resource);
      if (release !== undefined) yield* look(release, settings);
    },
  };
}
