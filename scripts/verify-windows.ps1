<#
What Usher's tests cannot see under Wine, looked at on a real Windows: rights, the SYSTEM account, the scheduled task,
the pipe, sessions and elevation. It tries what must not be possible, changes nothing
where it is not, and prints a table of what passed and what did not.

    powershell -ExecutionPolicy Bypass -File verify-windows.ps1 [-StateFolder DIR] [-Client FILE] [-Application FILE]

Run it twice on a machine on which the client is installed and activated: as an administrator (elevated), and as a person
without rights. Each run skips what only the other can see. It ends with 1 where something failed.
#>
[CmdletBinding()]
param(
  [string] $StateFolder = (Join-Path $env:ProgramData 'Usher'),
  [string] $Client = (Join-Path $env:ProgramFiles 'Usher\usher-client.exe'),
  # An application that Usher manages; with it, the person's run starts it through the client.
  [string] $Application = ''
)

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
$taskName = 'Usher engine'
$systemSid = 'S-1-5-18'
$administratorsSid = 'S-1-5-32-544'
$usersSid = 'S-1-5-32-545'
$results = New-Object System.Collections.Generic.List[object]
$identity = [Security.Principal.WindowsIdentity]::GetCurrent()
$isElevated = (New-Object Security.Principal.WindowsPrincipal $identity).IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)

function Test-That([string] $What, [string] $As, [scriptblock] $Look) {
  if (($As -eq 'administrator' -and -not $isElevated) -or ($As -eq 'person' -and $isElevated)) {
    $results.Add([pscustomobject]@{ Result = 'skipped'; What = $What; Found = "only as $As" })
    return
  }
  try {
    $found = & $Look
    $results.Add([pscustomobject]@{ Result = 'passed'; What = $What; Found = "$found" })
  } catch {
    $results.Add([pscustomobject]@{ Result = 'FAILED'; What = $What; Found = $_.Exception.Message })
  }
}

function Get-Sid($Account) { $Account.Translate([Security.Principal.SecurityIdentifier]).Value }

function Get-Rules([string] $Path) {
  (Get-Acl -LiteralPath $Path).Access | ForEach-Object {
    [pscustomobject]@{ Sid = Get-Sid $_.IdentityReference; Rights = $_.FileSystemRights; Inherited = $_.IsInherited; Type = $_.AccessControlType }
  }
}

function Assert-Owner([string] $Path) {
  $owner = (Get-Acl -LiteralPath $Path).GetOwner([Security.Principal.SecurityIdentifier]).Value
  if ($owner -ne $systemSid) { throw "the owner of $Path is $owner" }
}

function Assert-OnlyTrusted([string] $Path) {
  $others = @(Get-Rules $Path | Where-Object { $_.Sid -notin $systemSid, $administratorsSid })
  if ($others.Count -gt 0) { throw "$Path gives rights to $(($others | ForEach-Object Sid) -join ', ')" }
}

function Assert-Denied([string] $What, [scriptblock] $Try) {
  try { & $Try } catch [UnauthorizedAccessException] { return } catch [IO.IOException] { return } catch {
    if ($_.Exception.InnerException -is [UnauthorizedAccessException]) { return }
    throw
  }
  throw "$What was possible"
}

# --- The state folder -------------------------------------------------------------------------------------------------

Test-That 'the state folder is no link' 'anybody' {
  $folder = Get-Item -LiteralPath $StateFolder -Force
  if ($folder.Attributes -band [IO.FileAttributes]::ReparsePoint) { throw 'it is a reparse point' }
  $folder.FullName
}
Test-That 'the state folder belongs to SYSTEM, inherits nothing, and is for SYSTEM and Administrators alone' 'administrator' {
  Assert-Owner $StateFolder
  Assert-OnlyTrusted $StateFolder
  if (-not (Get-Acl -LiteralPath $StateFolder).AreAccessRulesProtected) { throw 'it inherits rights' }
  'owner SYSTEM'
}
Test-That 'identity, key, cache, queue and logs are for SYSTEM and Administrators alone' 'administrator' {
  $hidden = 'identity.json', 'engine-key.json', 'cache', 'queue', 'logs', 'tuf' | ForEach-Object { Join-Path $StateFolder $_ } | Where-Object { Test-Path -LiteralPath $_ }
  foreach ($path in $hidden) { Assert-OnlyTrusted $path; Assert-Owner $path }
  "$(@($hidden).Count) places"
}
Test-That 'installers in the cache cannot be changed by anybody else' 'administrator' {
  $files = @(Get-ChildItem -LiteralPath (Join-Path $StateFolder 'cache') -Recurse -File)
  foreach ($file in $files) { Assert-OnlyTrusted $file.FullName }
  "$($files.Count) files"
}
Test-That 'people may read what is public there, and change nothing of it' 'administrator' {
  $rules = @(Get-Rules (Join-Path $StateFolder 'public') | Where-Object { $_.Sid -notin $systemSid, $administratorsSid })
  $write = [Security.AccessControl.FileSystemRights] 'Write, Delete, DeleteSubdirectoriesAndFiles, ChangePermissions, TakeOwnership'
  foreach ($rule in $rules) { if ($rule.Sid -ne $usersSid -or ($rule.Rights -band $write)) { throw "$($rule.Sid) has $($rule.Rights)" } }
  if ($rules.Count -eq 0) { throw 'Users have no right to read it' }
  'Users: read'
}
Test-That 'a person cannot read identity, key and logs' 'person' {
  foreach ($name in 'identity.json', 'engine-key.json', 'logs\client.log') {
    Assert-Denied "reading $name" { [IO.File]::ReadAllText((Join-Path $StateFolder $name)) }
  }
  'refused'
}
Test-That 'a person can read the rules, the secret and the engine''s public key' 'person' {
  foreach ($name in 'engine.json', 'secret', 'policy.jws') { [void][IO.File]::ReadAllText((Join-Path $StateFolder "public\$name")) }
  'readable'
}
Test-That 'a person can write nothing into the state folder' 'person' {
  foreach ($place in '', 'public', 'cache', 'public\tuf') {
    $file = Join-Path (Join-Path $StateFolder $place) 'written-by-a-person.txt'
    Assert-Denied "writing $file" { [IO.File]::WriteAllText($file, 'x'); [IO.File]::Delete($file) }
  }
  Assert-Denied 'replacing engine.json' { [IO.File]::WriteAllText((Join-Path $StateFolder 'public\engine.json'), 'x') }
  'refused'
}

# --- The scheduled task and its process -------------------------------------------------------------------------------

Test-That 'the task runs under SYSTEM with highest rights' 'administrator' {
  $principal = (Get-ScheduledTask -TaskName $taskName).Principal
  $sid = if ($principal.UserId -like 'S-1-*') { $principal.UserId } else { Get-Sid ([Security.Principal.NTAccount] $principal.UserId) }
  if ($sid -ne $systemSid) { throw "it runs as $($principal.UserId)" }
  if ($principal.RunLevel -ne 'Highest') { throw "its level is $($principal.RunLevel)" }
  'SYSTEM'
}
Test-That 'the task has no time limit, runs on battery, once, and again after a failure' 'administrator' {
  $settings = (Get-ScheduledTask -TaskName $taskName).Settings
  if ($settings.ExecutionTimeLimit -ne 'PT0S') { throw "time limit $($settings.ExecutionTimeLimit)" }
  if ($settings.DisallowStartIfOnBatteries -or $settings.StopIfGoingOnBatteries) { throw 'not on battery' }
  if ($settings.MultipleInstances -ne 'IgnoreNew') { throw "instances: $($settings.MultipleInstances)" }
  if ($settings.RestartCount -lt 1) { throw 'it is not started again' }
  if ($settings.RunOnlyIfNetworkAvailable -or $settings.RunOnlyIfIdle) { throw 'it waits for network or idleness' }
  'as it should be'
}
Test-That 'the task starts with the machine' 'administrator' {
  $kinds = @((Get-ScheduledTask -TaskName $taskName).Triggers | ForEach-Object { $_.CimClass.CimClassName })
  if ('MSFT_TaskBootTrigger' -notin $kinds) { throw "triggers: $($kinds -join ', ')" }
  $kinds -join ', '
}
Test-That 'the task starts the installed client, from a folder that people cannot write' 'administrator' {
  $program = [string](Get-ScheduledTask -TaskName $taskName).Actions[0].Execute
  $path = $program.Trim('"')
  $write = [Security.AccessControl.FileSystemRights] 'Write, Delete, ChangePermissions, TakeOwnership'
  $weak = @(Get-Rules $path | Where-Object { $_.Type -eq 'Allow' -and $_.Sid -in $usersSid, 'S-1-1-0', 'S-1-5-11' -and ($_.Rights -band $write) })
  if ($weak.Count -gt 0) { throw "people may write $path" }
  $path
}
Test-That 'the engine runs, in session 0, under SYSTEM' 'administrator' {
  $engines = @(Get-CimInstance Win32_Process -Filter "Name='usher-client.exe'" | Where-Object { $_.CommandLine -match 'service\s+run' })
  if ($engines.Count -ne 1) { throw "$($engines.Count) engines run" }
  $owner = Invoke-CimMethod -InputObject $engines[0] -MethodName GetOwnerSid
  if ($owner.Sid -ne $systemSid) { throw "it runs as $($owner.Sid)" }
  if ($engines[0].SessionId -ne 0) { throw "it runs in session $($engines[0].SessionId)" }
  '{0:N0} MB' -f ($engines[0].WorkingSetSize / 1MB)
}
Test-That 'the idle engine has less than 80 MB' 'administrator' {
  $engine = Get-CimInstance Win32_Process -Filter "Name='usher-client.exe'" | Where-Object { $_.CommandLine -match 'service\s+run' } | Select-Object -First 1
  $mb = $engine.WorkingSetSize / 1MB
  if ($mb -ge 80) { throw ('{0:N1} MB' -f $mb) }
  '{0:N1} MB' -f $mb
}

# --- The pipe, and what a person can do -------------------------------------------------------------------------------

Test-That 'a person can connect to the pipe, and is greeted' 'person' {
  $marker = Get-Content -Raw -LiteralPath (Join-Path $StateFolder 'public\engine.json') | ConvertFrom-Json
  $name = $marker.address -replace '^\\\\\.\\pipe\\', ''
  $pipe = New-Object IO.Pipes.NamedPipeClientStream '.', $name, 'InOut'
  try {
    $pipe.Connect(3000)
    $head = New-Object byte[] 4
    if ($pipe.Read($head, 0, 4) -ne 4) { throw 'no greeting' }
  } finally { $pipe.Dispose() }
  $marker.address
}
Test-That 'a person is no administrator, and the client does not ask to be' 'person' {
  & $Client status | Out-Null
  if ($LASTEXITCODE -notin 0, 12) { throw "status ended with $LASTEXITCODE" }
  'no elevation'
}
Test-That 'a person cannot stop the engine' 'person' {
  & schtasks.exe /End /TN $taskName 2>&1 | Out-Null
  if ($LASTEXITCODE -eq 0) { throw 'the task could be ended' }
  'refused'
}
Test-That 'an application starts through the client in the person''s own session and rights' 'person' {
  if ($Application -eq '') { return 'not looked at: give -Application' }
  $session = (Get-Process -Id $PID).SessionId
  $start = Start-Process -FilePath $Client -ArgumentList 'start', '--ui', 'none', '--', "`"$Application`"" -PassThru -WindowStyle Hidden
  Start-Sleep -Seconds 15
  $child = Get-CimInstance Win32_Process -Filter "ParentProcessId=$($start.Id)" | Where-Object { $_.ExecutablePath -eq $Application } | Select-Object -First 1
  if ($null -eq $child) { throw 'it does not run after 15 s' }
  $owner = (Invoke-CimMethod -InputObject $child -MethodName GetOwnerSid).Sid
  if ($child.SessionId -ne $session -or $owner -ne $identity.User.Value) { throw "session $($child.SessionId), account $owner" }
  "session $session"
}
Test-That 'the sessions on this machine are seen by the engine''s way of looking' 'administrator' {
  $sessions = @(Get-CimInstance Win32_Process | Where-Object { $_.SessionId -gt 0 } | Group-Object SessionId)
  "$($sessions.Count) sessions besides session 0"
}

$results | Format-Table -AutoSize -Wrap Result, What, Found | Out-String -Width 200 | Write-Output
$failed = @($results | Where-Object Result -eq 'FAILED').Count
$passed = @($results | Where-Object Result -eq 'passed').Count
Write-Output "$passed passed, $failed failed, $($results.Count - $passed - $failed) skipped ($(if ($isElevated) { 'as an administrator' } else { 'as a person without rights' }))"
if ($failed -gt 0) { exit 1 }
