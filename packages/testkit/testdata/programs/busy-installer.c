// Stands in the place of msiexec.exe while another installation is running: ends with 1618
// (ERROR_INSTALL_ALREADY_RUNNING), whatever it is asked for. Wine's own msiexec never says so.
#include <windows.h>

void start(void) { ExitProcess(ERROR_INSTALL_ALREADY_RUNNING); }
