#pragma once

#include <set>

#include "ggml-impl.h"
#include "kernels.h"

namespace llama_reward::prefill {

/// What a graph computes only for products to read, which can as well do it while they cut their inputs to
/// parts. That saves a pass over memory each.
struct Fusion {
  /// @throws std::bad_alloc
  Fusion(const Kernels &kernels, const ggml_cgraph &graph);

  /// Inputs of products that are never written.
  std::set<const ggml_tensor *> inputs;
  /// Those, and what only they read.
  std::set<const ggml_tensor *> needless;
};

} // namespace llama_reward::prefill
