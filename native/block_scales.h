#pragma once

#include <array>
#include <cstdint>

namespace llama_reward {

/// Numbers of a block of ggml's Q8_0, which share a scale (llama.cpp v0.5.0, ggml/src/ggml-common.h,
/// block_q8_0).
constexpr int64_t Q8_BLOCK = 32;
/// The largest multiple of its scale that a block's numbers can be.
constexpr float Q8_LARGEST = 127;

/// A block's scale: the step between the numbers that it can hold.
struct BlockScale {
  /// As the file has it: a float16.
  std::array<uint8_t, 2> half;
  float value;
};

/// The smallest scale that holds every number of a block, which is ggml's own choice.
BlockScale smallest_scale(const float *block);

/// The scale, up to twice the smallest one, with which rounding each number to the nearest loses least. Where
/// weights were once in few bits, a scale can meet their grid.
/// @param importance `[32]`: what an error's square counts
BlockScale nearest_scale(const float *block, const float *importance);

} // namespace llama_reward
