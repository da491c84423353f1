/** PowerShell that brings programs: downloaded, checked before anything is done with them, each build in its own folder. */
export const programs = String.raw`
# A file with the SHA-256 that is expected, or an error.
function Get-VigilDownload([string]$Url, [string]$Sha256, [string]$Path) {
  $partial = $Path + '.partial'
  for ($attempt = 1; ; $attempt++) {
    try {
      Invoke-WebRequest -UseBasicParsing -Uri $Url -OutFile $partial
      break
    } catch {
      if ($attempt -ge 3) { throw ($Url + ' could not be downloaded: ' + $_.Exception.Message) }
      Start-Sleep -Seconds 5
    }
  }
  $found = (Get-FileHash -LiteralPath $partial -Algorithm SHA256).Hash.ToLowerInvariant()
  if ($found -cne $Sha256) {
    Remove-Item -LiteralPath $partial -Force
    throw ($Url + ' has the SHA-256 ' + $found + ', expected ' + $Sha256 + '; nothing of it was used')
  }
  Move-Item -LiteralPath $partial -Destination $Path -Force
}

function Expand-VigilArchive([string]$Archive, [string]$Kind, [string]$Folder, [string]$Program) {
  if ($Kind -eq 'zip') {
    Expand-Archive -LiteralPath $Archive -DestinationPath $Folder -Force
  } elseif ($Kind -eq 'tar.gz') {
    Invoke-VigilNative 'unpacking' (Join-Path $env:SystemRoot 'System32\tar.exe') @('-xzf', $Archive, '-C', $Folder)
  } else {
    Copy-Item -LiteralPath $Archive -Destination (Join-Path $Folder $Program)
  }
}

# A build in its own folder, which only ever exists whole.
function Install-VigilBuild($Build) {
  $mark = Join-Path $Build.Folder '.sha256'
  if ((Test-Path -LiteralPath $mark) -and [IO.File]::ReadAllText($mark) -ceq $Build.Sha256) { return }
  $staging = $Build.Folder + '.new'
  $archive = $Build.Folder + '.' + $Build.Kind
  Remove-VigilFolder $staging
  Remove-VigilFolder $Build.Folder
  [void][IO.Directory]::CreateDirectory($staging)
  Get-VigilDownload $Build.Url $Build.Sha256 $archive
  Expand-VigilArchive $archive $Build.Kind $staging $Build.Program
  Remove-Item -LiteralPath $archive -Force
  $content = $staging
  $inside = @(Get-ChildItem -LiteralPath $staging -Force)
  # Most archives hold one folder named after their version.
  if ($inside.Count -eq 1 -and $inside[0].PSIsContainer) { $content = $inside[0].FullName }
  # NSSM and others keep a folder of their own beside the program's.
  if (-not (Test-Path -LiteralPath (Join-Path $content $Build.Program))) {
    throw ($Build.Url + ' does not hold ' + $Build.Program)
  }
  Move-Item -LiteralPath $content -Destination $Build.Folder
  Remove-VigilFolder $staging
  [IO.File]::WriteAllText($mark, $Build.Sha256)
}

# Builds that no service of this folder runs or ran before.
function Remove-VigilOldBuilds([string]$Root) {
  $programs = Join-Path $Root 'programs'
  $marks = @(Get-ChildItem -Path (Join-Path $Root 'config\*\.builds') -Force | ForEach-Object { [IO.File]::ReadAllLines($_.FullName) })
  foreach ($folder in @(Get-ChildItem -LiteralPath $programs -Force | Where-Object { $_.PSIsContainer })) {
    if ($marks -notcontains $folder.Name) { Remove-VigilFolder $folder.FullName }
  }
}
`;
