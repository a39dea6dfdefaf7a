#!/bin/sh
# Makes the Windows programs of this folder from their sources. Only needed after a change to a source; on
# Debian: apt-get install gcc-mingw-w64-x86-64-win32. The same compiler gives the same bytes.
set -eu
cd "$(dirname "$0")"

compile() {
  x86_64-w64-mingw32-gcc -Os -s -Wall -Werror -nostdlib -ffreestanding -fno-asynchronous-unwind-tables -fno-ident \
    -mno-stack-arg-probe -e start -Wl,--no-insert-timestamp "-m$2" -o "$1.exe" "$1.c" -lkernel32 -luser32
  chmod a-x "$1.exe"
}

compile app windows
compile exit-status console
compile busy-installer windows
