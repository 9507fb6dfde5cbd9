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

/// Output columns `[begin, end)` of one layer, written into their places of `result`, `[n, outputSize]`.
void compute_columns(const DenseLayer &layer, ggml_tensor *weight, const std::vector<float> &rows,
                     int64_t begin, int64_t end, std::vector<float> &result) {
  const std::vector<float> product = multiply(weight, rows, begin, end);
  const auto width = static_cast<size_t>(end - begin);
  for (size_t source = 0, row = 0; source < product.size(); source += width, row++) {
    float *target = result.data() + (row * static_cast<size_t>(layer.output_size)) + begin;
    for (size_t i = 0; i < width; i++) {
      const float bias = layer.bias.empty() ? 0.0f : layer.bias[static_cast<size_t>(begin) + i];
      target[i] = activate(layer.activation, product[source + i] + bias);
    }
  }
}

/// One layer, its output columns shared out among threads. Each multiplies on its own: ggml's threads wait
/// for each other by spinning, which costs a hundred times the work when something else wants the cores.
std::vector<float> apply(const DenseLayer &layer, ggml_tensor *weight, const std::vector<float> &rows,
                         int32_t threads) {
  const auto count = rows.size() / static_cast<size_t>(layer.input_size);
  std::vector<float> result(count * static_cast<size_t>(layer.output_size));
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
    weights_.push_back(
        api().ggml_new_tensor_2d(context_.get(), GGML_TYPE_F32, layer.input_size, layer.output_size));
  buffer_ = allocate_tensors(context_.get(), "the weights of a dense network");
  for (size_t i = 0; i < layers_.size(); i++) {
    const auto count = static_cast<size_t>(layers_[i].input_size * layers_[i].output_size);
    api().ggml_backend_tensor_set(weights_[i], layers_[i].weight.data(), 0, count * sizeof(float));
    std::vector<float>().swap(layers_[i].weight);
  }
}

std::vector<float> DenseNetwork::forward(std::vector<float> rows) const {
  if (rows.empty())
    return rows;
  for (size_t i = 0; i < layers_.size(); i++)
    rows = apply(layers_[i], weights_[i], rows, threads_);
  return rows;
}

} // namespace llama_reward
