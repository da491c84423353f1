/** What a plan leaves out because the cluster has it already. */
import type { ClusterFacts, Installed, Part } from "./model.ts";

/** The part that would put it there. */
const parts: Readonly<Record<Installed, string>> = {
  "cert-manager": "cert-manager",
  "operator-crds": "prometheus-operator-crds",
};

/** The parts that are to be put on the cluster; nothing waits for what is there. */
export function withoutInstalled(all: readonly Part[], { installed = [] }: ClusterFacts): Part[] {
  const there = installed.map((name) => parts[name]);
  return all
    .filter(({ name }) => !there.includes(name))
    .map((part) => ({ ...part, after: part.after.filter((name) => !there.includes(name)) }));
}
