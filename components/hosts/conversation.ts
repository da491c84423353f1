/**
 * What a step says to a shell of its machine over standard input, and the command that starts that shell. The command is
 * the same for every step and holds none of it: the provider prints a command that failed, and a machine lists it.
 */
import { gzipSync, strToU8 } from "fflate";
import type { MachineStep } from "../../monitoring/machines.ts";
import { bashValues, encodeValues, powershellValues } from "./channel.ts";

/**
 * Three lines of ASCII, which no code page changes: whose step it is, and two scripts, packed. The values are in the first
 * script, so that this is a secret as a whole.
 */
export function conversation(step: MachineStep, values: Readonly<Record<string, string>>): string {
  // The line has no quote, no `$` and no backtick: see encodeValues.
  const line = `'${encodeValues(values)}'`;
  const prelude = step.shell === "powershell" ? powershellValues(line) : bashValues(`printf '%s' ${line}`);
  return `${[`${step.name} on ${step.machine}`, packed(`${prelude}\n${step.install}`), packed(step.remove)].join("\n")}\n`;
}

/** Which of the two scripts is to run. */
export type Part = "install" | "remove";

/**
 * Runs one of the scripts with Windows PowerShell 5.1, from `cmd.exe` or PowerShell alike, with nothing to quote.
 * `-EncodedCommand` alone would have errors written as XML (`ErrorFormat` in PowerShell's ConsoleHost.cs).
 */
export function powershellCommand(part: Part): string {
  return `powershell -NoProfile -NonInteractive -InputFormat Text -OutputFormat Text -EncodedCommand ${encodedCommand(part)}`;
}

/** The argument of `-EncodedCommand`: base64 of UTF-16LE. */
export function encodedCommand(part: Part): string {
  return Buffer.from(powershellListener(part), "utf16le").toString("base64");
}

/** `$input` is how a command reads what is piped to PowerShell; the console's reader would have to share it. */
function powershellListener(part: Part): string {
  return [
    "$ErrorActionPreference='Stop';$ProgressPreference='SilentlyContinue'",
    "$said=@($input)",
    "try{",
    "$who=New-Object Security.Principal.WindowsPrincipal([Security.Principal.WindowsIdentity]::GetCurrent())",
    "if(-not $who.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)){throw 'it needs the rights of an administrator'}",
    `$bytes=[Convert]::FromBase64String($said[${part === "install" ? "1" : "2"}])`,
    "$gzip=New-Object IO.Compression.GZipStream((New-Object IO.MemoryStream(,$bytes)),[IO.Compression.CompressionMode]::Decompress)",
    "$text=(New-Object IO.StreamReader($gzip,[Text.Encoding]::UTF8)).ReadToEnd()",
    "$global:LASTEXITCODE=0",
    "&([ScriptBlock]::Create($text))",
    `}catch{[Console]::Error.WriteLine("step $($said[0]), ${part}: $_");[Console]::Error.WriteLine($_.ScriptStackTrace);exit 1}`,
  ].join("\n");
}

/** As root: by name, or by `sudo` where it asks for no password. */
export function bashCommand(part: Part): string {
  return `[ "$(id -u)" = 0 ] && root= || root="sudo -n"; exec $root bash -c '${bashListener(part)}'`;
}

/** Bash that hears the conversation and runs one of its scripts, which has nothing on standard input. */
export function bashListener(part: Part): string {
  return [
    "set -euo pipefail",
    "read -r label; read -r install; read -r remove",
    `script=$(printf %s "$${part}" | base64 -d | gzip -dc)`,
    `bash <(printf "%s\\n" "$script") </dev/null ||`,
    `{ code=$?; echo "step $label, ${part}: ended with $code" >&2; exit "$code"; }`,
  ].join("\n");
}

function packed(text: string): string {
  // Without a time: the same text is the same bytes.
  return Buffer.from(gzipSync(strToU8(text), { level: 9, mtime: 0 })).toString("base64");
}
