#pragma once

#include <atomic>
#include <vector>

#include "ggml.h"
#include "kernels.h"

namespace llama_reward::prefill {

/// `GGML_OP_GLU` with GELU: gelu(gate) · up, the tanh form (Hendrycks and Gimpel, arXiv:1606.08415), as Gemma
/// has it; and GELU alone, as GPT-NeoX. ggml takes GELU from a table of half-precision numbers; here it is
/// computed in float32.
class Gelu {
 public:
  /// Whether a node is such an operation, in a form computed here.
  static bool takes(const ggml_tensor *node);

  Gelu(const Kernels &kernels, const ggml_tensor *node);

  /// Works on rows until none is left; any number of threads, once each.
  void run();

 private:
  const Kernels &kernels_;
  const ggml_tensor *node_;
  /// What stands for `up` where there is none.
  std::vector<float> ones_;
  std::atomic<int64_t> next_{0};
};

} // namespace llama_reward::prefill
