/** PowerShell that lets in exactly what a service's rules say, and what the network is taken for. */

/** Takes away the rules of a service, or of all. */
export const ruleRemoval = String.raw`
function Remove-VigilRules([string]$Group, [string]$Prefix, [string[]]$Kept) {
  $there = @(Get-NetFirewallRule -Group $Group -ErrorAction SilentlyContinue | Where-Object { $_.Name.StartsWith($Prefix) })
  foreach ($rule in $there) { if ($Kept -notcontains $rule.Name) { $rule | Remove-NetFirewallRule } }
}
`;

/** The rules of a service. */
export const rules = String.raw`
# Rules are known by their names; what they say is kept in their description, by which a change is seen.
function Set-VigilFirewall($Service) {
  $wanted = @($Service.Rules | ForEach-Object { $_.Name })
  Remove-VigilRules $Service.RuleGroup $Service.RulePrefix $wanted
  foreach ($rule in $Service.Rules) {
    $old = Get-NetFirewallRule -Name $rule.Name -ErrorAction SilentlyContinue
    if ($null -ne $old -and $old.Description -ceq $rule.Description) { continue }
    if ($null -ne $old) { $old | Remove-NetFirewallRule }
    [void](New-NetFirewallRule -Name $rule.Name -DisplayName $rule.DisplayName -Description $rule.Description -Group $Service.RuleGroup -Direction Inbound -Action Allow -Enabled True -Profile @('Domain', 'Private') -Protocol $rule.Protocol -LocalAddress $rule.Address -LocalPort $rule.Port -RemoteAddress $rule.From -Program $rule.Program)
  }
}
`;

/** What a machine's firewall must be before a rule counts. */
export const firewall = String.raw`
# Everything that no rule lets in is refused, and stays so.
function Assert-VigilFirewall {
  foreach ($zone in @(Get-NetFirewallProfile)) {
    if ([string]$zone.Enabled -ne 'True' -or [string]$zone.DefaultInboundAction -eq 'Allow') {
      throw ('Windows Firewall lets everybody in on networks of the profile ' + $zone.Name + '; switch it on and block by default: Set-NetFirewallProfile -Name ' + $zone.Name + ' -Enabled True -DefaultInboundAction Block')
    }
  }
}

# A network is public until it is said to be private, and then no rule would count.
function Set-VigilPrivate([string]$Address) {
  $interface = Get-NetIPAddress -IPAddress $Address -ErrorAction SilentlyContinue
  if ($null -eq $interface) { throw ('this machine does not have the address ' + $Address + '; is it the one that is meant?') }
  foreach ($network in @(Get-NetConnectionProfile -InterfaceIndex $interface.InterfaceIndex -ErrorAction SilentlyContinue)) {
    if ([string]$network.NetworkCategory -eq 'Public') { Set-NetConnectionProfile -InterfaceIndex $network.InterfaceIndex -NetworkCategory Private }
  }
}
`;
