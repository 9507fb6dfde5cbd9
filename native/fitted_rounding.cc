#include "fitted_rounding.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "block_scales.h"
#include "error.h"
#include "factor.h"
#include "moments.h"
#include "parallel.h"

namespace llama_reward {
namespace {

constexpr int64_t BLOCK_BYTES = 2 + Q8_BLOCK;
/// Added to every input's variance: inputs are known from a sample only. A share of its own, since the
/// largest are a thousand times the others in trained models, and a little of their mean, since some are
/// zero.
constexpr double OWN_DAMPING = 0.01;
constexpr double MEAN_DAMPING = 1e-6;
/// How far a number may end from its own value, in ggml's own steps: checks of a file against its source know
/// this bound.
constexpr float FARTHEST = 4.5F;
/// Rows that are rounded together.
constexpr int64_t ROWS = 32;

/// Columns from the one whose input varies least to that which varies most.
std::vector<int64_t> column_order(const InputMoments &moments) {
  std::vector<int64_t> order(static_cast<size_t>(moments.width));
  for (size_t i = 0; i < order.size(); i++)
    order[i] = static_cast<int64_t>(i);
  std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    const float first = moments.squares[static_cast<size_t>(a)];
    const float second = moments.squares[static_cast<size_t>(b)];
    return first != second ? first < second : a < b;
  });
  return order;
}

/// What is known of a matrix's inputs, in the order in which its columns are rounded, the last first.
struct Inputs {
  int64_t width;
  std::vector<int64_t> order;
  /// How much a number's error is made up for by each later column; and what is left of it counts.
  Factors factors;
  /// `factors.diagonal` by column.
  std::vector<float> importance;
};

Inputs inputs_of(const InputMoments &moments, int32_t threads) {
  const auto width = static_cast<size_t>(moments.width);
  double mean = 0;
  for (const float square : moments.squares)
    mean += static_cast<double>(square) / static_cast<double>(width);
  if (!(mean > 0) || !std::isfinite(mean))
    throw NativeError("INVALID_ARGUMENT",
                      "A matrix cannot be rounded by inputs that are all zero or not finite.");
  Inputs inputs{moments.width, column_order(moments), {}, std::vector<float>(width)};
  std::vector<double> matrix(width * width);
  for (size_t row = 0; row < width; row++) {
    for (size_t column = 0; column <= row; column++) {
      const auto a = static_cast<size_t>(std::max(inputs.order[row], inputs.order[column]));
      const auto b = static_cast<size_t>(std::min(inputs.order[row], inputs.order[column]));
      matrix[(row * width) + column] = static_cast<double>(moments.products[(a * width) + b]) / mean;
    }
    double &own = matrix[(row * width) + row];
    own += (OWN_DAMPING * own) + MEAN_DAMPING;
  }
  inputs.factors = factor_unit_lower(matrix, moments.width, threads);
  for (size_t k = 0; k < width; k++)
    inputs.importance[static_cast<size_t>(inputs.order[k])] = inputs.factors.diagonal[k];
  return inputs;
}

/// Some rows as blocks, and what each lost: the squares of its products' errors.
struct Rounded {
  std::vector<uint8_t> blocks;
  std::array<double, ROWS> losses;
};

/// The multiple of a block's scale for a number.
/// @param carried what it makes up for
float nearest_steps(float weight, float carried, float scale, float farthest) {
  if (scale == 0)
    return 0;
  const float least = std::max(std::ceil((weight - farthest) / scale), -Q8_LARGEST);
  const float most = std::min(std::floor((weight + farthest) / scale), Q8_LARGEST);
  return std::clamp(std::nearbyint((weight + carried) / scale), std::min(least, most), most);
}

/// `ROWS` rows at once, so that the sums over what was rounded before run in vector registers.
class RowRounding {
 public:
  /// @param weights `[rows, inputs.width]`, up to `ROWS` rows
  RowRounding(const float *weights, int64_t rows, const Inputs &inputs)
      : weights_(weights), rows_(rows), inputs_(inputs), width_(inputs.width),
        smallest_(scales([](const float *block, const float *) { return smallest_scale(block); })) {}

  [[nodiscard]] const std::vector<BlockScale> &smallest_scales() const { return smallest_; }
  [[nodiscard]] std::vector<BlockScale> nearest_scales() const { return scales(nearest_scale); }

  [[nodiscard]] Rounded round(const std::vector<BlockScale> &scales) const {
    Rounded rounded{std::vector<uint8_t>(scales.size() * BLOCK_BYTES), {}};
    for (size_t block = 0; block < scales.size(); block++)
      std::memcpy(rounded.blocks.data() + (block * BLOCK_BYTES), scales[block].half.data(), 2);
    std::vector<float> errors(static_cast<size_t>(width_ * ROWS));
    for (int64_t k = width_ - 1; k >= 0; k--) {
      std::array<float, ROWS> carried{};
      for (int64_t i = k + 1; i < width_; i++) {
        const float factor = inputs_.factors.transposed[static_cast<size_t>((k * width_) + i)];
        const float *error = errors.data() + (i * ROWS);
        for (size_t r = 0; r < ROWS; r++)
          carried[r] += error[r] * factor;
      }
      round_column(k, carried, scales, errors.data() + (k * ROWS), rounded);
    }
    return rounded;
  }

 private:
  template <class Choice>
  [[nodiscard]] std::vector<BlockScale> scales(Choice choice) const {
    std::vector<BlockScale> chosen;
    for (int64_t block = 0; block < rows_ * width_ / Q8_BLOCK; block++) {
      const int64_t column = block * Q8_BLOCK % width_;
      chosen.push_back(choice(weights_ + (block * Q8_BLOCK), inputs_.importance.data() + column));
    }
    return chosen;
  }

  void round_column(int64_t k, const std::array<float, ROWS> &carried, const std::vector<BlockScale> &scales,
                    float *errors, Rounded &rounded) const {
    const int64_t per_row = width_ / Q8_BLOCK;
    const int64_t column = inputs_.order[static_cast<size_t>(k)];
    for (int64_t row = 0; row < rows_; row++) {
      const auto r = static_cast<size_t>(row);
      const int64_t block = (row * per_row) + (column / Q8_BLOCK);
      const float scale = scales[static_cast<size_t>(block)].value;
      const float weight = weights_[(row * width_) + column];
      const float farthest = FARTHEST * smallest_[static_cast<size_t>(block)].value;
      const float steps = nearest_steps(weight, carried[r], scale, farthest);
      errors[r] = weight - (steps * scale);
      const double missed = static_cast<double>(errors[r]) + static_cast<double>(carried[r]);
      rounded.losses[r] +=
          static_cast<double>(inputs_.factors.diagonal[static_cast<size_t>(k)]) * missed * missed;
      const auto stored = static_cast<int8_t>(steps);
      std::memcpy(rounded.blocks.data() + (block * BLOCK_BYTES) + 2 + (column % Q8_BLOCK), &stored, 1);
    }
  }

  const float *weights_;
  int64_t rows_;
  const Inputs &inputs_;
  int64_t width_;
  std::vector<BlockScale> smallest_;
};

/// Rows with the scales that serve each better.
void round_rows(const RowRounding &rounding, int64_t rows, uint8_t *blocks) {
  const Rounded smallest = rounding.round(rounding.smallest_scales());
  const Rounded nearest = rounding.round(rounding.nearest_scales());
  const size_t row_bytes = smallest.blocks.size() / static_cast<size_t>(rows);
  for (size_t row = 0; row < static_cast<size_t>(rows); row++) {
    const Rounded &better = nearest.losses[row] < smallest.losses[row] ? nearest : smallest;
    std::memcpy(blocks + (row * row_bytes), better.blocks.data() + (row * row_bytes), row_bytes);
  }
}

} // namespace

std::vector<uint8_t> round_to_q8_0(const std::vector<float> &weights, const InputMoments &moments,
                                   int32_t threads) {
  const int64_t width = moments.width;
  if (moments.products.empty() || width % Q8_BLOCK != 0 || weights.empty() ||
      weights.size() % static_cast<size_t>(width) != 0)
    throw NativeError("INVALID_ARGUMENT", "Expected rows of " + std::to_string(width) +
                                              " numbers, a multiple of 32 whose products were summed");
  const int64_t rows = static_cast<int64_t>(weights.size()) / width;
  const Inputs inputs = inputs_of(moments, threads);
  const int64_t row_bytes = width / Q8_BLOCK * BLOCK_BYTES;
  std::vector<uint8_t> blocks(static_cast<size_t>(rows * row_bytes));
  in_parallel((rows + ROWS - 1) / ROWS, threads, [&](int64_t part) {
    const int64_t begin = part * ROWS;
    const int64_t count = std::min(ROWS, rows - begin);
    const RowRounding rounding(weights.data() + (begin * width), count, inputs);
    round_rows(rounding, count, blocks.data() + (begin * row_bytes));
  });
  return blocks;
}

} // namespace llama_reward
