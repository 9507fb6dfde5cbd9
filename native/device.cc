#include "device.h"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "backend.h"
#include "error.h"
#include "prefill/backend.h"
#include "symbols.h"

namespace llama_reward {
namespace {

const char *kind_name(enum ggml_backend_dev_type type) {
  switch (type) {
  case GGML_BACKEND_DEVICE_TYPE_GPU:
    return "gpu";
  case GGML_BACKEND_DEVICE_TYPE_IGPU:
    return "integrated-gpu";
  case GGML_BACKEND_DEVICE_TYPE_CPU:
    return "cpu";
  default:
    return "accelerator";
  }
}

} // namespace

std::vector<Device> list_devices() {
  const Symbols &symbols = api();
  std::vector<Device> devices;
  for (size_t i = 0; i < symbols.ggml_backend_dev_count(); i++) {
    ggml_backend_dev_t device = symbols.ggml_backend_dev_get(i);
    // Nothing a user could choose: models on the CPU use it by themselves.
    if (prefill::is_own(device))
      continue;
    Device entry;
    entry.name = symbols.ggml_backend_dev_name(device);
    entry.description = symbols.ggml_backend_dev_description(device);
    entry.backend = symbols.ggml_backend_reg_name(symbols.ggml_backend_dev_backend_reg(device));
    entry.kind = kind_name(symbols.ggml_backend_dev_type(device));
    symbols.ggml_backend_dev_memory(device, &entry.memory_free, &entry.memory_total);
    devices.push_back(std::move(entry));
  }
  return devices;
}

ggml_backend_dev_t find_device(const std::string &name) {
  const Symbols &symbols = api();
  std::string known;
  for (size_t i = 0; i < symbols.ggml_backend_dev_count(); i++) {
    ggml_backend_dev_t device = symbols.ggml_backend_dev_get(i);
    if (prefill::is_own(device))
      continue;
    const std::string candidate = symbols.ggml_backend_dev_name(device);
    if (candidate == name)
      return device;
    known += (known.empty() ? "" : ", ") + candidate;
  }
  throw NativeError("INVALID_ARGUMENT",
                    "There is no device named " + name + ". Devices found: " + known + ".");
}

} // namespace llama_reward
