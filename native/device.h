#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "symbols.h"

namespace llama_reward {

/// A compute device as `NativeDevice` of lib/score/native/native-addon.ts describes it.
struct Device {
  std::string name;
  std::string description;
  std::string backend;
  std::string kind;
  size_t memory_total = 0;
  size_t memory_free = 0;
};

/// Those of all loaded backends. @throws NativeError ADDON_NOT_FOUND before `initialize_backend`
std::vector<Device> list_devices();

/// Finds a device by llama.cpp's name. @throws NativeError INVALID_ARGUMENT naming those that exist
ggml_backend_dev_t find_device(const std::string &name);

} // namespace llama_reward
