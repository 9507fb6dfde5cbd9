#pragma once

#include <cstdint>
#include <vector>

#include "symbols.h"

namespace llama_reward {

/// `rows · weightᵀ` for the output columns `[begin, end)`, `[n, end − begin]`. ggml's first dimension is the
/// contiguous one, so a row-major `[n, k]` is its `(k, n)`. A row's result is the same to the bit whatever
/// rows stand beside it.
/// @throws NativeError OUT_OF_MEMORY
std::vector<float> multiply(ggml_tensor *weight, const std::vector<float> &rows, int64_t begin, int64_t end);

} // namespace llama_reward
