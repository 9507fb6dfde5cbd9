#include "library.h"

#include "error.h"
#include "symbols.h"
#include <string>

#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#else
#include <dlfcn.h>
#endif

namespace llama_reward {
namespace {

#ifdef _WIN32

using Handle = HMODULE;

std::wstring widen(const std::string &text) {
  const int length = MultiByteToWideChar(CP_UTF8, 0, text.data(), static_cast<int>(text.size()), nullptr, 0);
  std::wstring wide(static_cast<size_t>(length), L'\0');
  MultiByteToWideChar(CP_UTF8, 0, text.data(), static_cast<int>(text.size()), wide.data(), length);
  return wide;
}

Handle open_library(const std::string &path) {
  // Dependencies are searched beside the library itself, then where Windows searches by default.
  Handle handle = LoadLibraryExW(widen(path).c_str(), nullptr,
                                 LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_DEFAULT_DIRS);
  if (handle == nullptr)
    throw NativeError("ADDON_NOT_FOUND",
                      "Cannot open " + path + ": Windows error " + std::to_string(GetLastError()) + ".");
  return handle;
}

void *find_symbol(Handle handle, const char *name) {
  return reinterpret_cast<void *>(GetProcAddress(handle, name));
}

#else

using Handle = void *;

Handle open_library(const std::string &path) {
  // Local: another addon in this process may carry a different llama.cpp. Lazy binding would move a missing
  // dependency's error into the middle of a computation.
  Handle handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): glibc, musl and macOS keep the text per thread.
    const char *reason = dlerror();
    throw NativeError("ADDON_NOT_FOUND",
                      "Cannot open " + path + ": " + (reason != nullptr ? reason : "unknown reason") + ".");
  }
  return handle;
}

void *find_symbol(Handle handle, const char *name) {
  return dlsym(handle, name);
}

#endif

template <class Function>
void resolve(Function &target, Handle handle, const char *name, const std::string &path) {
  target = reinterpret_cast<Function>(find_symbol(handle, name));
  if (target == nullptr)
    throw NativeError("ADDON_INCOMPATIBLE", path + " has no function " + name +
                                                ": it is not llama.cpp " LLAMA_REWARD_HEADER_VERSION
                                                ", which this addon was built for. Reinstall llama-reward.");
}

/// `0.5.0-dev` and `0.5.0` are the same release: packages of a release tag report the suffix too.
std::string without_suffix(const std::string &version) {
  return version.substr(0, version.find('-'));
}

} // namespace

Symbols open_libraries(const LibraryPaths &paths, std::string &version) {
  // In the order of their dependencies, so that each finds the ones before already loaded.
  Handle ggml_base = open_library(paths.ggml_base);
  Handle ggml = open_library(paths.ggml);
  Handle llama = open_library(paths.llama);

  decltype(&::llama_version) llama_version = nullptr;
  resolve(llama_version, llama, "llama_version", paths.llama);
  version = llama_version();
  if (without_suffix(version) != LLAMA_REWARD_HEADER_VERSION)
    throw NativeError(
        "ADDON_INCOMPATIBLE",
        paths.llama + " is llama.cpp " + version +
            ", but this addon was built for " LLAMA_REWARD_HEADER_VERSION
            ". Install the platform package of the version that llama-reward's package.json names, or "
            "rebuild the addon.");

  Symbols symbols;
#define LLAMA_REWARD_RESOLVE(name) resolve(symbols.name, ggml_base, #name, paths.ggml_base);
  LLAMA_REWARD_GGML_BASE_SYMBOLS(LLAMA_REWARD_RESOLVE)
#undef LLAMA_REWARD_RESOLVE
#define LLAMA_REWARD_RESOLVE(name) resolve(symbols.name, ggml, #name, paths.ggml);
  LLAMA_REWARD_GGML_SYMBOLS(LLAMA_REWARD_RESOLVE)
#undef LLAMA_REWARD_RESOLVE
#define LLAMA_REWARD_RESOLVE(name) resolve(symbols.name, llama, #name, paths.llama);
  LLAMA_REWARD_LLAMA_SYMBOLS(LLAMA_REWARD_RESOLVE)
#undef LLAMA_REWARD_RESOLVE
  return symbols;
}

void pin_addon() {
#ifdef _WIN32
  HMODULE self;
  GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                     reinterpret_cast<LPCWSTR>(&pin_addon), &self);
#elif defined(__APPLE__)
  // Linux uses the linker flag -z nodelete; macOS has none, so one more reference does it.
  Dl_info info;
  if (dladdr(reinterpret_cast<void *>(&pin_addon), &info) != 0)
    dlopen(info.dli_fname, RTLD_NOW | RTLD_NODELETE);
#endif
}

} // namespace llama_reward
