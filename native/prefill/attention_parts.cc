#include "attention_parts.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "attention_products.h"
#include "kernels.h"
#include "mask.h"
#include "parts.h"

namespace llama_reward::prefill {
namespace {

constexpr int64_t HALF = PART_ROWS / 2;

static_assert(BLOCK == PART_ROWS && BLOCK == PART_STEP,
              "a block is one panel of keys and one step of values");

uint16_t *halves(float *memory) {
  return reinterpret_cast<uint16_t *>(memory);
}

/// Queries, keys, weights and values are all float32. What a score is off by multiplies a weight, so scores
/// take three parts, float32's whole 24 bits: with two, rewards of a trained model are off by as much again
/// as by all other products.
Parts score_parts(Precision precision) {
  return precision == Precision::FAST ? Parts{1, 1, 1} : Parts{3, 3, 3};
}

Parts output_parts(Precision precision) {
  return precision == Precision::FAST ? Parts{1, 1, 1} : Parts{3, 3, 3};
}

int64_t units(int64_t count) {
  return count * PART_UNIT / 2;
}

} // namespace

AttentionParts::AttentionParts(const Kernels &kernels, const ggml_tensor *keys, const ggml_tensor *values)
    : AttentionProducts(kernels, keys, values), parts_(*kernels.parts),
      scores_(score_parts(kernels.precision)), output_(output_parts(kernels.precision)),
      steps_((width_ + PART_STEP - 1) / PART_STEP),
      value_panels_((value_width_ + PART_ROWS - 1) / PART_ROWS) {}

int64_t AttentionParts::copy_floats() const {
  return units((steps_ * scores_.weights) + (value_panels_ * output_.weights));
}

int64_t AttentionParts::scratch_floats() const {
  const int64_t widened = BLOCK * value_width_;
  return std::max(widened, units((steps_ * scores_.x) + (HELD_BLOCKS * output_.x)));
}

uint16_t *AttentionParts::weights_in(float *scratch) const {
  return halves(scratch) + (steps_ * scores_.x * PART_UNIT);
}

uint16_t *AttentionParts::values_in(const CellBlock &block) const {
  return halves(block.copy) + (steps_ * scores_.weights * PART_UNIT);
}

FloatRows AttentionParts::values(const CellBlock &block, float *scratch) const {
  if (are_floats_in_place(block))
    return values_in_place(block);
  for (int64_t cell = 0; cell < block.count; cell++)
    kernels_.widen(value(block, cell), value_type_, scratch + (cell * value_width_), value_width_);
  return {scratch, value_width_, block.count};
}

void AttentionParts::copy(const CellBlock &block, float *scratch) const {
  std::array<const void *, BLOCK> keys{};
  for (int64_t cell = 0; cell < block.count; cell++)
    keys[static_cast<size_t>(cell)] = key(block, cell);
  parts_.pack(keys.data(), key_type_, block.count, width_, scores_.weights, halves(block.copy));

  const FloatRows rows = values(block, scratch);
  for (int64_t panel = 0; panel < value_panels_; panel++) {
    std::array<const float *, BLOCK> columns{};
    for (int64_t cell = 0; cell < block.count; cell++)
      columns[static_cast<size_t>(cell)] = rows.data + (cell * rows.stride) + (panel * PART_ROWS);
    parts_.interleave(columns.data(), block.count, std::min(PART_ROWS, value_width_ - (panel * PART_ROWS)),
                      output_.weights, values_in(block) + (panel * output_.weights * PART_UNIT));
  }
}

void AttentionParts::split(const FloatRows &rows, int64_t length, int parts, uint16_t *target) const {
  for (int64_t half = 0; half < 2; half++) {
    const int64_t here = std::clamp<int64_t>(rows.count - (half * HALF), 0, HALF);
    std::array<const float *, HALF> own{};
    for (int64_t i = 0; i < here; i++)
      own[static_cast<size_t>(i)] = rows.data + (((half * HALF) + i) * rows.stride);
    parts_.split(own.data(), here, length, parts, target + (half * HALF * PART_STEP));
  }
}

void AttentionParts::take_queries(const FloatRows &queries, float *scratch) const {
  split(queries, width_, scores_.x, halves(scratch));
}

void AttentionParts::multiply_keys(const FloatRows &queries, const CellBlock &block, float *scores,
                                   int64_t scores_stride, float *scratch) const {
  const uint16_t *keys = halves(block.copy);
  parts_.multiply(halves(scratch), &keys, 1, steps_, scores_, queries.count, scores, scores_stride, BLOCK,
                  false);
}

void AttentionParts::take_weights(const FloatRows &weights, int64_t block_count, float *scratch) const {
  split(weights, block_count * BLOCK, output_.x, weights_in(scratch));
}

void AttentionParts::add_values(const FloatRows &weights, const CellBlock *blocks, int64_t first,
                                int64_t count, float *output, int64_t output_stride, float *scratch) const {
  for (int64_t panel = 0; panel < value_panels_; panel++) {
    // One run of one step for each block.
    std::array<const uint16_t *, HELD_BLOCKS> values{};
    for (int64_t i = 0; i < count; i++)
      values[static_cast<size_t>(i)] = values_in(blocks[first + i]) + (panel * output_.weights * PART_UNIT);
    parts_.multiply(weights_in(scratch) + (first * output_.x * PART_UNIT), values.data(), count, 1, output_,
                    weights.count, output + (panel * PART_ROWS), output_stride, PART_ROWS, true);
  }
}

} // namespace llama_reward::prefill
