/**
 * A step's scripts as one text that unpacks itself, for ways that carry little: SSM takes 64 KB, and a script with
 * dashboards in it has more. It leaves the removal on the machine first, so that what was begun can always be undone,
 * and runs the installation from a file in a folder that is the system's alone.
 */
import { gzipSync, strToU8 } from "fflate";
import type { MachineStep } from "../machines.ts";

/** Folder of the steps' scripts. Not where a data disk is mounted. */
export const stepFolders = { powershell: "$env:ProgramData\\Vigil", bash: "/etc/vigil" } as const;

/** @param prelude defines the function by which the installation asks for its values */
export function packedScript({ name, shell, install, remove }: MachineStep, prelude: string): string {
  const scripts = {
    steps: gzipped(`${prelude}\n${install}`),
    ...(remove !== "" && { removals: gzipped(remove) }),
  };
  return shell === "powershell" ? powershell(name, scripts) : bash(name, scripts);
}

/** The packed texts of a step, by the folder that each goes to. */
interface Packed {
  readonly steps: string;
  readonly removals?: string;
}

function powershell(name: string, { steps, removals }: Packed): string {
  return lines([
    "$ErrorActionPreference = 'Stop'",
    `$root = "${stepFolders.powershell}"`,
    'foreach ($folder in $root, "$root\\steps", "$root\\removals") {',
    "  if (-not (Test-Path -LiteralPath $folder)) { [void](New-Item -ItemType Directory -Path $folder) }",
    "}",
    "# SYSTEM and administrators by their SIDs, whose names are translated.",
    "& icacls.exe $root /setowner '*S-1-5-32-544' /T /Q | Out-Null",
    'if ($LASTEXITCODE -ne 0) { throw "icacls.exe /setowner ended with $LASTEXITCODE" }',
    "& icacls.exe $root /inheritance:r /grant:r '*S-1-5-18:(OI)(CI)F' '*S-1-5-32-544:(OI)(CI)F' /Q | Out-Null",
    'if ($LASTEXITCODE -ne 0) { throw "icacls.exe /grant ended with $LASTEXITCODE" }',
    "function Expand-Script([string] $Packed, [string] $Path) {",
    "  $bytes = New-Object System.IO.MemoryStream -ArgumentList (, [Convert]::FromBase64String($Packed))",
    "  $mode = [System.IO.Compression.CompressionMode]::Decompress",
    "  $gzip = New-Object System.IO.Compression.GZipStream -ArgumentList $bytes, $mode",
    "  $file = [System.IO.File]::Create($Path)",
    "  try { $gzip.CopyTo($file) } finally { $file.Dispose(); $gzip.Dispose() }",
    "}",
    ...(removals === undefined ? [] : [`Expand-Script '${removals}' "$root\\removals\\${name}.ps1"`]),
    `Expand-Script '${steps}' "$root\\steps\\${name}.ps1"`,
    `& ${powershellProgram} -File "$root\\steps\\${name}.ps1"`,
    "exit $LASTEXITCODE",
  ]);
}

/** Windows PowerShell itself, whatever else is on the path. */
export const powershellProgram =
  '"$env:SystemRoot\\System32\\WindowsPowerShell\\v1.0\\powershell.exe" -NoProfile -NonInteractive -ExecutionPolicy Bypass';

/** Run by whatever shell the cloud has for it, so in the words that all of them know. */
function bash(name: string, { steps, removals }: Packed): string {
  const root = stepFolders.bash;
  const unpack = (packed: string, folder: string): string[] => [
    `base64 -d <<'END' | gzip -dc > ${root}/${folder}/${name}.sh`,
    ...(packed.match(/.{1,120}/g) ?? []),
    "END",
  ];
  return lines([
    "#!/bin/sh",
    "set -eu",
    "umask 077",
    `mkdir -p ${root}/steps ${root}/removals`,
    ...(removals === undefined ? [] : unpack(removals, "removals")),
    ...unpack(steps, "steps"),
    `exec bash ${root}/steps/${name}.sh`,
  ]);
}

function gzipped(text: string): string {
  // Without a time: the same text is the same bytes.
  return Buffer.from(gzipSync(strToU8(text), { level: 9, mtime: 0 })).toString("base64");
}

function lines(all: readonly string[]): string {
  return `${all.join("\n")}\n`;
}
