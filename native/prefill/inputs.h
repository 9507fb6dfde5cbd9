#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "ggml.h"
#include "kernels.h"
#include "parts.h"

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
