#pragma once

#include <cstdint>
#include <vector>

namespace llama_reward {

/// A symmetric positive definite matrix as `L D Lᵀ`, `L` a unit lower triangle, `D` a diagonal.
struct Factors {
  /// `Lᵀ`, `[n, n]`, row-major: row `k` has column `k` of `L`.
  std::vector<float> transposed;
  /// `D`, `[n]`
  std::vector<float> diagonal;
};

/// @param matrix `[n, n]`, row-major; only its lower triangle is read. Overwritten.
/// @throws NativeError INVALID_ARGUMENT where it is not positive definite
Factors factor_unit_lower(std::vector<double> &matrix, int64_t n, int32_t threads);

} // namespace llama_reward
