#pragma once

#include <cstdint>
#include <memory>

#include "ggml.h"
#include "kernels.h"

namespace llama_reward::prefill {

/// Rows of activations, some columns at a time.
class RowSource {
 public:
  /// The operations before `x` that are done here, instead of reading what they made: an RMS norm times
  /// weights, or a gate. Null for others, and for forms of them that are left to ggml.
  static std::unique_ptr<const RowSource> of_operations_before(const Kernels &kernels, const ggml_tensor *x);
  /// Rows as they stand.
  static std::unique_ptr<const RowSource> of_rows(const ggml_tensor *x);
  virtual ~RowSource() = default;
  RowSource(const RowSource &) = delete;
  RowSource &operator=(const RowSource &) = delete;

  /// What columns of a row are computed with.
  virtual float factor(int64_t /*row*/) const { return 1; }
  /// `count` columns from one on: where they stand, or computed into `own`.
  virtual const float *columns(int64_t row, float factor, int64_t start, int64_t count, float *own) const = 0;

 protected:
  RowSource() = default;
};

} // namespace llama_reward::prefill
