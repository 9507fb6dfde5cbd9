#pragma once

#include <cstdint>
#include <vector>

#include "moments.h"

namespace llama_reward {

/// Rounds a matrix to ggml's Q8_0, each number up or down such that the products with inputs like those that
/// were seen change least: what a number's rounding is off by is made up for by those that are rounded after
/// it. This is LDLQ (Chee et al. 2023, "QuIP: 2-Bit Quantization of Large Language Models With Guarantees",
/// section 3.1), equal to GPTQ (Frantar et al. 2022) with its columns in the order of how much their inputs
/// vary. Each row takes the scales that serve it better: ggml's own, or those that its numbers are nearest
/// to.
/// @param weights `[rows, moments.width]`, row-major
/// @returns the blocks as ggml stores them
/// @throws NativeError INVALID_ARGUMENT
std::vector<uint8_t> round_to_q8_0(const std::vector<float> &weights, const InputMoments &moments,
                                   int32_t threads);

} // namespace llama_reward
