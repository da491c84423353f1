/** The step that prepares a Windows machine: its folders, who may read them, and what its firewall must be. */
import type { Machine, MachineStep } from "../machines.ts";
import { baseStep } from "../machineTurns.ts";
import { script } from "./library/common.ts";
import { firewall, ruleRemoval } from "./library/firewall.ts";
import type { WindowsOptions } from "./options.ts";
import { literal } from "./powershell.ts";

/** @param roots folders of the machine's services, such as `C:\Prometheus` and `C:\Grafana` */
export function renderBaseStep(
  machine: Machine,
  roots: readonly string[],
  options: WindowsOptions,
): MachineStep {
  const name = baseStep(machine.name);
  const data = {
    Stack: options.stack,
    Address: machine.address.startsWith("127.") ? "" : machine.address,
    Roots: roots,
    RuleGroup: `Vigil ${options.stack}`,
    KeepData: options.keepData !== false,
  };
  return {
    name,
    machine: machine.name,
    shell: "powershell",
    install: script(name, [ruleRemoval, firewall, preparation], `Initialize-VigilMachine ${literal(data)}`),
    remove: script(name, [ruleRemoval, firewall, preparation], `Clear-VigilMachine ${literal(data)}`),
    values: [],
    after: [],
  };
}

const preparation = String.raw`
function Initialize-VigilMachine($Machine) {
  if (-not [Environment]::Is64BitOperatingSystem) { throw 'the programs are built for 64 bits, and this Windows is not' }
  foreach ($root in $Machine.Roots) { Assert-VigilOwned $root $Machine.Stack }
  Assert-VigilFirewall
  if ($Machine.Address -ne '') { Set-VigilPrivate $Machine.Address }
  foreach ($root in $Machine.Roots) {
    Protect-VigilFolder $root @()
    foreach ($name in @('config', 'data', 'logs')) { Protect-VigilFolder (Join-Path $root $name) @() }
    # Every service may run what is there, and none may change it.
    Protect-VigilFolder (Join-Path $root 'programs') @('*S-1-5-80-0:(OI)(CI)RX')
    [IO.File]::WriteAllText((Join-Path $root '.vigil'), $Machine.Stack)
  }
  [Console]::Out.WriteLine($VigilStep + ': prepared')
}

function Clear-VigilMachine($Machine) {
  Remove-VigilRules $Machine.RuleGroup '' @()
  foreach ($root in $Machine.Roots) {
    if (-not (Test-Path -LiteralPath $root)) { continue }
    Assert-VigilOwned $root $Machine.Stack
    foreach ($name in @('config', 'logs', 'programs')) { Remove-VigilFolder (Join-Path $root $name) }
    if (-not $Machine.KeepData) { Remove-VigilFolder $root }
  }
  [Console]::Out.WriteLine($VigilStep + ': taken away')
}
`;
