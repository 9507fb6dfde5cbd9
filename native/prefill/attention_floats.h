#pragma once

#include <cstdint>

#include "attention_products.h"
#include "kernels.h"

namespace llama_reward::prefill {

/// The products in float32, summed in order. Keys are copied to panels; values are read where they are, if
/// they are float32 in rows of whole panels.
class AttentionFloats final : public AttentionProducts {
 public:
  AttentionFloats(const Kernels &kernels, const ggml_tensor *keys, const ggml_tensor *values,
                  bool is_ordered);

  int64_t group_tokens() const override;
  int64_t copy_floats() const override;
  int64_t scratch_floats() const override;
  void copy(const CellBlock &block, float *scratch) const override;
  FloatRows values(const CellBlock &block, float *scratch) const override;
  void multiply_keys(const FloatRows &queries, const CellBlock &block, float *scores, int64_t scores_stride,
                     float *scratch) const override;
  void add_values(const FloatRows &weights, const CellBlock *blocks, int64_t first, int64_t count,
                  float *output, int64_t output_stride, float *scratch) const override;

 private:
  void copy_keys(const CellBlock &block, float *scratch) const;
  bool is_in_place(const CellBlock &block) const { return has_whole_rows_ && are_floats_in_place(block); }

  int64_t padded_value_width_;
  /// Whether values are rows of whole panels of aligned numbers.
  bool has_whole_rows_;
  bool has_copies_;
};

} // namespace llama_reward::prefill
