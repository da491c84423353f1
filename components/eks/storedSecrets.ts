/** Which secrets of a stack are put into the cloud's store. */
import type { System } from "../../monitoring/model.ts";

export interface StoredSecret {
  readonly name: string;
  readonly about: string;
}

/** Read by Pulumi itself, to reach an existing cluster; never put anywhere else. */
export const kubeconfigSecret = "kubeconfig";

/** Users of a stack of processes; pods have certificates instead. */
const ownUsers = ["human", "scrape", "reload"];

/** Those that the system declares and are given or can be made, and those that are given besides. */
export function storedSecrets({ secrets }: System, given: readonly string[]): StoredSecret[] {
  const declared = secrets.filter(
    ({ name, generated }) => name !== kubeconfigSecret && (generated || given.includes(name)),
  );
  const others = given.filter(
    (name) =>
      name !== kubeconfigSecret && !ownUsers.includes(name) && !secrets.some((one) => one.name === name),
  );
  return [
    ...declared.map(({ name, about }) => ({ name, about })),
    ...others.map((name) => ({ name, about: "Given by the stack's configuration." })),
  ];
}
