/** PowerShell that runs bash in a WSL2 distribution, forwards ports to it, and keeps it up. */
export const wsl = String.raw`
# The script goes by standard input and reads nothing from there itself: it is read whole before it starts.
function Invoke-VigilLinux([string]$Distribution, [string]$Script) {
  $start = New-Object Diagnostics.ProcessStartInfo
  $start.FileName = Join-Path $env:SystemRoot 'System32\wsl.exe'
  $start.Arguments = '--distribution ' + $Distribution + ' --user root --exec bash -s'
  $start.UseShellExecute = $false
  $start.CreateNoWindow = $true
  $start.RedirectStandardInput = $true
  $start.RedirectStandardOutput = $true
  $start.RedirectStandardError = $true
  $start.StandardOutputEncoding = [Text.Encoding]::UTF8
  $start.StandardErrorEncoding = [Text.Encoding]::UTF8
  # What wsl.exe says itself is UTF-16 otherwise.
  $start.EnvironmentVariables['WSL_UTF8'] = '1'
  $process = [Diagnostics.Process]::Start($start)
  $said = $process.StandardOutput.ReadToEndAsync()
  $blamed = $process.StandardError.ReadToEndAsync()
  $bytes = Get-VigilBytes $Script
  $process.StandardInput.BaseStream.Write($bytes, 0, $bytes.Length)
  $process.StandardInput.Close()
  $process.WaitForExit()
  if ($process.ExitCode -ne 0) {
    throw ('in ' + $Distribution + ', exit code ' + $process.ExitCode + ': ' + ($said.Result + $blamed.Result).Trim())
  }
}

function Get-VigilInput([string]$Functions, [string]$Script) {
  $line = [string][char]10
  return $Functions + $line + '{' + $line + $Script + $line + '} < /dev/null' + $line
}

function Get-VigilNetsh {
  return Join-Path $env:SystemRoot 'System32\netsh.exe'
}

# Forwards from 127.0.0.1 to one of these addresses are ours: those that are not wanted go.
function Set-VigilForwards($Wanted, [string[]]$Addresses) {
  $key = 'HKLM:\SYSTEM\CurrentControlSet\Services\PortProxy\v4tov4\tcp'
  $ports = @($Wanted | ForEach-Object { [string]$_.Port })
  if (Test-Path -LiteralPath $key) {
    $known = Get-Item -LiteralPath $key
    foreach ($there in $known.GetValueNames()) {
      $from = $there.Split('/')
      $to = [string]$known.GetValue($there)
      $ours = ($from[0] -eq '127.0.0.1') -and ($Addresses -contains $to.Split('/')[0])
      if ($ours -and ($ports -notcontains $from[1])) {
        Invoke-VigilNative 'forwarded port' (Get-VigilNetsh) @('interface', 'portproxy', 'delete', 'v4tov4', 'listenaddress=127.0.0.1', ('listenport=' + $from[1]))
      }
    }
  }
  foreach ($forward in $Wanted) {
    $to = $forward.To.Split('/')
    Invoke-VigilNative 'forwarded port' (Get-VigilNetsh) @('interface', 'portproxy', 'set', 'v4tov4', 'listenaddress=127.0.0.1', ('listenport=' + $forward.Port), ('connectaddress=' + $to[0]), ('connectport=' + $to[1]))
  }
}

# At the start of the PC and when its user comes, whichever is first possible; no password is kept.
function Set-VigilKeeper([string]$Task, [string]$Distribution) {
  $user = [Security.Principal.WindowsIdentity]::GetCurrent().Name
  $program = Join-Path $env:SystemRoot 'System32\wsl.exe'
  $action = New-ScheduledTaskAction -Execute $program -Argument ('--distribution ' + $Distribution + ' --exec sleep infinity')
  $triggers = @((New-ScheduledTaskTrigger -AtStartup), (New-ScheduledTaskTrigger -AtLogOn -User $user))
  $principal = New-ScheduledTaskPrincipal -UserId $user -LogonType S4U
  $settings = New-ScheduledTaskSettingsSet -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries -ExecutionTimeLimit ([TimeSpan]::Zero) -MultipleInstances IgnoreNew -RestartCount 999 -RestartInterval ([TimeSpan]::FromMinutes(1))
  [void](Register-ScheduledTask -TaskName $Task -Action $action -Trigger $triggers -Principal $principal -Settings $settings -Force)
  Start-ScheduledTask -TaskName $Task
}

function Uninstall-VigilProxy($Proxy) {
  Invoke-VigilLinux $Proxy.Distribution (Get-VigilInput '' $Proxy.Script)
  Set-VigilForwards @() $Proxy.Addresses
  $there = @(Get-ScheduledTask | Where-Object { $_.TaskName -eq $Proxy.Task })
  if ($there.Count -gt 0) { Unregister-ScheduledTask -TaskName $Proxy.Task -Confirm:$false }
  [Console]::Out.WriteLine($VigilStep + ': taken away; ' + $Proxy.Distribution + ' stays')
}
`;

/** What only the installation does: it needs {@link values}. */
export const wslInstall = String.raw`
# The function by which a script of Linux asks for its values, none of which is part of a word.
function Get-VigilBashValues([string[]]$Names) {
  $cases = foreach ($name in $Names) {
    "'" + $name + "') printf %s '" + [Convert]::ToBase64String((Get-VigilBytes (Get-VigilValue $name))) + "' | base64 --decode ;; "
  }
  return 'vigil_value() { case "$1" in ' + (@($cases) -join '') + '*) printf ''no value %s\n'' "$1" >&2; return 1 ;; esac; }'
}

function Install-VigilProxy($Proxy) {
  Invoke-VigilLinux $Proxy.Distribution (Get-VigilInput '' $Proxy.Before)
  # The service that forwards ports.
  Set-Service -Name iphlpsvc -StartupType Automatic
  Start-Service -Name iphlpsvc
  Set-VigilForwards $Proxy.Forwards $Proxy.Addresses
  Set-VigilKeeper $Proxy.Task $Proxy.Distribution
  Invoke-VigilLinux $Proxy.Distribution (Get-VigilInput (Get-VigilBashValues $Proxy.Names) $Proxy.Script)
  [Console]::Out.WriteLine($VigilStep + ': HAProxy runs in ' + $Proxy.Distribution)
}
`;
