#include "dense.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <utility>
#include <vector>

#include "backend.h"
#include "multiply.h"
#include "tensors.h"

namespace llama_reward {
namespace {

// Klambauer et al. 2017, "Self-Normalizing Neural Networks", equation 14; torch.nn.SELU uses the same digits.
constexpr double SELU_SCALE = 1.0507009873554804934193349852946;
constexpr double SELU_ALPHA = 1.6732632423543772848170429916717;

// llama.cpp multiplies as many numbers at a time (GGML_F32_STEP: 64 with AVX-512, fewer elsewhere), and what
// is left over one by one, in sums whose rounding its compiler chooses (v0.5.0, ggml_vec_dot_f32). Zeros fill
// rows up to whole steps, so that builds of llama.cpp give the same rewards.
constexpr int64_t STEP = 64;

int64_t whole_steps(int64_t size) {
  return (size + STEP - 1) / STEP * STEP;
}

/// Rows of `width` numbers as rows of `new_width`: with zeros behind, or without what is behind.
std::vector<float> resize_rows(std::vector<float> rows, int64_t width, int64_t new_width) {
  if (width == new_width)
    return rows;
  const size_t count = rows.size() / static_cast<size_t>(width);
  std::vector<float> resized(count * static_cast<size_t>(new_width));
  for (size_t row = 0; row < count; row++)
    std::copy_n(rows.begin() + static_cast<int64_t>(row) * width, std::min(width, new_width),
                resized.begin() + static_cast<int64_t>(row) * new_width);
  return resized;
}

// A thread with fewer output columns than this costs more than it saves.
constexpr int64_t MIN_COLUMNS = 256;

float activate(Activation activation, float x) {
  switch (activation) {
  case Activation::Relu:
    // Written so that NaN stays NaN: a broken head must be noticed, not scored 0.
    return x < 0 ? 0.0f : x;
  case Activation::Selu:
    return x > 0 ? static_cast<float>(SELU_SCALE * x)
                 : static_cast<float>(SELU_SCALE * SELU_ALPHA * std::expm1(static_cast<double>(x)));
  case Activation::None:
    break;
  }
  return x;
}

/// Output columns `[begin, end)` of one layer, written into their places of `result`, `[n, outputSize]` in
/// whole steps.
void compute_columns(const DenseLayer &layer, ggml_tensor *weight, const std::vector<float> &rows,
                     int64_t begin, int64_t end, std::vector<float> &result) {
  const std::vector<float> product = multiply(weight, rows, begin, end);
  const auto width = static_cast<size_t>(end - begin);
  for (size_t source = 0, row = 0; source < product.size(); source += width, row++) {
    float *target = result.data() + (row * static_cast<size_t>(whole_steps(layer.output_size))) + begin;
    for (size_t i = 0; i < width; i++) {
      const float bias = layer.bias.empty() ? 0.0f : layer.bias[static_cast<size_t>(begin) + i];
      target[i] = activate(layer.activation, product[source + i] + bias);
    }
  }
}

/// One layer, from and to rows in whole steps, its output columns shared out among threads. Each multiplies
/// on its own: ggml's threads wait for each other by spinning, which costs a hundred times the work when
/// something else wants the cores.
std::vector<float> apply(const DenseLayer &layer, ggml_tensor *weight, const std::vector<float> &rows,
                         int32_t threads) {
  const auto count = rows.size() / static_cast<size_t>(whole_steps(layer.input_size));
  std::vector<float> result(count * static_cast<size_t>(whole_steps(layer.output_size)));
  const int64_t parts = std::min<int64_t>(threads, (layer.output_size + MIN_COLUMNS - 1) / MIN_COLUMNS);
  std::vector<std::future<void>> others;
  for (int64_t part = 1; part < parts; part++)
    others.push_back(std::async(std::launch::async, compute_columns, std::cref(layer), weight,
                                std::cref(rows), layer.output_size * part / parts,
                                layer.output_size * (part + 1) / parts, std::ref(result)));
  compute_columns(layer, weight, rows, 0, layer.output_size / parts, result);
  for (std::future<void> &other : others)
    other.get();
  return result;
}

} // namespace

std::shared_ptr<DenseNetwork> DenseNetwork::create(std::vector<DenseLayer> layers, int32_t threads) {
  return std::shared_ptr<DenseNetwork>(new DenseNetwork(std::move(layers), threads));
}

DenseNetwork::DenseNetwork(std::vector<DenseLayer> layers, int32_t threads)
    : layers_(std::move(layers)), threads_(threads), context_(make_tensor_context(layers_.size(), false)) {
  for (const DenseLayer &layer : layers_)
    weights_.push_back(api().ggml_new_tensor_2d(context_.get(), GGML_TYPE_F32, whole_steps(layer.input_size),
                                                layer.output_size));
  buffer_ = allocate_tensors(context_.get(), "the weights of a dense network");
  for (size_t i = 0; i < layers_.size(); i++) {
    const int64_t width = layers_[i].input_size;
    const std::vector<float> weight = resize_rows(std::move(layers_[i].weight), width, whole_steps(width));
    layers_[i].weight = {};
    api().ggml_backend_tensor_set(weights_[i], weight.data(), 0, weight.size() * sizeof(float));
  }
}

std::vector<float> DenseNetwork::forward(std::vector<float> rows) const {
  if (rows.empty())
    return rows;
  rows = resize_rows(std::move(rows), input_size(), whole_steps(input_size()));
  for (size_t i = 0; i < layers_.size(); i++)
    rows = apply(layers_[i], weights_[i], rows, threads_);
  const int64_t outputs = layers_.back().output_size;
  return resize_rows(std::move(rows), whole_steps(outputs), outputs);
}

} // namespace llama_reward
