#include "fitted_rounding.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "backend.h"
#include "error.h"
#include "factor.h"
#include "moments.h"
#include "parallel.h"

namespace llama_reward {
namespace {

// ggml's block_q8_0: a float16 scale and 32 numbers of 8 bits (llama.cpp v0.5.0, ggml/src/ggml-common.h).
constexpr int64_t BLOCK = 32;
constexpr int64_t BLOCK_BYTES = 2 + BLOCK;
constexpr float LARGEST = 127;
/// Added to every input's variance, as a share of their mean: inputs are known from a sample only.
constexpr double DAMPING = 0.01;
/// Steps that a number may end away from where plain rounding puts it: checks of a file against its source
/// know this bound.
constexpr float FARTHEST = 4;
/// Rows that are rounded together.
constexpr int64_t ROWS = 32;

struct Scale {
  std::array<uint8_t, 2> half;
  float value;
};

Scale scale_of(const float *block) {
  float largest = 0;
  for (int64_t i = 0; i < BLOCK; i++)
    largest = std::max(largest, std::fabs(block[i]));
  const float exact = largest / LARGEST;
  const ggml_type_traits *half = api().ggml_get_type_traits(GGML_TYPE_F16);
  Scale scale{};
  half->from_float_ref(&exact, scale.half.data(), 1);
  half->to_float(scale.half.data(), &scale.value, 1);
  return scale;
}

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

/// Transposed unit lower triangle of `L D Lᵀ`, the products in the order of columns, damped.
std::vector<float> feedback_of(const InputMoments &moments, const std::vector<int64_t> &order,
                               int32_t threads) {
  const auto width = static_cast<size_t>(moments.width);
  double mean = 0;
  for (const float square : moments.squares)
    mean += static_cast<double>(square) / static_cast<double>(width);
  if (!(mean > 0) || !std::isfinite(mean))
    throw NativeError("INVALID_ARGUMENT",
                      "A matrix cannot be rounded by inputs that are all zero or not finite.");
  std::vector<double> matrix(width * width);
  for (size_t row = 0; row < width; row++) {
    for (size_t column = 0; column <= row; column++) {
      const auto a = static_cast<size_t>(std::max(order[row], order[column]));
      const auto b = static_cast<size_t>(std::min(order[row], order[column]));
      matrix[(row * width) + column] = static_cast<double>(moments.products[(a * width) + b]);
    }
    matrix[(row * width) + row] += DAMPING * mean;
  }
  return factor_unit_lower(matrix, moments.width, threads);
}

/// `ROWS` rows at once, so that the sums over what was rounded before run in vector registers.
class RowRounding {
 public:
  RowRounding(const std::vector<float> &weights, int64_t width, const std::vector<int64_t> &order,
              const std::vector<float> &feedback, std::vector<uint8_t> &blocks)
      : weights_(weights), width_(width), order_(order), feedback_(feedback), blocks_(blocks) {}

  void round(int64_t begin, int64_t end) const {
    std::vector<float> errors(static_cast<size_t>(width_ * ROWS));
    const std::vector<Scale> scales = write_scales(begin, end);
    for (int64_t k = width_ - 1; k >= 0; k--) {
      std::array<float, ROWS> carried{};
      for (int64_t i = k + 1; i < width_; i++) {
        const float factor = feedback_[static_cast<size_t>((k * width_) + i)];
        const float *error = errors.data() + (i * ROWS);
        for (size_t r = 0; r < ROWS; r++)
          carried[r] += error[r] * factor;
      }
      round_column(begin, end, order_[static_cast<size_t>(k)], carried, scales, errors.data() + (k * ROWS));
    }
  }

 private:
  [[nodiscard]] std::vector<Scale> write_scales(int64_t begin, int64_t end) const {
    std::vector<Scale> scales;
    for (int64_t block = begin * width_ / BLOCK; block < end * width_ / BLOCK; block++) {
      scales.push_back(scale_of(weights_.data() + (block * BLOCK)));
      std::memcpy(blocks_.data() + (block * BLOCK_BYTES), scales.back().half.data(), 2);
    }
    return scales;
  }

  void round_column(int64_t begin, int64_t end, int64_t column, const std::array<float, ROWS> &carried,
                    const std::vector<Scale> &scales, float *errors) const {
    const int64_t per_row = width_ / BLOCK;
    for (int64_t row = begin; row < end; row++) {
      const auto r = static_cast<size_t>(row - begin);
      const float weight = weights_[static_cast<size_t>((row * width_) + column)];
      const int64_t block = column / BLOCK;
      const float scale = scales[static_cast<size_t>((static_cast<int64_t>(r) * per_row) + block)].value;
      const float wanted = scale == 0 ? 0 : std::nearbyint((weight + carried[r]) / scale);
      const float own = scale == 0 ? 0 : std::nearbyint(weight / scale);
      const float near = std::clamp(wanted, own - FARTHEST, own + FARTHEST);
      const float rounded = std::clamp(near, -LARGEST, LARGEST);
      errors[r] = weight - (rounded * scale);
      const auto stored = static_cast<int8_t>(rounded);
      std::memcpy(blocks_.data() + (((row * per_row) + block) * BLOCK_BYTES) + 2 + (column % BLOCK), &stored,
                  1);
    }
  }

  const std::vector<float> &weights_;
  int64_t width_;
  const std::vector<int64_t> &order_;
  const std::vector<float> &feedback_;
  std::vector<uint8_t> &blocks_;
};

} // namespace

std::vector<uint8_t> round_to_q8_0(const std::vector<float> &weights, const InputMoments &moments,
                                   int32_t threads) {
  const int64_t width = moments.width;
  if (moments.products.empty() || width % BLOCK != 0 || weights.empty() ||
      weights.size() % static_cast<size_t>(width) != 0)
    throw NativeError("INVALID_ARGUMENT", "Expected rows of " + std::to_string(width) +
                                              " numbers, a multiple of 32 whose products were summed");
  const int64_t rows = static_cast<int64_t>(weights.size()) / width;
  const std::vector<int64_t> order = column_order(moments);
  const std::vector<float> feedback = feedback_of(moments, order, threads);
  std::vector<uint8_t> blocks(static_cast<size_t>(rows * width / BLOCK * BLOCK_BYTES));
  const RowRounding rounding(weights, width, order, feedback, blocks);
  in_parallel((rows + ROWS - 1) / ROWS, threads,
              [&](int64_t part) { rounding.round(part * ROWS, std::min(rows, (part + 1) * ROWS)); });
  return blocks;
}

} // namespace llama_reward
