#include "multiply.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "backend.h"
#include "error.h"
#include "tensors.h"

namespace llama_reward {
namespace {

struct FreeBackend {
  void operator()(ggml_backend *backend) const { api().ggml_backend_free(backend); }
};
using BackendPointer = std::unique_ptr<ggml_backend, FreeBackend>;

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

/// ggml multiplies a single row by another function, whose sums have another order: with a second one beside
/// it, a row's result is the same to the bit as among many.
constexpr int64_t LEAST_ROWS = 2;

} // namespace

std::vector<float> multiply(ggml_tensor *weight, const std::vector<float> &rows, int64_t begin, int64_t end) {
  const int64_t count = static_cast<int64_t>(rows.size()) / weight->ne[0];
  const TensorContextPointer context = make_tensor_context(3, true);
  ggml_tensor *part = api().ggml_view_2d(context.get(), weight, weight->ne[0], end - begin, weight->nb[1],
                                         static_cast<size_t>(begin) * weight->nb[1]);
  ggml_tensor *input =
      api().ggml_new_tensor_2d(context.get(), GGML_TYPE_F32, weight->ne[0], std::max(count, LEAST_ROWS));
  ggml_tensor *product = api().ggml_mul_mat(context.get(), part, input);
  ggml_cgraph *graph = api().ggml_new_graph(context.get());
  api().ggml_build_forward_expand(graph, product);
  const TensorBufferPointer buffer = allocate_tensors(context.get(), "the rows of a dense layer");

  api().ggml_backend_tensor_set(input, rows.data(), 0, rows.size() * sizeof(float));
  if (count < LEAST_ROWS)
    api().ggml_backend_tensor_set(input, rows.data(), rows.size() * sizeof(float),
                                  rows.size() * sizeof(float));
  if (api().ggml_backend_graph_compute(make_backend().get(), graph) != GGML_STATUS_SUCCESS)
    throw NativeError("OUT_OF_MEMORY", "llama.cpp could not compute a dense layer of " +
                                           std::to_string(count) + " rows. Use fewer rows at once.");
  std::vector<float> result(static_cast<size_t>(count * (end - begin)));
  api().ggml_backend_tensor_get(product, result.data(), 0, result.size() * sizeof(float));
  return result;
}

} // namespace llama_reward
