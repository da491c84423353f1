/** PowerShell 5.1 that every step starts with: strictness, one step at a time, native programs, values and files. */

/** Text of a step's script: what it does, between the preparations and the report of a failure in one line. */
export function script(step: string, library: readonly string[], work: string): string {
  return [
    `# ${step}. Generated: changes are lost. PowerShell 5.1 or later, as administrator; can be run again at any time.`,
    strictness,
    common,
    ...library,
    `$VigilStep = '${step}'`,
    main(work),
  ].join("\n");
}

const strictness = String.raw`
Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
[Net.ServicePointManager]::SecurityProtocol = [Net.SecurityProtocolType]::Tls12
`;

/** Two steps of a machine would stop and start services at once. */
function main(work: string): string {
  return String.raw`
$VigilTurn = New-Object Threading.Mutex($false, 'Global\Vigil')
$VigilMine = $false
try {
  try { $VigilMine = $VigilTurn.WaitOne(900000) } catch [Threading.AbandonedMutexException] { $VigilMine = $true }
  if (-not $VigilMine) { throw 'another step of this machine has not ended for 15 minutes' }
  Assert-VigilAdministrator
${work}
} catch {
  [Console]::Error.WriteLine($VigilStep + ': ' + $_.Exception.GetBaseException().Message)
  exit 1
} finally {
  if ($VigilMine) { $VigilTurn.ReleaseMutex() }
}
`;
}

const common = String.raw`
function Assert-VigilAdministrator {
  $identity = [Security.Principal.WindowsIdentity]::GetCurrent()
  $principal = New-Object Security.Principal.WindowsPrincipal($identity)
  if (-not $principal.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
    throw 'services and firewall rules are an administrator''s; run this as one'
  }
}

# Runs a program of Windows' own and refuses every exit code but those that are expected.
function Invoke-VigilNative([string]$What, [string]$Program, [string[]]$Arguments, [int[]]$Accept = @(0)) {
  # Windows PowerShell makes an error of each line on stderr.
  $ErrorActionPreference = 'Continue'
  $global:LASTEXITCODE = -1
  $said = @(& $Program @Arguments 2>&1 | ForEach-Object { [string]$_ })
  $code = $LASTEXITCODE
  if ($Accept -notcontains $code) {
    throw ($What + ': ' + $Program + ' ended with exit code ' + $code + ': ' + ($said -join ' '))
  }
}

# Puts back what a script of ASCII cannot hold.
function Expand-VigilText([string]$Text) {
  $lines = $Text.Replace([string][char]13 + [char]10, [string][char]10)
  return [regex]::Replace($lines, '<U\+([0-9A-F]{4})>', {
      param($found)
      [string][char][Convert]::ToInt32($found.Groups[1].Value, 16)
    })
}

function Get-VigilBytes([string]$Text) {
  $encoding = New-Object Text.UTF8Encoding($false)
  return , $encoding.GetBytes($Text)
}

function Test-VigilSame([string]$Path, [byte[]]$Bytes) {
  if (-not (Test-Path -LiteralPath $Path -PathType Leaf)) { return $false }
  $there = [IO.File]::ReadAllBytes($Path)
  if ($there.Length -ne $Bytes.Length) { return $false }
  return [Convert]::ToBase64String($there) -ceq [Convert]::ToBase64String($Bytes)
}

# The file is the old one or the new one at any moment, and keeps its rights.
function Set-VigilFile([string]$Path, [byte[]]$Bytes) {
  [void][IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($Path))
  $new = $Path + '.new'
  [IO.File]::WriteAllBytes($new, $Bytes)
  if (Test-Path -LiteralPath $Path -PathType Leaf) {
    [IO.File]::Replace($new, $Path, [NullString]::Value)
  } else {
    [IO.File]::Move($new, $Path)
  }
}

# Only the system, administrators and those who are named; by their numbers, since names are translated.
function Protect-VigilFolder([string]$Path, [string[]]$Grants) {
  [void][IO.Directory]::CreateDirectory($Path)
  $everyone = @('*S-1-5-18:(OI)(CI)F', '*S-1-5-32-544:(OI)(CI)F') + $Grants
  Invoke-VigilNative 'rights' (Join-Path $env:SystemRoot 'System32\icacls.exe') (@($Path, '/inheritance:r', '/grant:r') + $everyone)
}

# A process that has just ended holds its files for a moment more.
function Remove-VigilFolder([string]$Path) {
  for ($attempt = 1; Test-Path -LiteralPath $Path; $attempt++) {
    try {
      Remove-Item -LiteralPath $Path -Recurse -Force
    } catch {
      if ($attempt -ge 20) { throw }
      Start-Sleep -Milliseconds 500
    }
  }
}

# A folder that somebody else filled is not overwritten. Its data is not looked at: a disk may outlive its machine.
function Assert-VigilOwned([string]$Root, [string]$Stack) {
  $mark = Join-Path $Root '.vigil'
  if (Test-Path -LiteralPath $mark -PathType Leaf) {
    $owner = [IO.File]::ReadAllText($mark).Trim()
    if ($owner -cne $Stack) {
      throw ($Root + ' belongs to the stack ' + $owner + '; name another folder (vigil:machines.directory)')
    }
    return
  }
  if (-not (Test-Path -LiteralPath $Root)) { return }
  $others = @(Get-ChildItem -LiteralPath $Root -Force | Where-Object { $_.Name -ne 'data' })
  if ($others.Count -gt 0) {
    throw ($Root + ' exists and was not made by this stack (it holds ' + $others[0].Name + '); move it away or name another folder (vigil:machines.directory)')
  }
}
`;
