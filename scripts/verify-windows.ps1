<#
What Usher's tests cannot see under Wine, looked at on a real Windows: rights, the SYSTEM account, the scheduled task,
the pipe, sessions and elevation. It tries what must not be possible, and prints a table: what is proven, what FAILED,
what was not tried and why. What it makes (a state folder of its own for some seconds, a file, a process) it takes away again,
also where something failed.

    powershell -NoProfile -ExecutionPolicy Bypass -File verify-windows.ps1 [-StateFolder DIR] [-Client FILE] [-Application FILE]

Run it twice on a machine on which the client is installed and activated: as an administrator (elevated), and as a person
without rights. Each run leaves out what only the other can see. It ends with 0 where nothing failed, with 1 where something
did, and with 2 where it cannot look at all.
#>
#Requires -Version 5.1
[CmdletBinding()]
param(
  [string] $StateFolder = (Join-Path $env:ProgramData 'Usher'),
  [string] $Client = (Join-Path $env:ProgramFiles 'Usher\usher-client.exe'),
  # An application that Usher manages; with it, the person's run starts it through the client, and ends it again.
  [string] $Application = ''
)

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
if ([Environment]::Is64BitOperatingSystem -and -not [Environment]::Is64BitProcess) {
  Write-Output 'This is the 32-bit PowerShell, which sees other folders than the client. Run the 64-bit one.'
  exit 2
}
if (-not (Test-Path -LiteralPath $Client -PathType Leaf)) {
  Write-Output "There is no client at $Client. Install it, or say where it is: -Client FILE."
  exit 2
}

$taskName = 'Usher engine'
$updateTaskName = 'Usher client update'
$system32 = [Environment]::SystemDirectory
$systemSid = 'S-1-5-18'
$administratorsSid = 'S-1-5-32-544'
$usersSid = 'S-1-5-32-545'
$trustedInstallerSid = 'S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464'
$results = New-Object System.Collections.Generic.List[object]
$identity = [Security.Principal.WindowsIdentity]::GetCurrent()
$isElevated = (New-Object Security.Principal.WindowsPrincipal $identity).IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)

# --- How something is looked at ---------------------------------------------------------------------------------------

function Add-Result([string] $Result, [string] $What, [string] $Found) {
  $results.Add([pscustomobject]@{ Result = $Result; What = $What; Found = $Found })
}

# What a .NET call threw, without what PowerShell wraps it in.
function Get-Cause([Management.Automation.ErrorRecord] $ErrorRecord) {
  $cause = $ErrorRecord.Exception
  while ($cause -is [Management.Automation.MethodInvocationException] -and $null -ne $cause.InnerException) { $cause = $cause.InnerException }
  $cause
}

# Ends a look with "not tried".
function Skip-Look([string] $Why) { throw (New-Object OperationCanceledException $Why) }

function Test-That([string] $What, [string] $As, [scriptblock] $Look) {
  if (($As -eq 'administrator' -and -not $isElevated) -or ($As -eq 'person' -and $isElevated)) {
    Add-Result 'not tried' $What "only as $As"
    return
  }
  try {
    $found = & $Look
    Add-Result 'proven' $What "$found"
  } catch {
    $cause = Get-Cause $_
    if ($cause -is [OperationCanceledException]) { Add-Result 'not tried' $What $cause.Message }
    else { Add-Result 'FAILED' $What $cause.Message }
  }
}

# By its streams and not by PowerShell's own redirection, which makes an error of every line on standard error.
function Invoke-Program([string] $File, [string] $Arguments, [hashtable] $Environment = @{}) {
  $start = New-Object Diagnostics.ProcessStartInfo $File, $Arguments
  foreach ($name in $Environment.Keys) { $start.EnvironmentVariables[$name] = $Environment[$name] }
  $start.UseShellExecute = $false
  $start.CreateNoWindow = $true
  $start.RedirectStandardOutput = $true
  $start.RedirectStandardError = $true
  $process = [Diagnostics.Process]::Start($start)
  try {
    $errors = $process.StandardError.ReadToEndAsync()
    $output = $process.StandardOutput.ReadToEndAsync()
    if (-not $process.WaitForExit(120000)) { $process.Kill(); throw "$File $Arguments did not end within two minutes" }
    [pscustomobject]@{ ExitCode = $process.ExitCode; Output = $output.Result; Errors = $errors.Result }
  } finally { $process.Dispose() }
}

# Rights by the ids of accounts: some of their names cannot be translated.
function Get-Rules([string] $Path) {
  (Get-Acl -LiteralPath $Path).GetAccessRules($true, $true, [Security.Principal.SecurityIdentifier]) | ForEach-Object {
    [pscustomobject]@{ Sid = $_.IdentityReference.Value; Rights = $_.FileSystemRights; Type = "$($_.AccessControlType)"; InheritOnly = (($_.PropagationFlags -band [Security.AccessControl.PropagationFlags]::InheritOnly) -ne 0) }
  }
}

function Get-Owner([string] $Path) { (Get-Acl -LiteralPath $Path).GetOwner([Security.Principal.SecurityIdentifier]).Value }

function Assert-Owner([string] $Path, [string[]] $Owners) {
  $owner = Get-Owner $Path
  if ($owner -notin $Owners) { throw "the owner of $Path is $owner" }
}

function Assert-OnlyTrusted([string] $Path) {
  $others = @(Get-Rules $Path | Where-Object { $_.Type -eq 'Allow' -and $_.Sid -notin $systemSid, $administratorsSid })
  if ($others.Count -gt 0) { throw "$Path gives rights to $(($others | ForEach-Object { $_.Sid }) -join ', ')" }
}

# Whoever is not trusted may change nothing of what runs under SYSTEM.
function Assert-NobodyWrites([string] $Path) {
  $write = [Security.AccessControl.FileSystemRights] 'WriteData, AppendData, Delete, DeleteSubdirectoriesAndFiles, ChangePermissions, TakeOwnership'
  $weak = @(Get-Rules $Path | Where-Object {
      $_.Type -eq 'Allow' -and -not $_.InheritOnly -and $_.Sid -notin $systemSid, $administratorsSid, $trustedInstallerSid -and ($_.Rights -band $write) -ne 0
    })
  if ($weak.Count -gt 0) { throw "$Path can be changed by $(($weak | ForEach-Object { $_.Sid }) -join ', ')" }
}

# Only a refusal is one: what is not there, or is in use, proves nothing.
function Assert-Denied([string] $What, [scriptblock] $Try) {
  try { & $Try } catch {
    $cause = Get-Cause $_
    if ($cause -is [UnauthorizedAccessException]) { return }
    if ($cause -is [IO.FileNotFoundException] -or $cause -is [IO.DirectoryNotFoundException]) { Skip-Look "$What`: it is not there" }
    throw
  }
  throw "$What was possible"
}

# --- The state folder -------------------------------------------------------------------------------------------------

function Assert-Protected([string] $Folder) {
  $found = Get-Item -LiteralPath $Folder -Force
  if (-not $found.PSIsContainer -or ($found.Attributes -band [IO.FileAttributes]::ReparsePoint) -ne 0) { throw "$Folder is a link, or no folder" }
  Assert-Owner $Folder $systemSid
  Assert-OnlyTrusted $Folder
  if (-not (Get-Acl -LiteralPath $Folder).AreAccessRulesProtected) { throw "$Folder inherits rights" }
}

Test-That 'the state folder is no link, belongs to SYSTEM, inherits nothing, and is for SYSTEM and Administrators alone' 'administrator' {
  Assert-Protected $StateFolder
  'owner SYSTEM'
}
Test-That 'identity, key, cache, queue and logs are for SYSTEM and Administrators alone' 'administrator' {
  $names = 'identity.json', 'engine-key.json', 'cache', 'queue', 'logs', 'tuf'
  $hidden = @($names | ForEach-Object { Join-Path $StateFolder $_ } | Where-Object { Test-Path -LiteralPath $_ })
  # An administrator's own command may have written there since the engine was started.
  foreach ($path in $hidden) { Assert-OnlyTrusted $path; Assert-Owner $path $systemSid, $administratorsSid, $identity.User.Value }
  if ($hidden.Count -eq 0) { Skip-Look 'none of them is there' }
  "$($hidden.Count) places"
}
Test-That 'installers in the cache cannot be changed by anybody else' 'administrator' {
  $cache = Join-Path $StateFolder 'cache'
  if (-not (Test-Path -LiteralPath $cache)) { Skip-Look 'there is no cache yet' }
  $files = @(Get-ChildItem -LiteralPath $cache -Recurse -File -Force)
  if ($files.Count -eq 0) { Skip-Look 'nothing was downloaded yet' }
  foreach ($file in $files) { Assert-OnlyTrusted $file.FullName }
  "$($files.Count) files"
}
Test-That 'people may read what is public there, and change nothing of it' 'administrator' {
  $public = Join-Path $StateFolder 'public'
  Assert-NobodyWrites $public
  $users = @(Get-Rules $public | Where-Object { $_.Sid -eq $usersSid -and $_.Type -eq 'Allow' -and ($_.Rights -band [Security.AccessControl.FileSystemRights]::ReadData) -ne 0 })
  if ($users.Count -eq 0) { throw 'Users have no right to read it' }
  'Users: read'
}
Test-That 'a person cannot read identity, key and logs' 'person' {
  foreach ($name in 'identity.json', 'engine-key.json', 'logs\client.log') {
    Assert-Denied "reading $name" { [void][IO.File]::ReadAllBytes((Join-Path $StateFolder $name)) }
  }
  'refused'
}
Test-That 'a person can read the rules, the secret and the engine''s public key' 'person' {
  foreach ($name in 'engine.json', 'secret', 'policy.jws') { [void][IO.File]::ReadAllBytes((Join-Path $StateFolder "public\$name")) }
  'readable'
}
Test-That 'a person can write nothing into the state folder' 'person' {
  foreach ($place in $StateFolder, (Join-Path $StateFolder 'public'), (Join-Path $StateFolder 'cache'), (Join-Path $StateFolder 'public\tuf')) {
    $file = Join-Path $place "written-by-a-person-$PID.txt"
    try { Assert-Denied "writing into $place" { [IO.File]::WriteAllText($file, 'x') } }
    finally { if ([IO.File]::Exists($file)) { [IO.File]::Delete($file) } }
  }
  # Opened for writing, and left as it is.
  Assert-Denied 'changing engine.json' { [IO.File]::Open((Join-Path $StateFolder 'public\engine.json'), 'Open', 'Write', 'ReadWrite').Dispose() }
  'refused'
}

# Where an engine seals its state folders: the SHA-256 of the secret in each, by that of the folder's name.
$sealKey = 'SOFTWARE\Usher\State'

function Get-Hash([string] $Text) {
  $hasher = [Security.Cryptography.SHA256]::Create()
  -join ($hasher.ComputeHash([Text.Encoding]::UTF8.GetBytes($Text)) | ForEach-Object { $_.ToString('x2') })
}

function Remove-Seal([string] $Folder) {
  $base = [Microsoft.Win32.RegistryKey]::OpenBaseKey('LocalMachine', 'Registry64')
  $key = $base.OpenSubKey($sealKey, $true)
  if ($null -ne $key) { $key.DeleteValue((Get-Hash $Folder.ToLowerInvariant()), $false) }
}

# A state folder of our own that is not the machine's, with which something is done before it is taken away again.
function Use-OwnFolder([scriptblock] $Do) {
  $folder = Join-Path $env:ProgramData "UsherVerify-$([Guid]::NewGuid().ToString('N'))"
  try { & $Do $folder }
  finally {
    foreach ($left in @(Get-Item -Path "$folder", "$folder.*" -Force -ErrorAction SilentlyContinue)) {
      # Of a link, the link alone.
      if (($left.Attributes -band [IO.FileAttributes]::ReparsePoint) -ne 0) { [IO.Directory]::Delete($left.FullName) }
      else { Remove-Item -LiteralPath $left.FullName -Recurse -Force }
    }
    Remove-Seal $folder
  }
}

# Runs an engine on a folder until it is ready, and looks (`Meanwhile`, again and again) while it starts.
function Use-Engine([string] $Folder, [scriptblock] $Meanwhile = { Start-Sleep -Milliseconds 50 }) {
  $process = $null
  try {
    $start = New-Object Diagnostics.ProcessStartInfo $Client, "service run --state `"$Folder`""
    $start.UseShellExecute = $false
    $start.CreateNoWindow = $true
    $start.RedirectStandardOutput = $true
    $process = [Diagnostics.Process]::Start($start)
    $ready = $process.StandardOutput.ReadLineAsync()
    $waiting = [Diagnostics.Stopwatch]::StartNew()
    while (-not $ready.IsCompleted) {
      if ($waiting.Elapsed.TotalSeconds -gt 120) { throw 'the engine was not ready within two minutes' }
      & $Meanwhile
    }
    if ("$($ready.Result)" -notlike '*is ready*') { throw "the engine said: $($ready.Result)" }
  } finally {
    if ($null -ne $process) {
      if (-not $process.HasExited) { $process.Kill(); [void]$process.WaitForExit(10000) }
      $process.Dispose()
    }
  }
}

function Get-SetAside([string] $Folder) { @(Get-Item -Path "$Folder.set-aside-*" -Force -ErrorAction SilentlyContinue) }

# What an engine makes of a folder. `Spoil` does to it what a person, or an administrator, might.
function Test-SpoiltFolder([scriptblock] $Spoil) {
  Use-OwnFolder {
    param($Folder)
    & $Spoil $Folder
    Use-Engine $Folder
    Assert-Protected $Folder
    $aside = @(Get-SetAside $Folder)
    if ($aside.Count -ne 1) { throw "$($aside.Count) folders were set aside" }
    'set aside, and an empty one took its place'
  }
}

function Invoke-Icacls([string] $Arguments) {
  $given = Invoke-Program (Join-Path $system32 'icacls.exe') $Arguments
  if ($given.ExitCode -ne 0) { Skip-Look "icacls $Arguments ended with $($given.ExitCode)" }
}

Test-That 'a state folder that is a link is set aside, and nothing behind it is touched' 'administrator' {
  $behind = Join-Path $env:TEMP "usher-verify-$([Guid]::NewGuid().ToString('N'))"
  [void](New-Item -ItemType Directory -Path $behind)
  try {
    $before = (Get-Acl -LiteralPath $behind).Sddl
    $found = Test-SpoiltFolder { param($Folder) [void](New-Item -ItemType Junction -Path $Folder -Value $behind) }
    if (@(Get-ChildItem -LiteralPath $behind -Force).Count -ne 0) { throw 'the engine wrote behind the link' }
    if ((Get-Acl -LiteralPath $behind).Sddl -ne $before) { throw 'the engine changed the rights behind the link' }
    $found
  } finally { Remove-Item -LiteralPath $behind -Recurse -Force }
}
Test-That 'a state folder that belongs to somebody else is set aside' 'administrator' {
  Test-SpoiltFolder {
    param($Folder)
    [void](New-Item -ItemType Directory -Path $Folder)
    Invoke-Icacls "`"$Folder`" /setowner *$usersSid"
  }
}
Test-That 'a state folder that an administrator made as ProgramData makes it is set aside with what lies in it' 'administrator' {
  Test-SpoiltFolder {
    param($Folder)
    [void](New-Item -ItemType Directory -Path $Folder)
    [IO.File]::WriteAllText((Join-Path $Folder 'identity.json'), 'planted')
  }
}
Test-That 'a state folder in which somebody was given the right to write is set aside' 'administrator' {
  Test-SpoiltFolder {
    param($Folder)
    Use-Engine $Folder
    Invoke-Icacls "`"$Folder`" /grant *${usersSid}:(OI)(CI)M"
  }
}
Test-That 'the right to read that somebody was given there is taken back, and nothing is lost' 'administrator' {
  Use-OwnFolder {
    param($Folder)
    Use-Engine $Folder
    $kept = Join-Path $Folder 'logs\kept-by-verify.txt'
    [IO.File]::WriteAllText($kept, 'x')
    Invoke-Icacls "`"$Folder`" /grant *${usersSid}:(OI)(CI)RX"
    Use-Engine $Folder
    Assert-Protected $Folder
    Assert-OnlyTrusted $kept
    if (@(Get-SetAside $Folder).Count -ne 0) { throw 'the folder was set aside' }
    'taken back'
  }
}
Test-That 'a start of the engine keeps the folder, and at no moment takes from people the right to what is public' 'administrator' {
  Use-OwnFolder {
    param($Folder)
    Use-Engine $Folder
    $public = Join-Path $Folder 'public'
    $looks = @{ All = 0; Denied = 0 }
    Use-Engine $Folder {
      $looks.All += 1
      if (@(Get-Rules $public | Where-Object { $_.Sid -eq $usersSid -and $_.Type -eq 'Allow' }).Count -eq 0) { $looks.Denied += 1 }
    }
    if (@(Get-SetAside $Folder).Count -ne 0) { throw 'the folder was set aside' }
    if ($looks.Denied -gt 0) { throw "in $($looks.Denied) of $($looks.All) looks they had none" }
    "$($looks.All) looks"
  }
}
Test-That 'the state folder is known again where PowerShell is refused: its seal, which only administrators can change' 'administrator' {
  $seal = Join-Path $StateFolder 'seal'
  if (-not (Test-Path -LiteralPath $seal)) { throw 'there is none' }
  Assert-OnlyTrusted $seal
  $base = [Microsoft.Win32.RegistryKey]::OpenBaseKey('LocalMachine', 'Registry64')
  $key = $base.OpenSubKey($sealKey)
  if ($null -eq $key) { throw 'the registry has none' }
  $name = Get-Hash $StateFolder.ToLowerInvariant()
  if ($key.GetValue($name) -ne (Get-Hash ([IO.File]::ReadAllText($seal)))) { throw 'the registry has another' }
  $write = [Security.AccessControl.RegistryRights] 'SetValue, CreateSubKey, Delete, ChangePermissions, TakeOwnership'
  $weak = @($key.GetAccessControl().GetAccessRules($true, $true, [Security.Principal.SecurityIdentifier]) | Where-Object {
      "$($_.AccessControlType)" -eq 'Allow' -and "$($_.PropagationFlags)" -notlike '*InheritOnly*' -and
      $_.IdentityReference.Value -notin $systemSid, $administratorsSid, $trustedInstallerSid -and ($_.RegistryRights -band $write) -ne 0
    })
  if ($weak.Count -gt 0) { throw "the registry's can be changed by $(($weak | ForEach-Object { $_.IdentityReference.Value }) -join ', ')" }
  'sealed'
}

# --- The scheduled task and its process -------------------------------------------------------------------------------

function Get-Engine {
  @(Get-CimInstance -ClassName Win32_Process -Filter "Name='usher-client.exe'" | Where-Object { "$($_.CommandLine)" -match 'service\s+run' -and "$($_.CommandLine)" -notmatch 'UsherVerify-' })
}

Test-That 'the task runs under SYSTEM with highest rights' 'administrator' {
  $principal = (Get-ScheduledTask -TaskName $taskName).Principal
  $user = [string]$principal.UserId
  $sid = if ($user -like 'S-1-*') { $user } else { (New-Object Security.Principal.NTAccount $user).Translate([Security.Principal.SecurityIdentifier]).Value }
  if ($sid -ne $systemSid) { throw "it runs as $user" }
  if ("$($principal.RunLevel)" -ne 'Highest') { throw "its level is $($principal.RunLevel)" }
  'SYSTEM'
}
Test-That 'the task has no time limit, runs on battery, once, and again after a failure' 'administrator' {
  $settings = (Get-ScheduledTask -TaskName $taskName).Settings
  if ($settings.ExecutionTimeLimit -ne 'PT0S') { throw "time limit $($settings.ExecutionTimeLimit)" }
  if ($settings.DisallowStartIfOnBatteries -or $settings.StopIfGoingOnBatteries) { throw 'not on battery' }
  if ("$($settings.MultipleInstances)" -ne 'IgnoreNew') { throw "instances: $($settings.MultipleInstances)" }
  if ($settings.RestartCount -lt 1) { throw 'it is not started again' }
  # From 7 on processor, disk and memory are those of work that nobody waits for.
  if ($settings.Priority -gt 6) { throw "priority $($settings.Priority)" }
  if ($settings.RunOnlyIfNetworkAvailable -or $settings.RunOnlyIfIdle) { throw 'it waits for network or idleness' }
  'as it should be'
}
Test-That 'the task starts with the machine' 'administrator' {
  $kinds = @((Get-ScheduledTask -TaskName $taskName).Triggers | ForEach-Object { $_.CimClass.CimClassName })
  if ('MSFT_TaskBootTrigger' -notin $kinds) { throw "triggers: $($kinds -join ', ')" }
  $kinds -join ', '
}
Test-That 'the task starts the installed client, from a folder that people cannot write' 'administrator' {
  $program = ([string]@((Get-ScheduledTask -TaskName $taskName).Actions)[0].Execute).Trim('"')
  Assert-NobodyWrites $program
  Assert-NobodyWrites (Split-Path -Parent $program)
  $program
}
Test-That 'a task that goes on with the client''s own update is there only while one is under way, under SYSTEM' 'administrator' {
  $task = Get-ScheduledTask -TaskName $updateTaskName -ErrorAction SilentlyContinue
  if ($null -eq $task) { return 'none is under way' }
  $user = [string]$task.Principal.UserId
  $sid = if ($user -like 'S-1-*') { $user } else { (New-Object Security.Principal.NTAccount $user).Translate([Security.Principal.SecurityIdentifier]).Value }
  if ($sid -ne $systemSid) { throw "it runs as $user" }
  $kinds = @($task.Triggers | ForEach-Object { $_.CimClass.CimClassName })
  if ('MSFT_TaskBootTrigger' -notin $kinds) { throw "triggers: $($kinds -join ', ')" }
  $program = ([string]@($task.Actions)[0].Execute).Trim('"')
  if (-not (Test-Path -LiteralPath $program -PathType Leaf)) { throw "it was left behind: there is no $program" }
  Assert-NobodyWrites $program
  "one is under way: $program"
}
Test-That 'the engine runs, once, in session 0, under SYSTEM' 'administrator' {
  $engines = @(Get-Engine)
  if ($engines.Count -ne 1) { throw "$($engines.Count) engines run" }
  $owner = Invoke-CimMethod -InputObject $engines[0] -MethodName GetOwnerSid
  if ($owner.Sid -ne $systemSid) { throw "it runs as $($owner.Sid)" }
  if ($engines[0].SessionId -ne 0) { throw "it runs in session $($engines[0].SessionId)" }
  "process $($engines[0].ProcessId)"
}
Test-That 'the idle engine has less than 80 MB' 'administrator' {
  $engines = @(Get-Engine)
  if ($engines.Count -eq 0) { throw 'no engine runs' }
  $found = '{0:N1} MB' -f ($engines[0].WorkingSetSize / 1MB)
  if ($engines[0].WorkingSetSize -ge 80MB) { throw $found }
  $found
}
Test-That 'who has the application open can be seen: PowerShell is not held to a constrained language' 'administrator' {
  $mode = "$($ExecutionContext.SessionState.LanguageMode)"
  if ($mode -ne 'FullLanguage') { throw "it is $mode" }
  $base = [Microsoft.Win32.RegistryKey]::OpenBaseKey('LocalMachine', 'Registry64')
  $components = $base.OpenSubKey('SOFTWARE\Microsoft\Windows\CurrentVersion\Installer\UserData\S-1-5-18\Components')
  if ($null -eq $components) { throw 'the components of Windows Installer cannot be read' }
  $processes = @(Get-CimInstance -ClassName Win32_Process | Where-Object { $_.ExecutablePath -and $_.SessionId -gt 0 })
  $sessions = @($processes | Group-Object SessionId)
  "$($components.SubKeyCount) components, $($processes.Count) processes in $($sessions.Count) sessions besides session 0"
}
Test-That 'the client itself finds nothing wrong' 'administrator' {
  $doctor = Invoke-Program $Client 'doctor'
  if ($doctor.ExitCode -ne 0) { throw "$(@($doctor.Output -split '\r?\n' | Where-Object { $_ -like 'NOT OK*' }) -join ' | ') $($doctor.Errors)" }
  "$(@($doctor.Output -split '\r?\n' | Where-Object { $_ -like 'ok*' }).Count) points"
}

# --- The pipe, and what a person can do -------------------------------------------------------------------------------

Test-That 'a person can connect to the pipe, and is greeted' 'person' {
  $marker = Get-Content -Raw -LiteralPath (Join-Path $StateFolder 'public\engine.json') | ConvertFrom-Json
  $name = $marker.address -replace '^\\\\\.\\pipe\\', ''
  $pipe = New-Object IO.Pipes.NamedPipeClientStream '.', $name, ([IO.Pipes.PipeDirection]::InOut), ([IO.Pipes.PipeOptions]::Asynchronous)
  try {
    $pipe.Connect(3000)
    $head = New-Object byte[] 4
    $reading = $pipe.ReadAsync($head, 0, 4)
    if (-not $reading.Wait(3000) -or $reading.Result -lt 1) { throw 'no greeting' }
  } finally { $pipe.Dispose() }
  $marker.address
}
Test-That 'a person is no administrator, and the client does not ask to be' 'person' {
  $status = Invoke-Program $Client 'status'
  if ($status.ExitCode -notin 0, 12) { throw "status ended with $($status.ExitCode): $($status.Errors)" }
  'no elevation'
}
Test-That 'no environment leads past the machine''s engine' 'anybody' {
  if (-not [IO.Directory]::Exists('\\?\GLOBALROOT\SystemRoot\System32')) { throw 'the system does not say where Windows is' }
  $usual = Invoke-Program $Client 'status'
  $led = Invoke-Program $Client 'status' @{ ProgramData = $env:TEMP }
  if ($led.ExitCode -ne $usual.ExitCode) { throw "status ended with $($led.ExitCode) instead of $($usual.ExitCode): $($led.Errors)" }
  "status ends with $($led.ExitCode) either way"
}
Test-That 'a person cannot stop the engine' 'person' {
  $schtasks = Join-Path $system32 'schtasks.exe'
  if ((Invoke-Program $schtasks "/End /TN `"$taskName`"").ExitCode -eq 0) {
    # It is not left ended.
    [void](Invoke-Program $schtasks "/Run /TN `"$taskName`"")
    throw 'the task could be ended'
  }
  'refused'
}
Test-That 'a shortcut''s launcher opens no console window: it is made for the desktop' 'anybody' {
  $launcher = Join-Path (Split-Path -Parent $Client) 'usher-start.exe'
  if (-not (Test-Path -LiteralPath $launcher)) { Skip-Look "there is no $launcher" }
  $bytes = [IO.File]::ReadAllBytes($launcher)
  # The subsystem of the optional header (PE format): 2 is Windows, 3 is the console.
  $subsystem = [BitConverter]::ToUInt16($bytes, [BitConverter]::ToInt32($bytes, 0x3c) + 0x5c)
  if ($subsystem -ne 2) { throw "its subsystem is $subsystem" }
  'subsystem 2'
}
Test-That 'an application starts through the client in the person''s own session and rights' 'person' {
  if ($Application -eq '') { Skip-Look 'give -Application' }
  $file = (Resolve-Path -LiteralPath $Application).ProviderPath
  $session = (Get-Process -Id $PID).SessionId
  $start = Start-Process -FilePath $Client -ArgumentList 'start', '--ui', 'none', '--', "`"$file`"" -PassThru -WindowStyle Hidden
  $child = $null
  try {
    for ($waited = 0; $waited -lt 30 -and $null -eq $child; $waited += 1) {
      Start-Sleep -Seconds 1
      $child = Get-CimInstance -ClassName Win32_Process -Filter "ParentProcessId=$($start.Id)" | Where-Object { $_.ExecutablePath -eq $file } | Select-Object -First 1
    }
    if ($null -eq $child) { throw 'it does not run after 30 s' }
    $owner = (Invoke-CimMethod -InputObject $child -MethodName GetOwnerSid).Sid
    if ($child.SessionId -ne $session -or $owner -ne $identity.User.Value) { throw "session $($child.SessionId), account $owner" }
    "session $session"
  } finally {
    if ($null -ne $child) { Stop-Process -Id $child.ProcessId -Force -ErrorAction SilentlyContinue }
    if (-not $start.WaitForExit(10000)) { Stop-Process -Id $start.Id -Force -ErrorAction SilentlyContinue }
  }
}

# --- The end ----------------------------------------------------------------------------------------------------------

$results | Format-Table -AutoSize -Wrap -Property Result, What, Found | Out-String -Width 200 | Write-Output
$failed = @($results | Where-Object { $_.Result -eq 'FAILED' }).Count
$proven = @($results | Where-Object { $_.Result -eq 'proven' }).Count
$who = if ($isElevated) { 'as an administrator' } else { 'as a person without rights' }
Write-Output "$proven proven, $failed failed, $($results.Count - $proven - $failed) not tried ($who)"
if ($failed -gt 0) { exit 1 }
exit 0
