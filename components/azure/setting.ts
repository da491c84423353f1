/** How to mend a finding: the command that sets a key of a stack's configuration, or removes it. */
import { removal, setting } from "../../configuration/commands.ts";
import type { Finding } from "../../monitoring/checks/finding.ts";

export function set(stack: string, key: string, value: string, order = "run"): string {
  return `${order} ${setting(stack, key, value)}`;
}

export function unset(stack: string, key: string): string {
  return `remove it with ${removal(stack, key)}`;
}

/** @see https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules */
const group = /^[A-Za-z0-9_().-]{0,89}[A-Za-z0-9_()-]$/;

/** What is wrong with the name of a resource group that is there already. */
export function groupFindings(stack: string, key: string, value: string): Finding[] {
  if (value === "" || group.test(value)) return [];
  return [
    {
      key,
      message: `got ${value}, expected up to 90 letters, digits, hyphens, underscores, parentheses and full stops, the last no full stop`,
      mend: set(stack, key, "RESOURCE-GROUP"),
    },
  ];
}
