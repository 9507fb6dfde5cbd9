#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "ggml.h"
#include "kernels.h"
#include "parts.h"

namespace llama_reward::prefill {

/// A product of activations with a weight matrix, `GGML_OP_MUL_MAT`, cut into tasks of some weight rows each.
/// Weights are unpacked a stretch at a time and never kept. Activations are used as they are, or cut to parts
/// before, see `Inputs`.
class MatMul {
 public:
  /// Whether a node is such a product, in a form computed here.
  static bool takes(const ggml_tensor *node);

  /// How many products of parts make one product of numbers, for weights of a type; 1 where there are none.
  static int product_count(const Kernels &kernels, ggml_type type);

  /// Cut as suits the kernels.
  MatMul(const Kernels &kernels, const ggml_tensor *node, int threads)
      : MatMul(kernels, node, threads, kernels.parts == nullptr ? USUAL_BLOCKING : kernels.parts->blocking) {}
  MatMul(const Kernels &kernels, const ggml_tensor *node, int threads, Blocking blocking);

  /// How many parts activations are to be cut to: 0 where they are used as they are. Products of the same
  /// activations and as many parts can share them.
  int input_parts() const { return kernels_.parts == nullptr ? 0 : parts_.x; }
  /// Floats of working memory that each thread needs.
  size_t scratch_floats() const;

  /// Works on tasks until none is left. Any number of threads may call it, once each.
  /// @param inputs the activations' parts, where there are any
  void run(const float *inputs, float *scratch);

 private:
  struct Task {
    int64_t first_row, row_count;
  };
  void run_floats(Task task, float *scratch) const;
  void run_parts(Task task, const uint16_t *inputs, float *scratch) const;
  void pack_floats(Task task, int64_t start, int64_t length, float *panels, float *wide) const;
  void pack_parts(Task task, int64_t start, int64_t length, uint16_t *panels, float *wide) const;
  const void *stored(int64_t row, int64_t start) const;
  int64_t steps() const { return (node_->src[0]->ne[0] + PART_STEP - 1) / PART_STEP; }

  const Kernels &kernels_;
  const ggml_tensor *node_;
  Blocking blocking_;
  Parts parts_{};
  int64_t rows_per_task_;
  std::atomic<int64_t> next_{0};
};

} // namespace llama_reward::prefill
