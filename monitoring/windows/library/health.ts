/**
 * PowerShell that asks a service over TLS: its certificate must be of the stack's authority and name it. Windows PowerShell
 * can tell `Invoke-WebRequest` neither of these, and a password never goes into a command line.
 */
export const health = String.raw`
$VigilShown = $false

function Test-VigilCertificate($Certificate, $Errors, $Authority) {
  if ($null -eq $Certificate) { return $false }
  if (($Errors -band [Net.Security.SslPolicyErrors]::RemoteCertificateNameMismatch) -ne 0) { return $false }
  $chain = New-Object Security.Cryptography.X509Certificates.X509Chain
  $chain.ChainPolicy.RevocationMode = [Security.Cryptography.X509Certificates.X509RevocationMode]::NoCheck
  $chain.ChainPolicy.VerificationFlags = [Security.Cryptography.X509Certificates.X509VerificationFlags]::AllowUnknownCertificateAuthority
  [void]$chain.ChainPolicy.ExtraStore.Add($Authority)
  $own = New-Object Security.Cryptography.X509Certificates.X509Certificate2($Certificate)
  if (-not $chain.Build($own)) { return $false }
  $root = $chain.ChainElements[$chain.ChainElements.Count - 1].Certificate
  return $root.Thumbprint -ceq $Authority.Thumbprint
}

# The status that a URL answers with; 0 where only the certificate was asked for. An exception says what is wrong.
function Invoke-VigilHttps([string]$Method, [string]$Url, [string]$Name, [string]$AuthorityFile, [string]$Basic, [string]$Body, [bool]$OnlyCertificate) {
  $uri = New-Object Uri($Url)
  $authority = New-Object Security.Cryptography.X509Certificates.X509Certificate2($AuthorityFile)
  $script:VigilShown = $false
  $client = New-Object Net.Sockets.TcpClient
  try {
    if (-not $client.ConnectAsync($uri.Host, $uri.Port).Wait(5000)) { throw 'no connection within 5 s' }
    $stream = $client.GetStream()
    $stream.ReadTimeout = 30000
    $stream.WriteTimeout = 30000
    $check = [Net.Security.RemoteCertificateValidationCallback] {
      param($sender, $certificate, $chain, $errors)
      $script:VigilShown = Test-VigilCertificate $certificate $errors $authority
      return $script:VigilShown
    }
    $tls = New-Object Net.Security.SslStream($stream, $false, $check)
    try {
      $tls.AuthenticateAsClient($Name, $null, [Security.Authentication.SslProtocols]::Tls12, $false)
    } catch {
      # Who asks for a client's certificate refuses only after it has shown its own.
      if ($OnlyCertificate -and $script:VigilShown) { return 0 }
      throw
    }
    if ($OnlyCertificate) { return 0 }
    $content = Get-VigilBytes $Body
    $lines = @(($Method + ' ' + $uri.PathAndQuery + ' HTTP/1.1'), ('Host: ' + $uri.Authority), 'Connection: close')
    if ($Basic -ne '') { $lines += 'Authorization: Basic ' + $Basic }
    if ($Body -ne '') { $lines += 'Content-Type: application/json' }
    if ($Method -ne 'GET') { $lines += 'Content-Length: ' + $content.Length }
    $crlf = [string][char]13 + [char]10
    $head = [Text.Encoding]::ASCII.GetBytes(($lines -join $crlf) + $crlf + $crlf)
    $tls.Write($head, 0, $head.Length)
    if ($content.Length -gt 0) { $tls.Write($content, 0, $content.Length) }
    $tls.Flush()
    $reader = New-Object IO.StreamReader($tls, [Text.Encoding]::ASCII)
    $answer = $reader.ReadLine()
    if ($null -eq $answer -or $answer -notmatch '^HTTP/1\.[01] ([0-9]{3})') { throw 'it does not speak HTTP' }
    return [int]$Matches[1]
  } finally {
    $client.Close()
  }
}

# Nothing when the service is as it should be, otherwise why not.
function Get-VigilIllness($Service) {
  $health = $Service.Health
  try {
    if ($health.Kind -eq 'tcp') {
      $client = New-Object Net.Sockets.TcpClient
      try {
        if (-not $client.ConnectAsync($health.Address, $health.Port).Wait(5000)) { return 'it does not answer' }
      } finally {
        $client.Close()
      }
      return ''
    }
    $basic = ''
    if ($health.Basic -ne '') { $basic = Get-VigilValue ('basic:' + $health.Basic) }
    $status = Invoke-VigilHttps 'GET' $health.Url $Service.Certificate $Service.Authority $basic '' $health.OnlyCertificate
    if ($health.OnlyCertificate -or $status -eq $health.Status) { return '' }
    return ('it answers ' + $status + ' instead of ' + $health.Status)
  } catch {
    return $_.Exception.GetBaseException().Message
  }
}

function Wait-VigilHealthy($Service, [int]$Seconds) {
  $clock = [Diagnostics.Stopwatch]::StartNew()
  for (; ;) {
    $illness = Get-VigilIllness $Service
    if ($illness -eq '' -or $clock.Elapsed.TotalSeconds -ge $Seconds) { return $illness }
    Start-Sleep -Milliseconds 500
  }
}

# What a healthy service takes over its API only.
function Complete-VigilSetup($Service) {
  foreach ($request in $Service.Setup) {
    $basic = Get-VigilValue ('basic:' + $request.Basic)
    $status = Invoke-VigilHttps 'POST' $request.Url $Service.Certificate $Service.Authority $basic (Complete-VigilText $request.Body $true) $false
    if ($request.Accept -notcontains $status) {
      throw ('a part of the setup was refused: ' + $request.Url + ' answered ' + $status)
    }
  }
}
`;
