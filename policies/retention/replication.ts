/** A copy in Azure is agreed by both accounts: one policy alone copies nothing. */
import type { StackPolicy } from "../policy.ts";
import { known } from "../resource.ts";

export const retentionCopyAgreed: StackPolicy = {
  id: "retention-copy-agreed",
  concern: "retention",
  severity: "high",
  description: "Where one account copies to another, both have the ObjectReplicationPolicy.",
  remedy: "Create the policy on the destination account, and with its policyId on the source account",
  covers: [],
  *inspect(stack) {
    const policies = stack.ofType("azure-native:storage:ObjectReplicationPolicy");
    const owners = policies.map(({ props }) => known(() => props["accountName"], undefined));
    // One that is not known yet may be the one.
    if (owners.includes(undefined)) return;
    for (const resource of policies)
      for (const side of ["sourceAccount", "destinationAccount"]) {
        const account = known(() => resource.props[side], undefined);
        // By its identifier or its name.
        const name = typeof account === "string" ? account.split("/").at(-1) : undefined;
        if (name !== undefined && !owners.includes(name))
          yield { resource, path: side, problem: `is ${name}, which has no such policy` };
      }
  },
};
