/** PowerShell that decides what a change asks for, and does it: nothing, a reload, or a restart with a way back. */
export const install = String.raw`
function Install-VigilService($Service) {
  Assert-VigilService $Service
  foreach ($build in $Service.Builds) { Install-VigilBuild $build }
  foreach ($part in $Service.Parts) { Install-VigilBuild $part }
  $before = Get-VigilService $Service.Name
  if ($null -eq $before) { Set-VigilService $Service $Service.CommandLine }
  Protect-VigilService $Service
  $changes = Get-VigilChanges $Service
  $leftOvers = Get-VigilLeftOvers $Service
  $rank = 0
  foreach ($change in $changes) { if ($change.Rank -gt $rank) { $rank = $change.Rank } }
  if ($null -eq $before -or $before.PathName -cne $Service.CommandLine -or -not (Test-VigilCopies $Service)) { $rank = 3 }
  $parameters = Get-VigilParameters $Service
  if ($parameters.Count -gt 0) { $rank = 3 }
  if ((Get-VigilMark $Service) -cne $Service.Mark) { $rank = 3 }
  if ((Get-Service -Name $Service.Name).Status -ne 'Running') { $rank = 3 }
  if ($rank -lt 3) {
    foreach ($change in $changes) { Set-VigilFile $change.Path $change.New }
    if ($rank -eq 2) { Update-VigilService $Service $changes }
    # What runs and does not answer, as after a start that failed.
    if ((Wait-VigilHealthy $Service 15) -ne '') { $rank = 3 }
  }
  if ($rank -eq 3) { Restart-VigilService $Service $before $changes $parameters }
  foreach ($path in $leftOvers) { if (Test-Path -LiteralPath $path) { Remove-Item -LiteralPath $path -Force } }
  Set-VigilMark $Service
  Set-VigilFirewall $Service
  Remove-VigilOldBuilds $Service.Root
  [Console]::Out.WriteLine($VigilStep + ': ' + @('as it should be', 'files written', 'reloaded', 'restarted')[$rank] + ' (' + $Service.Version + ')')
}

# Builds and parts that the running service was started with.
function Get-VigilMark($Service) {
  $mark = Join-Path $Service.Home '.builds'
  if (-not (Test-Path -LiteralPath $mark)) { return '' }
  return @([IO.File]::ReadAllLines($mark))[0]
}

# The first line is what runs now, the following ones what a way back needs.
function Set-VigilMark($Service) {
  $mark = Join-Path $Service.Home '.builds'
  $lines = @($Service.Mark)
  foreach ($build in $Service.Builds) { $lines += [IO.Path]::GetFileName($build.Folder) }
  if (Test-Path -LiteralPath $mark) {
    $old = @([IO.File]::ReadAllLines($mark))
    if ($old[0] -ceq $Service.Mark) { return }
    $lines += @($old[0].Split(' ') | Where-Object { $_ -ne '' })
  }
  Set-VigilFile $mark (Get-VigilBytes (($lines -join [char]10) + [char]10))
}

function Restart-VigilService($Service, $Before, $Changes, $Parameters) {
  $ran = $null -ne $Before
  if ($ran) { Stop-VigilService $Service.Name $Service.StopSeconds }
  foreach ($change in $Changes) { Set-VigilFile $change.Path $change.New }
  $saved = @()
  foreach ($copy in $Service.Copies) {
    if ($ran -and (Test-Path -LiteralPath $copy.To)) {
      $saved += @{ From = $copy.To + '.old'; To = $copy.To }
      Copy-Item -LiteralPath $copy.To -Destination ($copy.To + '.old') -Force
    }
  }
  Copy-VigilPrograms $Service
  Set-VigilService $Service $Service.CommandLine
  Set-VigilParameters $Service $Parameters 'New'
  $illness = Start-VigilService $Service
  if ($illness -eq '') {
    foreach ($copy in $saved) { Remove-Item -LiteralPath $copy.From -Force }
    # Those who use it notice only after a while; the next of its group waits for them.
    if ($ran) { Start-Sleep -Seconds $Service.SettleSeconds }
    return
  }
  $why = $Service.DisplayName + ' did not become healthy within ' + $Service.HealthySeconds + ' s: ' + $illness + (Get-VigilLog $Service)
  Stop-VigilService $Service.Name $Service.StopSeconds
  if (-not $ran) { throw ($why + '. It was not there before; it is stopped') }
  Restore-VigilFiles $Changes
  foreach ($copy in $saved) { Move-Item -LiteralPath $copy.From -Destination $copy.To -Force }
  Set-VigilService $Service $Before.PathName
  Set-VigilParameters $Service $Parameters 'Old'
  $still = Start-VigilService $Service
  if ($still -ne '') { throw ($why + '. It was put back to what it was, which is not healthy either: ' + $still) }
  throw ($why + '. It was put back to what it was, which is healthy')
}

# Nothing when it is healthy and set up, otherwise why not.
function Start-VigilService($Service) {
  try {
    Start-Service -Name $Service.Name
    $illness = Wait-VigilHealthy $Service $Service.HealthySeconds
    if ($illness -ne '') { return $illness }
    Complete-VigilSetup $Service
    return ''
  } catch {
    return $_.Exception.GetBaseException().Message
  }
}

# A configuration that the process refuses is taken back, so that its files stay what it runs with.
function Update-VigilService($Service, $Changes) {
  $basic = Get-VigilValue ('basic:' + $Service.Reload.Basic)
  $status = ''
  try {
    $status = Invoke-VigilHttps 'POST' $Service.Reload.Url $Service.Certificate $Service.Authority $basic '' $false
  } catch {
    $status = $_.Exception.GetBaseException().Message
  }
  if ($status -eq 200 -and (Wait-VigilHealthy $Service $Service.HealthySeconds) -eq '') { return }
  Restore-VigilFiles $Changes
  throw ($Service.DisplayName + ' refused the new configuration (' + $Service.Reload.Url + ' answered ' + $status + ')' + (Get-VigilLog $Service) + '. Its files were put back')
}
`;
