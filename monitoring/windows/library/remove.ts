/** PowerShell that takes a service away. It needs no values, and works when half of the service is gone. */
export const remove = String.raw`
function Uninstall-VigilService($Service) {
  Assert-VigilService $Service
  if ($null -ne (Get-VigilService $Service.Name)) {
    Stop-VigilService $Service.Name $Service.StopSeconds
    Invoke-VigilSc 'removal' @('delete', $Service.Name)
  }
  Remove-VigilRules $Service.RuleGroup $Service.RulePrefix @()
  foreach ($folder in $Service.Gone) { Remove-VigilFolder $folder }
  [Console]::Out.WriteLine($VigilStep + ': taken away' + $Service.Stays)
}
`;
