// cmake-js's own hook, which MSVC compiles, is empty for MinGW: this is MinGW's, and empty for all others.

#ifdef __MINGW32__

#include <cstring>

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <delayimp.h>

namespace {

/// Node's functions are linked by the name NODE.EXE, but come from the program that runs, whatever its name:
/// Electron's, or a `node.exe` that somebody renamed.
FARPROC WINAPI node_is_this_program(unsigned event, DelayLoadInfo *info) {
  if (event != dliNotePreLoadLibrary || _stricmp(info->szDll, "node.exe") != 0)
    return nullptr;
  return reinterpret_cast<FARPROC>(GetModuleHandleW(nullptr));
}

} // namespace

/// What the linker's helper for delayed libraries calls, by this very name.
decltype(__pfnDliNotifyHook2) __pfnDliNotifyHook2 = node_is_this_program;

#endif
