// What a shortcut points at: starts an application through the client without a console window.
//
//     usher-start.exe [OPTIONS] -- APPLICATION [ARGUMENTS…]
//
// runs `usher-client.exe start` of the same folder with exactly what stands after its own name, waits, and ends as that
// ends. It is a program of the GUI subsystem, so that Windows opens no console for it, and it asks for none for the
// client. It decides nothing, reads nothing and has no rights of its own.
#include <windows.h>

// A command line is at most 32,767 characters long (CreateProcessW).
#define MOST 32767

static WCHAR folder[MOST + 1], program[MOST + 1], line[MOST + 1];
static WCHAR message[1024];

// Behind the program's own name: up to the closing quotation mark, or to the first space (as CommandLineToArgvW has it).
static const WCHAR *behind_name(const WCHAR *text) {
  WCHAR end = L' ';
  if (*text == L'"') {
    end = L'"';
    text++;
  }
  while (*text && *text != end && !(end == L' ' && *text == L'\t')) text++;
  if (*text == L'"') text++;
  while (*text == L' ' || *text == L'\t') text++;
  return text;
}

// In the language of the person's Windows, where it is one that Usher speaks.
static const WCHAR *failure_text(void) {
  switch (PRIMARYLANGID(GetUserDefaultUILanguage())) {
    case LANG_PORTUGUESE:
      return L"N\u00e3o foi poss\u00edvel iniciar o Usher (erro %lu do Windows).\r\n\r\nPe\u00e7a ao seu administrador que instale o cliente do Usher de novo.";
    case LANG_SPANISH:
      return L"No se pudo iniciar Usher (error %lu de Windows).\r\n\r\nPida a su administrador que instale de nuevo el cliente de Usher.";
    default:
      return L"Usher could not be started (Windows error %lu).\r\n\r\nAsk your administrator to install the Usher client again.";
  }
}

static void fail(DWORD why) {
  wsprintfW(message, failure_text(), why);
  MessageBoxW(NULL, message, L"Usher", MB_OK | MB_ICONERROR);
  ExitProcess(1);
}

void start(void) {
  DWORD length = GetModuleFileNameW(NULL, folder, MOST);
  if (length == 0 || length >= MOST) fail(GetLastError());
  while (length > 0 && folder[length - 1] != L'\\') length--;
  folder[length] = 0;
  static const WCHAR name[] = L"usher-client.exe";
  const WCHAR *rest = behind_name(GetCommandLineW());
  // Two quotation marks, " start " and the end.
  if (length + lstrlenW(name) + lstrlenW(rest) + 10 > MOST) fail(ERROR_FILENAME_EXCED_RANGE);
  lstrcpyW(program, folder);
  lstrcatW(program, name);
  lstrcpyW(line, L"\"");
  lstrcatW(line, program);
  lstrcatW(line, L"\" start ");
  lstrcatW(line, rest);

  STARTUPINFOW startup;
  GetStartupInfoW(&startup);
  startup.lpReserved = NULL;
  startup.cbReserved2 = 0;
  startup.lpReserved2 = NULL;
  // Whoever started this may have given it files to write to; they go on to the client.
  startup.dwFlags |= STARTF_USESTDHANDLES;
  startup.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
  startup.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
  startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
  PROCESS_INFORMATION client;
  if (!CreateProcessW(program, line, NULL, NULL, TRUE, CREATE_NO_WINDOW, NULL, NULL, &startup, &client)) fail(GetLastError());
  CloseHandle(client.hThread);
  WaitForSingleObject(client.hProcess, INFINITE);
  DWORD status = 1;
  GetExitCodeProcess(client.hProcess, &status);
  ExitProcess(status);
}
