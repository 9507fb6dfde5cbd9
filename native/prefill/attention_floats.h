#pragma once

#include <cstdint>

#include "attention_products.h"
#include "kernels.h"

namespace llama_reward::prefill {

/// The products in float32. Keys are copied to panels; values are read where they are, if they are float32 in
/// rows of whole panels.
class AttentionFloats final : public AttentionProducts {
 public:
  AttentionFloats(const Kernels &kernels, const ggml_tensor *keys, const ggml_tensor *values);

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

  int64_t padded_value_width_;
  bool are_values_in_place_;
};

} // namespace llama_reward::prefill
