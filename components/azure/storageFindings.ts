import type { StackConfig } from "../../configuration/parse.ts";
import type { Finding } from "../../monitoring/checks/finding.ts";
import type { System } from "../../monitoring/model.ts";
import { groupFindings, set, unset } from "./setting.ts";

const account = /^[a-z0-9]{3,24}$/;

/** What is wrong with where a stack keeps its metrics for long. */
export function storageFindings(
  { stack, parameters, kubernetes }: StackConfig<unknown>,
  system: System,
): Finding[] {
  const { mode, account: given, resourceGroup, kmsKey, replicateTo } = kubernetes.storage;
  const container = system.longTerm.bucket.name;
  const findings: Finding[] = [];
  if (given !== "" && !account.test(given))
    findings.push({
      key: "vigil:storage.account",
      message: `got ${given}, expected 3 to 24 small letters and digits`,
      mend: set(stack, "vigil:storage.account", "ACCOUNT"),
    });
  findings.push(...groupFindings(stack, "vigil:storage.resourceGroup", resourceGroup));
  if (mode === "existing")
    for (const [key, value] of [
      ["account", given],
      ["resourceGroup", resourceGroup],
    ] as const)
      if (value === "")
        findings.push({
          key: `vigil:storage.${key}`,
          message: "missing, and vigil:storage.mode is existing",
          mend: set(stack, `vigil:storage.${key}`, key === "account" ? "ACCOUNT" : "RESOURCE-GROUP"),
        });
  if (kmsKey !== "")
    findings.push({
      key: "vigil:storage.kmsKey",
      message: `got ${kmsKey}, and Azure encrypts the account with keys of its own`,
      mend: unset(stack, "vigil:storage.kmsKey"),
    });
  if (replicateTo !== "" && (mode === "existing" || replicateTo === parameters.region))
    findings.push({
      key: "vigil:storage.replicateTo",
      message:
        mode === "existing"
          ? `got ${replicateTo}, and an account that exists already stays as it is`
          : `got ${replicateTo}, the region of the account itself`,
      mend: `name another region, or ${unset(stack, "vigil:storage.replicateTo")}`,
    });
  if (!/^[a-z0-9](?:-?[a-z0-9]){2,62}$/.test(container) || container.length > 63)
    findings.push({
      key: "vigil:bucket",
      message: `got ${container}, expected a container's name: 3 to 63 small letters, digits and single hyphens`,
      mend: set(stack, "vigil:bucket", "NAME"),
    });
  return findings;
}
