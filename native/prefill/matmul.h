#pragma once

#include <atomic>
#include <cstddef>

#include "ggml.h"
#include "kernels.h"

namespace llama_reward::prefill {

/// A product of activations with a weight matrix, `GGML_OP_MUL_MAT`, cut into tasks of some weight rows each.
/// Weights are unpacked to float32 a stretch at a time and never kept; activations are used as they are.
class MatMul {
 public:
  /// Whether a node is such a product, in a form computed here.
  static bool takes(const ggml_tensor *node);

  MatMul(const Kernels &kernels, const ggml_tensor *node, int threads);

  /// Floats of working memory that each thread needs.
  size_t scratch_floats() const;

  /// Works on tasks until none is left. Any number of threads may call it, once each.
  void run(float *scratch);

 private:
  void run_task(int64_t first_row, int64_t row_count, float *scratch) const;
  void pack_rows(int64_t first_row, int64_t row_count, int64_t start, int64_t length, float *panels,
                 float *wide) const;

  const Kernels &kernels_;
  const ggml_tensor *node_;
  int64_t rows_per_task_;
  std::atomic<int64_t> next_{0};
};

} // namespace llama_reward::prefill
