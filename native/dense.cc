#include "dense.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <future>
#include <string>

#include "backend.h"
#include "error.h"

namespace llama_reward {
namespace {

// Klambauer et al. 2017, "Self-Normalizing Neural Networks", equation 14; torch.nn.SELU uses the same digits.
constexpr double SELU_SCALE = 1.0507009873554804934193349852946;
constexpr double SELU_ALPHA = 1.6732632423543772848170429916717;

// A thread with fewer output columns than this costs more than it saves.
constexpr int64_t MIN_COLUMNS = 256;

struct FreeContext {
  void operator()(ggml_context *context) const { api().ggml_free(context); }
};
struct FreeBuffer {
  void operator()(ggml_backend_buffer *buffer) const { api().ggml_backend_buffer_free(buffer); }
};
struct FreeBackend {
  void operator()(ggml_backend *backend) const { api().ggml_backend_free(backend); }
};
using ContextPointer = std::unique_ptr<ggml_context, FreeContext>;
using BufferPointer = std::unique_ptr<ggml_backend_buffer, FreeBuffer>;
using BackendPointer = std::unique_ptr<ggml_backend, FreeBackend>;

/// Room for the descriptions of tensors and of one graph; their data lies in backend buffers.
ContextPointer make_context(size_t tensors, bool with_graph) {
  const size_t bytes =
      tensors * api().ggml_tensor_overhead() + (with_graph ? api().ggml_graph_overhead() : 0);
  ContextPointer context(api().ggml_init({bytes, nullptr, true}));
  if (!context)
    throw NativeError("OUT_OF_MEMORY", "The system refused memory for a matrix multiplication.");
  return context;
}

BufferPointer allocate(ggml_context *context, const char *what) {
  BufferPointer buffer(
      api().ggml_backend_alloc_ctx_tensors_from_buft(context, api().ggml_backend_cpu_buffer_type()));
  if (!buffer)
    throw NativeError("OUT_OF_MEMORY", std::string("The system refused memory for ") + what + ".");
  return buffer;
}

/// A backend of its own per call costs microseconds and needs no lock.
BackendPointer make_backend() {
  BackendPointer backend(
      api().ggml_backend_dev_init(api().ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU), nullptr));
  if (!backend)
    throw NativeError("OUT_OF_MEMORY", "llama.cpp's CPU backend could not be started.");
  auto set_threads =
      reinterpret_cast<ggml_backend_set_n_threads_t>(cpu_function("ggml_backend_set_n_threads"));
  set_threads(backend.get(), 1);
  return backend;
}

/// `rows · weightᵀ` for the output columns `[begin, end)`, `[n, end − begin]`. ggml's first dimension is the
/// contiguous one, so a row-major `[n, k]` is its `(k, n)`.
std::vector<float> multiply(ggml_tensor *weight, const std::vector<float> &rows, int64_t begin, int64_t end) {
  const int64_t count = static_cast<int64_t>(rows.size()) / weight->ne[0];
  ContextPointer context = make_context(3, true);
  ggml_tensor *part = api().ggml_view_2d(context.get(), weight, weight->ne[0], end - begin, weight->nb[1],
                                         static_cast<size_t>(begin) * weight->nb[1]);
  ggml_tensor *input = api().ggml_new_tensor_2d(context.get(), GGML_TYPE_F32, weight->ne[0], count);
  ggml_tensor *product = api().ggml_mul_mat(context.get(), part, input);
  ggml_cgraph *graph = api().ggml_new_graph(context.get());
  api().ggml_build_forward_expand(graph, product);
  BufferPointer buffer = allocate(context.get(), "the rows of a dense layer");

  api().ggml_backend_tensor_set(input, rows.data(), 0, rows.size() * sizeof(float));
  if (api().ggml_backend_graph_compute(make_backend().get(), graph) != GGML_STATUS_SUCCESS)
    throw NativeError("OUT_OF_MEMORY", "llama.cpp could not compute a dense layer of " +
                                           std::to_string(count) + " rows. Use fewer rows at once.");
  std::vector<float> result(static_cast<size_t>(count * (end - begin)));
  api().ggml_backend_tensor_get(product, result.data(), 0, result.size() * sizeof(float));
  return result;
}

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
    float *target = result.data() + row * static_cast<size_t>(layer.output_size) + begin;
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
    : layers_(std::move(layers)), threads_(threads) {
  ContextPointer context = make_context(layers_.size(), false);
  for (const DenseLayer &layer : layers_)
    weights_.push_back(
        api().ggml_new_tensor_2d(context.get(), GGML_TYPE_F32, layer.input_size, layer.output_size));
  BufferPointer buffer = allocate(context.get(), "the weights of a dense network");
  for (size_t i = 0; i < layers_.size(); i++) {
    const auto count = static_cast<size_t>(layers_[i].input_size * layers_[i].output_size);
    api().ggml_backend_tensor_set(weights_[i], layers_[i].weight.data(), 0, count * sizeof(float));
    std::vector<float>().swap(layers_[i].weight);
  }
  context_ = context.release();
  buffer_ = buffer.release();
}

DenseNetwork::~DenseNetwork() {
  api().ggml_backend_buffer_free(buffer_);
  api().ggml_free(context_);
}

std::vector<float> DenseNetwork::forward(std::vector<float> rows) const {
  if (rows.empty())
    return rows;
  for (size_t i = 0; i < layers_.size(); i++)
    rows = apply(layers_[i], weights_[i], rows, threads_);
  return rows;
}

} // namespace llama_reward
