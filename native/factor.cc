#include "factor.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "error.h"
#include "parallel.h"

namespace llama_reward {
namespace {

/// Columns that are finished together, before the rest of the matrix learns of them.
constexpr int64_t PANEL = 64;
/// Rows that one piece of work updates.
constexpr int64_t ROWS = 32;

/// Cholesky's `G Gᵀ`, block by block (Golub and Van Loan, "Matrix Computations", 4th edition, section 4.2.9).
class Factor {
 public:
  Factor(std::vector<double> &matrix, int64_t n, int32_t threads)
      : a_(matrix.data()), n_(n), threads_(threads) {}

  void run() {
    for (int64_t begin = 0; begin < n_; begin += PANEL) {
      const int64_t end = std::min(n_, begin + PANEL);
      diagonal(begin, end);
      const int64_t pieces = (n_ - end + ROWS - 1) / ROWS;
      in_parallel(pieces, threads_, [&](int64_t piece) {
        for (int64_t row = end + (piece * ROWS); row < std::min(n_, end + ((piece + 1) * ROWS)); row++)
          solve(row, begin, end);
      });
      const std::vector<double> panel = transposed(begin, end);
      in_parallel(pieces, threads_, [&](int64_t piece) {
        for (int64_t row = end + (piece * ROWS); row < std::min(n_, end + ((piece + 1) * ROWS)); row++)
          update(row, begin, end, panel);
      });
    }
  }

 private:
  double &at(int64_t row, int64_t column) { return a_[(row * n_) + column]; }

  void diagonal(int64_t begin, int64_t end) {
    for (int64_t k = begin; k < end; k++) {
      solve(k, begin, k);
      double pivot = at(k, k);
      for (int64_t i = begin; i < k; i++)
        pivot -= at(k, i) * at(k, i);
      if (!(pivot > 0))
        throw NativeError("INVALID_ARGUMENT", "The products of a matrix's inputs are not positive definite.");
      at(k, k) = std::sqrt(pivot);
    }
  }

  /// Columns `[begin, end)` of a row, from the finished rows of the diagonal block.
  void solve(int64_t row, int64_t begin, int64_t end) {
    for (int64_t k = begin; k < end; k++) {
      double sum = at(row, k);
      for (int64_t i = begin; i < k; i++)
        sum -= at(row, i) * at(k, i);
      at(row, k) = sum / at(k, k);
    }
  }

  /// Columns `[begin, end)` below them, one after the other.
  [[nodiscard]] std::vector<double> transposed(int64_t begin, int64_t end) const {
    const int64_t below = n_ - end;
    std::vector<double> panel(static_cast<size_t>((end - begin) * below));
    for (int64_t row = 0; row < below; row++) {
      for (int64_t k = 0; k < end - begin; k++)
        panel[static_cast<size_t>((k * below) + row)] = a_[((end + row) * n_) + begin + k];
    }
    return panel;
  }

  void update(int64_t row, int64_t begin, int64_t end, const std::vector<double> &panel) {
    const int64_t below = n_ - end;
    double *target = &at(row, end);
    for (int64_t k = 0; k < end - begin; k++) {
      const double factor = at(row, begin + k);
      const double *column = panel.data() + (k * below);
      for (int64_t i = 0; i <= row - end; i++)
        target[i] -= factor * column[i];
    }
  }

  double *a_;
  int64_t n_;
  int32_t threads_;
};

} // namespace

Factors factor_unit_lower(std::vector<double> &matrix, int64_t n, int32_t threads) {
  Factor(matrix, n, threads).run();
  Factors factors{std::vector<float>(matrix.size()), std::vector<float>(static_cast<size_t>(n))};
  const auto size = static_cast<size_t>(n);
  for (size_t row = 0; row < size; row++) {
    for (size_t column = 0; column <= row; column++)
      factors.transposed[(column * size) + row] =
          static_cast<float>(matrix[(row * size) + column] / matrix[(column * size) + column]);
    factors.diagonal[row] = static_cast<float>(matrix[(row * size) + row] * matrix[(row * size) + row]);
  }
  return factors;
}

} // namespace llama_reward
