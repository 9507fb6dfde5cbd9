#include "moments.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "backend.h"
#include "error.h"
#include "multiply.h"
#include "parallel.h"
#include "tensors.h"

namespace llama_reward {
namespace {

// Columns of products computed at once.
constexpr int64_t STRIPE = 256;
// Tokens are filled up with zeros to a multiple of this: ggml's fast kernels take whole registers only.
constexpr int64_t TOKEN_PADDING = 32;

/// `[width, tokens]` of `[tokens, width]`, tokens padded.
std::vector<float> transposed(const std::vector<float> &rows, int64_t width, int64_t padded) {
  std::vector<float> columns(static_cast<size_t>(width * padded));
  const auto tokens = static_cast<int64_t>(rows.size()) / width;
  for (int64_t token = 0; token < tokens; token++) {
    for (int64_t column = 0; column < width; column++)
      columns[static_cast<size_t>((column * padded) + token)] =
          rows[static_cast<size_t>((token * width) + column)];
  }
  return columns;
}

} // namespace

Moments::Moments(std::map<std::string, float> weights, bool with_products, int32_t threads)
    : wanted_(std::move(weights)), with_products_(with_products), threads_(threads) {}

bool Moments::wants(const ggml_tensor *node) {
  if (node->op != GGML_OP_MUL_MAT || node->src[1]->type != GGML_TYPE_F32)
    return false;
  const std::string name = node->src[0]->name;
  if (wanted_.count(name) == 0)
    return false;
  auto known = shared_.find(name);
  if (known == shared_.end()) {
    const auto [first, is_new] = inputs_.emplace(node->src[1], name);
    known = shared_.emplace(name, is_new ? name : first->second).first;
  }
  return known->second == name;
}

void Moments::add(const ggml_tensor *node) {
  const ggml_tensor *input = node->src[1];
  const int64_t width = input->ne[0];
  const int64_t tokens = input->ne[1];
  if (tokens == 0)
    return;
  InputMoments &moments = moments_[node->src[0]->name];
  if (moments.width == 0) {
    moments.width = width;
    moments.squares.resize(static_cast<size_t>(width));
    if (with_products_)
      moments.products.resize(static_cast<size_t>(width * width));
  }
  if (!extra_.empty() && extra_.size() != static_cast<size_t>(tokens))
    throw NativeError("INVALID_ARGUMENT", "Expected weights for " + std::to_string(tokens) +
                                              " tokens but received " + std::to_string(extra_.size()));
  std::vector<float> rows(static_cast<size_t>(width * tokens));
  const size_t row_bytes = static_cast<size_t>(width) * sizeof(float);
  for (int64_t token = 0; token < tokens; token++)
    api().ggml_backend_tensor_get(input, rows.data() + (token * width),
                                  static_cast<size_t>(token) * input->nb[1], row_bytes);
  moments.weight += weigh_rows(rows, width, wanted_.at(node->src[0]->name));
  for (size_t i = 0; i < rows.size(); i++)
    moments.squares[i % static_cast<size_t>(width)] += rows[i] * rows[i];
  if (with_products_)
    add_products(rows, moments);
}

double Moments::weigh_rows(std::vector<float> &rows, int64_t width, float heed) const {
  if (extra_.empty())
    return static_cast<double>(rows.size()) / static_cast<double>(width);
  double sum = 0;
  for (size_t token = 0; token < extra_.size(); token++) {
    const float weight = 1 + (heed * extra_[token]);
    const float factor = std::sqrt(weight);
    float *row = rows.data() + (token * static_cast<size_t>(width));
    for (int64_t column = 0; column < width; column++)
      row[column] *= factor;
    sum += static_cast<double>(weight);
  }
  return sum;
}

void Moments::add_products(const std::vector<float> &rows, InputMoments &moments) const {
  const int64_t width = moments.width;
  const int64_t tokens = static_cast<int64_t>(rows.size()) / width;
  const int64_t padded = (tokens + TOKEN_PADDING - 1) / TOKEN_PADDING * TOKEN_PADDING;
  const std::vector<float> columns = transposed(rows, width, padded);
  const TensorContextPointer context = make_tensor_context(1, false);
  ggml_tensor *tensor = api().ggml_new_tensor_2d(context.get(), GGML_TYPE_F32, padded, width);
  const TensorBufferPointer buffer = allocate_tensors(context.get(), "the inputs of a matrix");
  api().ggml_backend_tensor_set(tensor, columns.data(), 0, columns.size() * sizeof(float));

  const int64_t stripes = (width + STRIPE - 1) / STRIPE;
  in_parallel(stripes, threads_, [&](int64_t stripe) {
    const int64_t begin = stripe * STRIPE;
    const int64_t end = std::min(width, begin + STRIPE);
    // The lower triangle: rows from the stripe's own on.
    const std::vector<float> below(columns.begin() + (begin * padded), columns.end());
    const std::vector<float> product = multiply(tensor, below, begin, end);
    for (int64_t row = begin; row < width; row++) {
      float *target = moments.products.data() + (row * width) + begin;
      const float *source = product.data() + ((row - begin) * (end - begin));
      for (int64_t column = 0; column < end - begin; column++)
        target[column] += source[column];
    }
  });
}

const InputMoments &Moments::of(const std::string &weight) const {
  const auto shared = shared_.find(weight);
  const auto found = shared == shared_.end() ? moments_.end() : moments_.find(shared->second);
  if (found == moments_.end())
    throw NativeError("INVALID_ARGUMENT", "Nothing was multiplied with " + weight + " yet.");
  return found->second;
}

std::vector<std::string> Moments::weights() const {
  std::vector<std::string> names;
  for (const auto &[name, first] : shared_) {
    if (moments_.count(first) > 0)
      names.push_back(name);
  }
  return names;
}

} // namespace llama_reward
