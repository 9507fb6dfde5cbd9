#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "symbols.h"

namespace llama_reward {

/// A GPU backend that is in use.
struct GpuBackend {
  std::string path;
  /// What it said of its devices as it was loaded.
  std::vector<std::string> log;
};

/// Loads GPU backends one by one, which reports why one fails (a missing CUDA runtime, say). llama.cpp's own
/// "load all" would stay silent, and would register a second CPU backend where a folder brings its own.
class GpuBackendLoader {
 public:
  /// @param symbols must outlive the loader
  explicit GpuBackendLoader(const Symbols &symbols) : symbols_(symbols) {}

  /// A file of the same name in a later folder is a fallback, for older drivers: tried only when the earlier
  /// one failed or found no device.
  void load_folder(const std::string &directory);

  const std::vector<GpuBackend> &loaded() const { return loaded_; }
  /// Path and reason of those that could not be used.
  std::vector<std::string> failures() const;

 private:
  void load(const std::string &path, const std::string &name);

  const Symbols &symbols_;
  std::set<std::string> usable_;
  std::vector<GpuBackend> loaded_;
  std::map<std::string, std::vector<std::string>> failures_;
};

} // namespace llama_reward
