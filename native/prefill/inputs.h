#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "ggml.h"
#include "kernels.h"
#include "parts.h"
#include "row_source.h"

namespace llama_reward::prefill {

/// Activations cut to parts, as products read them: once for all products of the same.
class Inputs {
 public:
  /// @param parts how many
  /// @param has_operations whether the operations before `x` are done here, see `RowSource`
  Inputs(const Kernels &kernels, const ggml_tensor *x, int parts, bool has_operations);

  /// Floats that all threads share: the parts.
  size_t shared_floats() const;
  /// Floats of working memory that each thread needs.
  static size_t scratch_floats();

  /// Works until nothing is left. Any number of threads may call it, once each.
  void run(float *shared, float *scratch);

 private:
  void cut(int64_t first_row, int64_t count, uint16_t *target, float *scratch) const;

  const PartKernels &kernels_;
  const ggml_tensor *x_;
  int parts_;
  int64_t steps_;
  std::unique_ptr<const RowSource> source_;
  std::atomic<int64_t> next_half_{0};
};

} // namespace llama_reward::prefill
