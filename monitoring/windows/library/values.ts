/** PowerShell that fills in what no text holds. */
export const values = String.raw`
$VigilValues = Get-VigilValues

function Get-VigilValue([string]$Name) {
  if (-not $VigilValues.ContainsKey($Name)) { throw ('the value ' + $Name + ' was not handed over') }
  return [string]$VigilValues[$Name]
}

# Once over the text, so that a value which looks like a placeholder stays what it is.
function Complete-VigilText([string]$Text, [bool]$Json) {
  return [regex]::Replace($Text, '\{\{((?:secret|bcrypt|basic|sha256|tls):[A-Za-z0-9_.-]+)\}\}', {
      param($found)
      $value = Get-VigilValue $found.Groups[1].Value
      if (-not $Json) { return $value }
      $quoted = ConvertTo-Json -InputObject $value -Compress
      return $quoted.Substring(1, $quoted.Length - 2)
    })
}
`;
