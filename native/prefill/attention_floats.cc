#include "attention_floats.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "attention_products.h"
#include "kernels.h"
#include "mask.h"

namespace llama_reward::prefill {

AttentionFloats::AttentionFloats(const Kernels &kernels, const ggml_tensor *keys, const ggml_tensor *values,
                                 bool is_ordered)
    : AttentionProducts(kernels, keys, values),
      padded_value_width_((value_width_ + kernels.narrow_columns - 1) / kernels.narrow_columns *
                          kernels.narrow_columns),
      has_whole_rows_(padded_value_width_ == value_width_ && values->nb[1] % sizeof(float) == 0 &&
                      values->nb[2] % sizeof(float) == 0),
      has_copies_(!has_whole_rows_ || is_ordered || value_type_ != Element::F32) {}

int64_t AttentionFloats::group_tokens() const {
  // Two tiles of the widest kernel.
  return 24;
}

int64_t AttentionFloats::copy_floats() const {
  return BLOCK * (width_ + (has_copies_ ? padded_value_width_ : 0));
}

int64_t AttentionFloats::scratch_floats() const {
  return kernels_.narrow_columns * width_;
}

void AttentionFloats::copy(const CellBlock &block, float *scratch) const {
  copy_keys(block, scratch);
  if (is_in_place(block))
    return;
  // As rows of float32, of whole panels.
  float *target = block.copy + (BLOCK * width_);
  std::memset(target, 0, static_cast<size_t>(BLOCK * padded_value_width_) * sizeof(float));
  for (int64_t cell = 0; cell < block.count; cell++)
    kernels_.widen(value(block, cell), value_type_, target + (cell * padded_value_width_), value_width_);
}

/// As panels `[width][columns]`, one after the other.
void AttentionFloats::copy_keys(const CellBlock &block, float *scratch) const {
  for (int64_t first = 0; first < BLOCK; first += kernels_.narrow_columns) {
    std::array<const float *, BLOCK> rows{};
    const int here = static_cast<int>(std::clamp<int64_t>(block.count - first, 0, kernels_.narrow_columns));
    for (int i = 0; i < here; i++) {
      const void *stored = key(block, first + i);
      float *target = scratch + (i * width_);
      rows[static_cast<size_t>(i)] = key_type_ == Element::F32 ? static_cast<const float *>(stored) : target;
      if (key_type_ != Element::F32)
        kernels_.widen(stored, key_type_, target, width_);
    }
    kernels_.pack(rows.data(), here, width_, block.copy + (first * width_), kernels_.narrow_columns);
  }
}

FloatRows AttentionFloats::values(const CellBlock &block, float * /*scratch*/) const {
  if (is_in_place(block))
    return values_in_place(block);
  return {block.copy + (BLOCK * width_), padded_value_width_, block.count};
}

void AttentionFloats::multiply_keys(const FloatRows &queries, const CellBlock &block, float *scores,
                                    int64_t scores_stride, float * /*scratch*/) const {
  for (int64_t first = 0; first < BLOCK; first += kernels_.narrow_columns)
    kernels_.multiply(queries.data, queries.stride, queries.count, block.copy + (first * width_),
                      kernels_.narrow_columns, width_, scores + first, scores_stride, kernels_.narrow_columns,
                      false);
}

void AttentionFloats::add_values(const FloatRows &weights, const CellBlock *blocks, int64_t first,
                                 int64_t count, float *output, int64_t output_stride, float *scratch) const {
  for (int64_t i = first; i < first + count; i++) {
    const FloatRows rows = values(blocks[i], scratch);
    for (int64_t column = 0; column < padded_value_width_; column += kernels_.narrow_columns)
      kernels_.multiply(weights.data + (i * BLOCK), weights.stride, weights.count, rows.data + column,
                        rows.stride, rows.count, output + column, output_stride, kernels_.narrow_columns,
                        true);
  }
}

} // namespace llama_reward::prefill
