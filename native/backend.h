#pragma once

#include <map>
#include <string>
#include <vector>

#include "gpu_backends.h"
#include "library.h"

namespace llama_reward {

/// What `initialize` is given.
struct BackendOptions {
  LibraryPaths libraries;
  std::vector<std::string> directories;

  bool operator==(const BackendOptions &other) const;
};

/// What is running after `initialize`.
struct BackendInfo {
  std::string version;
  /// The instruction set of the prefill backend; empty where it does not run.
  std::string prefill;
  /// The one it uses for little precision; empty where it has none.
  std::string fast_prefill;
  std::vector<std::string> backends;
  std::map<std::string, std::string> features;
  std::vector<GpuBackend> gpu_backends;
  /// Backend libraries that were found but could not be used, with the reason.
  std::vector<std::string> failures;
};

/// Starts llama.cpp, once per process and for all threads; never shut down, because another environment may
/// use it.
/// @throws NativeError ADDON_NOT_FOUND, ADDON_INCOMPATIBLE; INVALID_ARGUMENT when already running with other
/// libraries
BackendInfo initialize_backend(const BackendOptions &options);

/// llama.cpp's functions. @throws NativeError ADDON_NOT_FOUND before `initialize_backend`
const Symbols &api();

/// Whether the CPU backend that runs was built for an instruction set, by ggml's name of it (`AMX_INT8`).
bool has_cpu_feature(const char *name);

/// A function of the CPU backend, which is a library of its own chosen by processor.
/// @throws NativeError ADDON_INCOMPATIBLE
void *cpu_function(const char *name);

} // namespace llama_reward
