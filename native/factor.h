#pragma once

#include <cstdint>
#include <vector>

namespace llama_reward {

/// Factors a symmetric positive definite matrix as `L D Lᵀ`, `L` a unit lower triangle.
/// @param matrix `[n, n]`, row-major; only its lower triangle is read. Overwritten.
/// @returns `Lᵀ`, `[n, n]`, row-major: row `k` has column `k` of `L`
/// @throws NativeError INVALID_ARGUMENT where it is not positive definite
std::vector<float> factor_unit_lower(std::vector<double> &matrix, int64_t n, int32_t threads);

} // namespace llama_reward
