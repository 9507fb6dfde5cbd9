#include "inputs.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "kernels.h"
#include "parts.h"
#include "row_source.h"

namespace llama_reward::prefill {
namespace {

/// Rows that are cut together.
constexpr int64_t HALF = PART_ROWS / 2;
/// Columns that are computed at once: rows of them stay in the first-level cache until they are cut.
constexpr int64_t STRETCH = 256;
static_assert(STRETCH % PART_STEP == 0, "a stretch is whole steps");

} // namespace

Inputs::Inputs(const Kernels &kernels, const ggml_tensor *x, int parts, bool has_operations)
    : kernels_(*kernels.parts), x_(x), parts_(parts), steps_((x->ne[0] + PART_STEP - 1) / PART_STEP),
      source_(has_operations ? RowSource::of_operations_before(kernels, x) : RowSource::of_rows(x)) {}

size_t Inputs::shared_floats() const {
  const int64_t blocks = (x_->ne[1] + PART_ROWS - 1) / PART_ROWS;
  return static_cast<size_t>(blocks * steps_ * parts_ * PART_UNIT / 2);
}

size_t Inputs::scratch_floats() {
  return static_cast<size_t>(HALF * STRETCH);
}

void Inputs::run(float *shared, float *scratch) {
  const int64_t count = x_->ne[1];
  // An even number of halves: what stands beside the last rows is 0.
  const int64_t halves = (count + PART_ROWS - 1) / PART_ROWS * 2;
  for (;;) {
    const int64_t half = next_half_.fetch_add(1, std::memory_order_relaxed);
    if (half >= halves)
      return;
    auto *target = reinterpret_cast<uint16_t *>(shared) + (half / 2 * steps_ * parts_ * PART_UNIT) +
                   (half % 2 * HALF * PART_STEP);
    cut(half * HALF, std::clamp<int64_t>(count - (half * HALF), 0, HALF), target, scratch);
  }
}

void Inputs::cut(int64_t first_row, int64_t count, uint16_t *target, float *scratch) const {
  std::array<float, HALF> factors{};
  for (int64_t i = 0; i < count; i++)
    factors[static_cast<size_t>(i)] = source_->factor(first_row + i);
  for (int64_t start = 0; start < x_->ne[0]; start += STRETCH) {
    const int64_t length = std::min(STRETCH, x_->ne[0] - start);
    std::array<const float *, HALF> rows{};
    for (int64_t i = 0; i < count; i++)
      rows[static_cast<size_t>(i)] = source_->columns(first_row + i, factors[static_cast<size_t>(i)], start,
                                                      length, scratch + (i * STRETCH));
    kernels_.split(rows.data(), count, length, parts_, target + (start / PART_STEP * parts_ * PART_UNIT));
  }
}

} // namespace llama_reward::prefill
