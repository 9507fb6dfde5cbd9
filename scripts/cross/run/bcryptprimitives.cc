// Wine 8 lacks bcryptprimitives.dll, which programs written in Rust (the bundler under vitest) want one function of.
#include <windows.h>

extern "C" BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);

extern "C" __declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size) {
  return SystemFunction036(data, static_cast<ULONG>(size));
}
