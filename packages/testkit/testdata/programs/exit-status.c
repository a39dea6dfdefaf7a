// Runs a command line, waits, and writes its whole exit status to a file as a decimal number.
//
//     exit-status.exe RESULT-FILE PROGRAM [ARGUMENTS…]
//
// The `wine` command gives its caller only the lowest eight bits of a status, and 1603 is then 67. The
// program gets the rest of this program's own command line untouched, and its standard handles. Where the
// program cannot be started, the file says `error N` with the Windows error code.
#include <windows.h>

static const WCHAR *skip_argument(const WCHAR *at) {
  BOOL quoted = FALSE;
  while (*at && (quoted || (*at != L' ' && *at != L'\t'))) {
    if (*at == L'"') quoted = !quoted;
    at++;
  }
  while (*at == L' ' || *at == L'\t') at++;
  return at;
}

static int copy_argument(WCHAR *to, int room, const WCHAR *from) {
  int length = 0;
  BOOL quoted = FALSE;
  for (; *from && (quoted || (*from != L' ' && *from != L'\t')); from++) {
    if (*from == L'"') quoted = !quoted;
    else if (length < room - 1) to[length++] = *from;
  }
  to[length] = 0;
  return length;
}

void start(void) {
  static WCHAR result[1024], command[32768];
  const WCHAR *rest = skip_argument(GetCommandLineW());
  copy_argument(result, 1024, rest);
  lstrcpynW(command, skip_argument(rest), 32768);

  STARTUPINFOW startup;
  PROCESS_INFORMATION process;
  GetStartupInfoW(&startup);
  char text[32];
  int length;
  if (CreateProcessW(NULL, command, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &process)) {
    DWORD status = 0;
    WaitForSingleObject(process.hProcess, INFINITE);
    GetExitCodeProcess(process.hProcess, &status);
    length = wsprintfA(text, "%lu", status);
  } else {
    length = wsprintfA(text, "error %lu", GetLastError());
  }
  DWORD written = 0;
  HANDLE file = CreateFileW(result, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
  if (file == INVALID_HANDLE_VALUE) ExitProcess(1);
  WriteFile(file, text, length, &written, NULL);
  CloseHandle(file);
  ExitProcess(0);
}
