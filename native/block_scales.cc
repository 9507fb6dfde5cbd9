#include "block_scales.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "backend.h"

namespace llama_reward {
namespace {

/// A block's largest number is tried at these multiples of the scale: from `Q8_LARGEST` down to its half,
/// first in coarse steps, then in fine ones around the best.
constexpr float COARSE = 0.25F;
constexpr int32_t COARSE_STEPS = 252;
constexpr int32_t FINE_STEPS = 8;

/// Added and taken away it rounds a float to the nearest integer, in every processor's vector registers.
constexpr float ROUNDING = 12582912; // 1.5 · 2²³
constexpr size_t LANES = 8;

BlockScale as_stored(float exact) {
  const ggml_type_traits *half = api().ggml_get_type_traits(GGML_TYPE_F16);
  BlockScale scale{};
  half->from_float_ref(&exact, scale.half.data(), 1);
  half->to_float(scale.half.data(), &scale.value, 1);
  return scale;
}

float largest_of(const float *block) {
  float largest = 0;
  for (int64_t i = 0; i < Q8_BLOCK; i++)
    largest = std::max(largest, std::fabs(block[i]));
  return largest;
}

float loss_of(const float *block, const float *importance, float scale) {
  const float inverse = 1 / scale;
  std::array<float, LANES> sums{};
  for (size_t i = 0; i < Q8_BLOCK; i += LANES) {
    for (size_t lane = 0; lane < LANES; lane++) {
      const float steps = block[i + lane] * inverse;
      const float rounded = (steps + ROUNDING) - ROUNDING;
      sums[lane] += importance[i + lane] * (steps - rounded) * (steps - rounded);
    }
  }
  float sum = 0;
  for (const float lane : sums)
    sum += lane;
  return sum * scale * scale;
}

} // namespace

BlockScale smallest_scale(const float *block) {
  return as_stored(largest_of(block) / Q8_LARGEST);
}

BlockScale nearest_scale(const float *block, const float *importance) {
  const float largest = largest_of(block);
  BlockScale best = as_stored(largest / Q8_LARGEST);
  if (best.value == 0)
    return best;
  float least = loss_of(block, importance, best.value);
  float place = Q8_LARGEST;
  float least_coarse = least;
  for (int32_t step = 1; step <= COARSE_STEPS; step++) {
    const float multiple = Q8_LARGEST - (static_cast<float>(step) * COARSE);
    const float loss = loss_of(block, importance, largest / multiple);
    if (loss >= least_coarse)
      continue;
    least_coarse = loss;
    place = multiple;
  }
  for (int32_t step = -FINE_STEPS; step <= FINE_STEPS; step++) {
    const float multiple = place + (static_cast<float>(step) * COARSE / FINE_STEPS);
    if (multiple > Q8_LARGEST)
      break;
    const BlockScale scale = as_stored(largest / multiple);
    const float loss = loss_of(block, importance, scale.value);
    if (loss >= least)
      continue;
    least = loss;
    best = scale;
  }
  return best;
}

} // namespace llama_reward
