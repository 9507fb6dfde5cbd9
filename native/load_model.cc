#include "load_model.h"
#include "model.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "backend.h"
#include "device.h"
#include "error.h"
#include "gguf_file.h"
#include "log.h"
#include "prefill/backend.h"
#include "prefill/kernels.h"

namespace llama_reward {
namespace {

bool on_load_progress(float progress, void *user_data) {
  auto *state = static_cast<LoadState *>(user_data);
  state->progress.store(progress);
  return !state->cancelled.load();
}

/// llama.cpp wants a list that ends with null. Empty means "choose among all GPUs", except that without GPU
/// layers no GPU is touched at all: merely making a context would take memory there.
std::vector<ggml_backend_dev_t> choose_devices(const ModelOptions &options) {
  std::vector<ggml_backend_dev_t> devices;
  for (const std::string &name : options.devices) {
    ggml_backend_dev_t device = find_device(name);
    const auto type = api().ggml_backend_dev_type(device);
    if (type == GGML_BACKEND_DEVICE_TYPE_GPU || type == GGML_BACKEND_DEVICE_TYPE_IGPU)
      devices.push_back(device);
  }
  if (!options.devices.empty() || options.gpu_layers == 0)
    devices.push_back(nullptr);
  return devices;
}

/// llama.cpp's `n_gpu_layers` counts from the end, and the output layer is the first it places (v0.5.0,
/// llama_model_base::load_tensors). It cannot stay on the CPU alone: the capture stops the part of the graph
/// that runs on one device, and the output matrix must be in the part with the final norm.
int32_t with_output_layer(int32_t layers) {
  return layers == 0 ? 0 : std::min(layers, std::numeric_limits<int32_t>::max() - 1) + 1;
}

/// Shares of the devices as llama.cpp wants them, which always reads `llama_max_devices` of them; the output
/// layer belongs to the last device.
std::vector<float> split_over(const ModelOptions &options) {
  std::vector<float> shares(options.device_layers.begin(), options.device_layers.end());
  if (shares.empty())
    return shares;
  shares.back() += 1;
  if (shares.size() > api().llama_max_devices())
    throw NativeError("INVALID_ARGUMENT", "llama.cpp splits a model over " +
                                              std::to_string(api().llama_max_devices()) +
                                              " devices at most. Name fewer.");
  shares.resize(api().llama_max_devices());
  return shares;
}

bool is_for_prefill(const ModelOptions &options) {
  return options.prefill && prefill::is_running() && options.gpu_layers == 0 && options.devices.empty() &&
         !options.vocab_only && !(prefill::leaves_quantized() && has_quantized_tensors(options.path));
}

/// What the model is really computed with.
prefill::Precision precision_of(const ModelOptions &options, bool is_prefilled) {
  const bool has_fast = is_prefilled && !prefill::fast_name().empty();
  return has_fast ? options.precision : prefill::Precision::EXACT;
}

/// Reading a vocabulary leaves megabytes of freed blocks behind, which glibc would keep for this process.
void give_back_free_memory() {
#ifdef __GLIBC__
  // One at a time: where another allocator stands before glibc's (jemalloc, a sanitizer, Chromium's in
  // Electron), this is the first call that glibc's own sees, and two first calls at once end the process when
  // the second of their threads does.
  static std::mutex one_at_a_time;
  const std::scoped_lock lock(one_at_a_time);
  malloc_trim(0);
#endif
}

} // namespace

std::shared_ptr<Model> load_model(const ModelOptions &options, LoadState &state) {
  require_readable_file(options.path);
  std::vector<ggml_backend_dev_t> devices = choose_devices(options);
  const std::vector<float> shares = split_over(options);

  llama_model_params params = api().llama_model_default_params();
  params.n_gpu_layers = with_output_layer(options.gpu_layers);
  params.tensor_split = shares.empty() ? nullptr : shares.data();
  params.devices = devices.empty() ? nullptr : devices.data();
  params.load_mode = options.use_mmap ? LLAMA_LOAD_MODE_MMAP : LLAMA_LOAD_MODE_NONE;
  params.vocab_only = options.vocab_only;
  // llama.cpp's own kernels for AMX, which it takes for weights that it has repacked, give wrong sums:
  // rewards of q8_0 were off by up to 1.6, or not a number (its pull request 16315 has the like). It has
  // others, too.
  params.use_extra_bufts = !has_cpu_feature("AMX_INT8");
  params.progress_callback = on_load_progress;
  params.progress_callback_user_data = &state;

  const LogScope log;
  const bool is_prefilled = is_for_prefill(options);
  const prefill::Use use(is_prefilled, options.precision);
  check_gguf_header(options.path);
  ModelPointer model(api().llama_model_load_from_file(options.path.c_str(), params));
  if (model == nullptr) {
    if (state.cancelled.load())
      throw NativeError("MODEL_LOAD_CANCELLED", "Loading " + options.path + " was cancelled.");
    if (log.is_out_of_memory())
      throw NativeError("OUT_OF_MEMORY", "There is not enough memory for " + options.path + ": " +
                                             log.summary() +
                                             ". Use fewer GPU layers, or a smaller type of the model.")
          .with_log(log.lines());
    throw NativeError("MODEL_LOAD_FAILED",
                      "llama.cpp cannot load " + options.path + ": " + log.summary() +
                          ". Check that the file is complete and of a supported architecture.")
        .with_log(log.lines());
  }
  auto loaded =
      std::make_shared<Model>(std::move(model), options.gpu_layers, options.vocab_only, is_prefilled,
                              precision_of(options, is_prefilled), read_token_types(options.path));
  give_back_free_memory();
  state.progress.store(1);
  return loaded;
}

} // namespace llama_reward
