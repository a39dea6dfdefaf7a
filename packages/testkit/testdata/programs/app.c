// The application that the test installers install: it notes each of its starts, and ends.
//
// A start appends one UTF-8 line to `%ProgramData%\started-applications.log`: the path of this program,
// the first line of `version.txt` beside it, and the command line as it was given, between tabs.
//
//     app.exe [--exit STATUS] [ARGUMENTS…]
//
// ends with STATUS (0 if not given).
#include <windows.h>

static WCHAR path[1024], log_path[1024], version[64], line[40000];
static char bytes[120000];

static void read_version(void) {
  WCHAR file_name[1024];
  lstrcpynW(file_name, path, 1000);
  WCHAR *end = file_name + lstrlenW(file_name);
  while (end > file_name && end[-1] != L'\\') end--;
  lstrcpyW(end, L"version.txt");
  char text[64];
  DWORD length = 0;
  HANDLE file = CreateFileW(file_name, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
  if (file == INVALID_HANDLE_VALUE) return;
  ReadFile(file, text, sizeof text - 1, &length, NULL);
  CloseHandle(file);
  for (DWORD i = 0; i < length && text[i] >= ' '; i++) version[i] = text[i];
}

static DWORD wanted_status(const WCHAR *command) {
  static const WCHAR option[] = L"--exit ";
  for (; *command; command++) {
    int i = 0;
    while (option[i] && command[i] == option[i]) i++;
    if (option[i]) continue;
    DWORD status = 0;
    for (command += i; *command >= L'0' && *command <= L'9'; command++) status = status * 10 + (*command - L'0');
    return status;
  }
  return 0;
}

static void append(const WCHAR *text) {
  lstrcpynW(line + lstrlenW(line), text, 39000 - lstrlenW(line));
}

void start(void) {
  GetModuleFileNameW(NULL, path, 1000);
  read_version();
  GetEnvironmentVariableW(L"ProgramData", log_path, 900);
  lstrcpyW(log_path + lstrlenW(log_path), L"\\started-applications.log");

  append(path);
  append(L"\t");
  append(version);
  append(L"\t");
  append(GetCommandLineW());
  append(L"\r\n");
  int length = WideCharToMultiByte(CP_UTF8, 0, line, -1, bytes, sizeof bytes, NULL, NULL) - 1;

  DWORD written = 0;
  HANDLE file = CreateFileW(log_path, FILE_APPEND_DATA, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_ALWAYS, 0, NULL);
  if (file == INVALID_HANDLE_VALUE) ExitProcess(9);
  WriteFile(file, bytes, length, &written, NULL);
  CloseHandle(file);
  ExitProcess(wanted_status(GetCommandLineW()));
}
