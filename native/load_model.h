#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "model.h"
#include "prefill/kernels.h"

namespace llama_reward {

struct ModelOptions {
  std::string path;
  /// Layers of the transformer on the devices, the last ones.
  int32_t gpu_layers = 0;
  std::vector<std::string> devices;
  /// How many of them each device takes; empty lets llama.cpp share them out by free memory.
  std::vector<int32_t> device_layers;
  bool use_mmap = true;
  /// Whether the prefill backend computes it, where it runs and every layer is on the CPU.
  bool prefill = false;
  /// How it does; EXACT where it has nothing faster.
  prefill::Precision precision = prefill::Precision::EXACT;
  /// No weights: the model only tokenizes.
  bool vocab_only = false;
};

/// Shared between the loading thread and JavaScript.
struct LoadState {
  std::atomic<float> progress{0};
  std::atomic<bool> cancelled{false};
};

/// @throws NativeError MODEL_NOT_FOUND; MODEL_LOAD_FAILED or OUT_OF_MEMORY with the log;
/// MODEL_LOAD_CANCELLED; INVALID_ARGUMENT for devices that do not exist, or are too many
std::shared_ptr<Model> load_model(const ModelOptions &options, LoadState &state);

} // namespace llama_reward
