#pragma once

#include <cstdint>

#include "attention_products.h"
#include "kernels.h"
#include "parts.h"

namespace llama_reward::prefill {

/// The products by kernels that multiply bfloat16 parts. The copy of a block holds its keys as a panel, and a
/// panel for each `PART_ROWS` numbers of its values; working memory holds the queries' parts, then the
/// weights'.
class AttentionParts final : public AttentionProducts {
 public:
  AttentionParts(const Kernels &kernels, const ggml_tensor *keys, const ggml_tensor *values);

  int64_t group_tokens() const override { return PART_ROWS; }
  int64_t copy_floats() const override;
  int64_t scratch_floats() const override;
  void copy(const CellBlock &block, float *scratch) const override;
  FloatRows values(const CellBlock &block, float *scratch) const override;
  void begin() const override { parts_.begin(); }
  void end() const override { parts_.end(); }
  void take_queries(const FloatRows &queries, float *scratch) const override;
  void multiply_keys(const FloatRows &queries, const CellBlock &block, float *scores, int64_t scores_stride,
                     float *scratch) const override;
  void take_weights(const FloatRows &weights, int64_t block_count, float *scratch) const override;
  void add_values(const FloatRows &weights, const CellBlock *blocks, int64_t first, int64_t count,
                  float *output, int64_t output_stride, float *scratch) const override;

 private:
  void split(const FloatRows &rows, int64_t length, int parts, uint16_t *target) const;
  uint16_t *weights_in(float *scratch) const;
  uint16_t *values_in(const CellBlock &block) const;

  const PartKernels &parts_;
  Parts scores_{}, output_{};
  /// Of a query's width, and panels of a value's.
  int64_t steps_, value_panels_;
};

} // namespace llama_reward::prefill
