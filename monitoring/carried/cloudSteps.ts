/** What a machine in a cloud needs before its services: its data disk, and an end of what it had and is not wanted any more. */
import type { Machine, MachineStep } from "../machines.ts";
import { diskStep } from "./dataDisk.ts";
import { powershellProgram, stepFolders } from "./packed.ts";

export interface CloudStepsOptions {
  /** Where Windows machines keep their data. @default C:\Prometheus\data */
  readonly dataFolder?: string;
}

/** The steps of machines in a cloud, each machine's own behind its disk and its sweep. */
export function withCloudSteps(
  machines: readonly Machine[],
  steps: readonly MachineStep[],
  { dataFolder = "C:\\Prometheus\\data" }: CloudStepsOptions = {},
): MachineStep[] {
  return machines.flatMap((machine) => {
    const own = steps.filter((step) => step.machine === machine.name);
    const folder = machine.system === "windows" ? dataFolder : "/var/lib/vigil";
    const disks = hasDataDisk(machine) ? [diskStep(machine, folder)] : [];
    const sweep = sweepStep(machine, own, disks);
    return [
      ...disks,
      sweep,
      ...own.map((step): MachineStep => ({ ...step, after: [sweep.name, ...step.after] })),
    ];
  });
}

/** An edge keeps nothing that it cannot make again. */
export function hasDataDisk({ role }: Machine): boolean {
  return role !== "edge";
}

/**
 * Runs the removals that steps have left on the machine and that are not wanted any more: neither Run
 * Command nor an association runs anything when it is deleted itself.
 */
function sweepStep(
  { name, system }: Machine,
  steps: readonly MachineStep[],
  after: readonly MachineStep[],
): MachineStep {
  const wanted = steps.map((step) => step.name).sort();
  return {
    name: `${name}-sweep`,
    machine: name,
    shell: system === "windows" ? "powershell" : "bash",
    install: system === "windows" ? powershell(wanted) : bash(wanted),
    remove: "",
    values: [],
    after: after.map((step) => step.name),
  };
}

function powershell(wanted: readonly string[]): string {
  return [
    "$ErrorActionPreference = 'Stop'",
    `$wanted = @(${wanted.map((name) => `'${name}'`).join(", ")})`,
    `$folder = "${stepFolders.powershell}\\removals"`,
    "foreach ($file in @(Get-ChildItem -LiteralPath $folder -Filter '*.ps1' | Sort-Object -Property Name -Descending)) {",
    "  if ($wanted -contains $file.BaseName) { continue }",
    `  & ${powershellProgram} -File $file.FullName`,
    '  if ($LASTEXITCODE -ne 0) { throw "the removal of $($file.BaseName) ended with $LASTEXITCODE" }',
    "  Remove-Item -LiteralPath $file.FullName",
    "}",
    "",
  ].join("\n");
}

function bash(wanted: readonly string[]): string {
  return [
    "set -euo pipefail",
    `wanted=" ${wanted.join(" ")} "`,
    `folder=${stepFolders.bash}/removals`,
    "mapfile -t files < <(find \"$folder\" -maxdepth 1 -name '*.sh' | sort -r)",
    'for file in "${files[@]}"; do',
    '  name=$(basename "$file" .sh)',
    '  if [[ "$wanted" == *" $name "* ]]; then continue; fi',
    '  bash "$file" || { echo "the removal of $name ended with $?" >&2; exit 1; }',
    '  rm -- "$file"',
    "done",
    "",
  ].join("\n");
}
