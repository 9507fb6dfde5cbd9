#include "attention_products.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

#include "attention_floats.h"
#include "attention_parts.h"
#include "kernels.h"

namespace llama_reward::prefill {
namespace {

Element element_of(const ggml_tensor *tensor) {
  return tensor->type == GGML_TYPE_F16 ? Element::F16 : Element::F32;
}

const void *row_of(const ggml_tensor *tensor, const CellBlock &block, int64_t cell) {
  const int64_t row = block.cells == nullptr ? block.first + cell : block.cells[cell];
  return static_cast<const char *>(tensor->data) + (static_cast<size_t>(row) * tensor->nb[1]) +
         (static_cast<size_t>(block.kv_head) * tensor->nb[2]);
}

/// Whether one of the numbers is infinite or none at all.
bool has_wild(const float *numbers, int64_t count) {
  constexpr uint32_t INFINITE = 0x7f800000;
  uint32_t largest = 0;
  for (int64_t i = 0; i < count; i++) {
    uint32_t bits;
    std::memcpy(&bits, numbers + i, sizeof(bits));
    largest = std::max(largest, bits & ~(uint32_t{1} << 31));
  }
  return largest >= INFINITE;
}

} // namespace

std::unique_ptr<const AttentionProducts> AttentionProducts::make(const Kernels &kernels,
                                                                 const ggml_tensor *keys,
                                                                 const ggml_tensor *values, bool is_ordered) {
  if (kernels.parts != nullptr)
    return std::make_unique<AttentionParts>(kernels, keys, values);
  return std::make_unique<AttentionFloats>(kernels, keys, values, is_ordered);
}

AttentionProducts::AttentionProducts(const Kernels &kernels, const ggml_tensor *keys,
                                     const ggml_tensor *values)
    : kernels_(kernels), keys_(keys), values_(values), key_type_(element_of(keys)),
      value_type_(element_of(values)), width_(keys->ne[0]), value_width_(values->ne[0]) {}

const void *AttentionProducts::key(const CellBlock &block, int64_t cell) const {
  return row_of(keys_, block, cell);
}

const void *AttentionProducts::value(const CellBlock &block, int64_t cell) const {
  return row_of(values_, block, cell);
}

bool AttentionProducts::has_wild_values(const CellBlock &block, float *scratch) const {
  const FloatRows rows = values(block, scratch);
  bool is_wild = false;
  for (int64_t cell = 0; cell < rows.count; cell++)
    is_wild |= has_wild(rows.data + (cell * rows.stride), value_width_);
  return is_wild;
}

float AttentionProducts::value_at(const CellBlock &block, int64_t cell, int64_t index) const {
  const char *stored = static_cast<const char *>(value(block, cell));
  const int64_t size = value_type_ == Element::F32 ? 4 : 2;
  float number;
  kernels_.widen(stored + (index * size), value_type_, &number, 1);
  return number;
}

FloatRows AttentionProducts::values_in_place(const CellBlock &block) const {
  return {static_cast<const float *>(value(block, 0)), static_cast<int64_t>(values_->nb[1] / sizeof(float)),
          block.count};
}

} // namespace llama_reward::prefill
