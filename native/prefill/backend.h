#pragma once

#include <string>

#include "../symbols.h"
#include "kernels.h"

namespace llama_reward::prefill {

/// Offers the prefill backend to llama.cpp: a device of type ACCEL that computes whole graphs on the CPU,
/// products and attention by kernels of its own and the rest by ggml's. Call once, when llama.cpp's backends
/// are loaded.
/// @return what it computes with, e.g. `AVX-512`; empty where this processor has none of the instruction
/// sets, or llama.cpp's internal structures are others than those this was built with
std::string register_backend();

/// What it computes with where little precision is asked for, e.g. `AVX512-BF16`; empty where it has nothing
/// faster.
std::string fast_name();

/// While it lives, models that this thread loads and contexts that it makes use the backend. Others never see
/// it.
class Use {
 public:
  Use(bool wanted, Precision precision);
  ~Use();
  Use(const Use &) = delete;
  Use &operator=(const Use &) = delete;

 private:
  bool before_;
  Precision precision_before_;
};

/// Whether `register_backend` found all it needs.
bool is_running();

/// Whether models with weights in fewer than 16 bits are better left to llama.cpp: on AArch64 it multiplies
/// them by integer instructions, which are several times as fast as NEON's products of floats.
bool leaves_quantized();

/// Whether a device is this backend's.
bool is_own(ggml_backend_dev_t device);

} // namespace llama_reward::prefill
