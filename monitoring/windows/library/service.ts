/** PowerShell about a service as the service manager has it, and about the files that belong to it. */

/** What installing and removing share. */
export const service = String.raw`
function Get-VigilService([string]$Name) {
  return Get-CimInstance -ClassName Win32_Service -Filter ('Name=''' + $Name + '''')
}

function Invoke-VigilSc([string]$What, [string[]]$Arguments) {
  Invoke-VigilNative $What (Join-Path $env:SystemRoot 'System32\sc.exe') $Arguments
}

function Stop-VigilService([string]$Name, [int]$Seconds) {
  $service = Get-Service -Name $Name
  if ($service.Status -eq 'Stopped') { return }
  if ($service.Status -ne 'StopPending') { Stop-Service -Name $Name -NoWait }
  try {
    $service.WaitForStatus('Stopped', [TimeSpan]::FromSeconds($Seconds))
  } catch {
    throw ('it did not stop within ' + $Seconds + ' s; nothing was changed')
  }
}

function Assert-VigilService($Service) {
  $there = Get-VigilService $Service.Name
  if ($null -ne $there -and [string]$there.Description -cne $Service.Description) {
    throw ('a service named ' + $Service.Name + ' exists that this stack did not make (' + $there.PathName + '); remove it or rename the stack')
  }
}
`;

/** What is there of a service, and how it becomes what is wanted. */
export const serviceParts = String.raw`
# Registers a service, or says what it starts; then its account and what follows a failure.
function Set-VigilService($Service, [string]$CommandLine) {
  $there = Get-VigilService $Service.Name
  if ($null -eq $there) {
    [void](New-Service -Name $Service.Name -BinaryPathName $CommandLine -DisplayName $Service.DisplayName -Description $Service.Description -StartupType Automatic)
  } elseif ($there.PathName -cne $CommandLine) {
    $changed = Invoke-CimMethod -InputObject $there -MethodName Change -Arguments @{ PathName = $CommandLine }
    if ($changed.ReturnValue -ne 0) { throw ('its command line could not be changed: Win32_Service.Change answered ' + $changed.ReturnValue) }
  }
  $start = 'auto'
  if ($Service.Delayed) { $start = 'delayed-auto' }
  Invoke-VigilSc 'account' @('config', $Service.Name, 'start=', $start, 'obj=', $Service.Account)
  Invoke-VigilSc 'recovery' @('failure', $Service.Name, 'reset=', '86400', 'actions=', 'restart/1000/restart/5000/restart/30000')
  # Also when it says itself that it failed, as wrappers do, and not only when it crashes.
  Invoke-VigilSc 'recovery' @('failureflag', $Service.Name, '1')
}

function Get-VigilKey([string]$Name) {
  return 'HKLM:\SYSTEM\CurrentControlSet\Services\' + $Name + '\Parameters'
}

# What a wrapper reads in the registry and is not what is wanted. NSSM reads its whole configuration there.
function Get-VigilParameters($Service) {
  $changes = @()
  $key = Get-VigilKey $Service.Name
  $there = $null
  if (Test-Path -LiteralPath $key) { $there = Get-ItemProperty -LiteralPath $key }
  foreach ($parameter in $Service.Parameters) {
    $old = $null
    if ($null -ne $there -and $null -ne $there.PSObject.Properties[$parameter.Name]) {
      $old = $there.PSObject.Properties[$parameter.Name].Value
    }
    if ($null -ne $old -and (@($old) -join [char]10) -ceq (@($parameter.Value) -join [char]10)) { continue }
    $changes += @{ Name = $parameter.Name; Type = $parameter.Type; New = $parameter.Value; Old = $old }
  }
  return , $changes
}

function Set-VigilParameters($Service, $Changes, [string]$Which) {
  if ($Service.Parameters.Count -eq 0) { return }
  $key = Get-VigilKey $Service.Name
  # Whatever the program ends with, NSSM ends too, so that the service manager's recovery counts.
  $exit = Join-Path $key 'AppExit'
  if (-not (Test-Path -LiteralPath $exit)) { [void](New-Item -Path $exit -Value 'Exit' -Force) }
  foreach ($change in $Changes) {
    if ($null -ne $change[$Which]) {
      [void](New-ItemProperty -LiteralPath $key -Name $change.Name -Value $change[$Which] -PropertyType $change.Type -Force)
    } else {
      Remove-ItemProperty -LiteralPath $key -Name $change.Name
    }
  }
}

function Protect-VigilService($Service) {
  foreach ($folder in $Service.Folders) { Protect-VigilFolder $folder.Path @($folder.Accounts | ForEach-Object { $_ + ':(OI)(CI)' + $folder.Rights }) }
  foreach ($group in $Service.Groups) {
    $members = @(Get-LocalGroupMember -SID $group | ForEach-Object { $_.Name })
    if ($members -notcontains $Service.Account) { Add-LocalGroupMember -SID $group -Member $Service.Account }
  }
}

# Files whose content is not what is wanted: path, bytes, what a change of it asks for, and what was there.
function Get-VigilChanges($Service) {
  $changes = @()
  foreach ($file in $Service.Files) {
    $bytes = Get-VigilBytes (Complete-VigilText $file.Text $file.Json)
    if (Test-VigilSame $file.Path $bytes) { continue }
    $old = $null
    if (Test-Path -LiteralPath $file.Path -PathType Leaf) { $old = [IO.File]::ReadAllBytes($file.Path) }
    $changes += @{ Path = $file.Path; New = $bytes; Old = $old; Rank = $file.Rank }
  }
  return , $changes
}

# What lies in the service's folder and is wanted no more. Names that begin with a dot are the step's own.
function Get-VigilLeftOvers($Service) {
  $wanted = @($Service.Files | ForEach-Object { $_.Path }) + @($Service.Copies | ForEach-Object { $_.To })
  $there = @(Get-ChildItem -LiteralPath $Service.Home -Recurse -Force | Where-Object { -not $_.PSIsContainer -and -not $_.Name.StartsWith('.') })
  return , @($there | Where-Object { $wanted -notcontains $_.FullName } | ForEach-Object { $_.FullName })
}

function Restore-VigilFiles($Changes) {
  foreach ($change in $Changes) {
    if ($null -ne $change.Old) { Set-VigilFile $change.Path $change.Old }
    elseif (Test-Path -LiteralPath $change.Path) { Remove-Item -LiteralPath $change.Path -Force }
  }
}

# A wrapper's program lies beside its configuration; it cannot be replaced while it runs.
function Copy-VigilPrograms($Service) {
  foreach ($copy in $Service.Copies) {
    for ($attempt = 1; ; $attempt++) {
      try {
        Copy-Item -LiteralPath $copy.From -Destination $copy.To -Force
        break
      } catch {
        # A process that has just ended holds its program for a moment more.
        if ($attempt -ge 20) { throw }
        Start-Sleep -Milliseconds 500
      }
    }
  }
}

function Test-VigilCopies($Service) {
  foreach ($copy in $Service.Copies) {
    if (-not (Test-Path -LiteralPath $copy.To)) { return $false }
    if ((Get-FileHash -LiteralPath $copy.To).Hash -cne (Get-FileHash -LiteralPath $copy.From).Hash) { return $false }
  }
  return $true
}

function Get-VigilLog($Service) {
  $logs = @(Get-ChildItem -LiteralPath $Service.Logs -Filter '*.log' | Sort-Object LastWriteTime | Select-Object -Last 2)
  $lines = @($logs | ForEach-Object { Get-Content -LiteralPath $_.FullName -Tail 5 })
  if ($lines.Count -eq 0) { return '' }
  return '; its log ends: ' + ($lines -join ' | ')
}
`;
