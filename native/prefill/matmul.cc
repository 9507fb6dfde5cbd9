#include "matmul.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "../backend.h"
#include "kernels.h"

namespace llama_reward::prefill {
namespace {

/// Numbers of a row that are unpacked at once: a panel of as many rows as a task has stays in the
/// second-level cache. A multiple of the blocks of all quantized types.
constexpr int64_t STRETCH = 512;
/// Panels of a task, at most: what lies beside them in that cache are the activations.
constexpr int64_t PANELS = 4;
/// Tasks per thread, at least, so that no thread waits long for the last.
constexpr int64_t TASKS_PER_THREAD = 4;

bool is_float(ggml_type type) {
  return type == GGML_TYPE_F32 || type == GGML_TYPE_F16 || type == GGML_TYPE_BF16;
}

Element element_of(ggml_type type) {
  if (type == GGML_TYPE_F16)
    return Element::F16;
  return type == GGML_TYPE_BF16 ? Element::BF16 : Element::F32;
}

} // namespace

bool MatMul::takes(const ggml_tensor *node) {
  if (node->op != GGML_OP_MUL_MAT)
    return false;
  const ggml_tensor *weights = node->src[0];
  const ggml_tensor *x = node->src[1];
  const ggml_type_traits *traits = api().ggml_get_type_traits(weights->type);
  // GGML_OP_NONE: stored weights, not something computed, like keys.
  return weights->op == GGML_OP_NONE && (is_float(weights->type) || traits->to_float != nullptr) &&
         x->type == GGML_TYPE_F32 && node->type == GGML_TYPE_F32 && x->nb[0] == sizeof(float) &&
         node->nb[0] == sizeof(float) && weights->nb[0] == traits->type_size && weights->ne[2] == 1 &&
         weights->ne[3] == 1 && x->ne[2] == 1 && x->ne[3] == 1 && weights->ne[0] % traits->blck_size == 0;
}

MatMul::MatMul(const Kernels &kernels, const ggml_tensor *node, int threads)
    : kernels_(kernels), node_(node) {
  const int64_t panels = (node->src[0]->ne[1] + kernels.columns - 1) / kernels.columns;
  const int64_t fair = panels / (threads * TASKS_PER_THREAD);
  rows_per_task_ = kernels.columns * std::clamp<int64_t>(fair, 1, PANELS);
}

size_t MatMul::scratch_floats() const {
  return static_cast<size_t>((rows_per_task_ + kernels_.columns) * STRETCH);
}

void MatMul::run(float *scratch) {
  const int64_t rows = node_->src[0]->ne[1];
  for (;;) {
    const int64_t first = next_.fetch_add(1, std::memory_order_relaxed) * rows_per_task_;
    if (first >= rows)
      return;
    run_task(first, std::min(rows_per_task_, rows - first), scratch);
  }
}

void MatMul::run_task(int64_t first_row, int64_t row_count, float *scratch) const {
  const ggml_tensor *x = node_->src[1];
  const int64_t length = x->ne[0];
  const int64_t count = x->ne[1];
  const auto x_stride = static_cast<int64_t>(x->nb[1] / sizeof(float));
  const auto c_stride = static_cast<int64_t>(node_->nb[1] / sizeof(float));
  const auto *inputs = static_cast<const float *>(x->data);
  auto *outputs = static_cast<float *>(node_->data) + first_row;
  float *panels = scratch;
  float *wide = scratch + (rows_per_task_ * STRETCH);

  // Some rows of activations at a time, so that they stay in the first-level cache while all panels pass.
  constexpr int64_t INPUTS = 12;
  for (int64_t start = 0; start < length; start += STRETCH) {
    const int64_t stretch = std::min(STRETCH, length - start);
    pack_rows(first_row, row_count, start, stretch, panels, wide);
    for (int64_t input = 0; input < count; input += INPUTS) {
      const int64_t inputs_here = std::min(INPUTS, count - input);
      for (int64_t row = 0; row < row_count; row += kernels_.columns)
        kernels_.multiply(inputs + (input * x_stride) + start, x_stride, inputs_here,
                          panels + (row * STRETCH), kernels_.columns, stretch,
                          outputs + (input * c_stride) + row, c_stride,
                          std::min<int64_t>(kernels_.columns, row_count - row), start > 0);
    }
  }
}

void MatMul::pack_rows(int64_t first_row, int64_t row_count, int64_t start, int64_t length, float *panels,
                       float *wide) const {
  const ggml_tensor *weights = node_->src[0];
  const ggml_type_traits *traits = api().ggml_get_type_traits(weights->type);
  const size_t offset = static_cast<size_t>(start / traits->blck_size) * traits->type_size;
  for (int64_t row = 0; row < row_count; row += kernels_.columns) {
    const int here = static_cast<int>(std::min<int64_t>(kernels_.columns, row_count - row));
    std::array<const float *, MAX_COLUMNS> rows{};
    for (int i = 0; i < here; i++) {
      const char *stored = static_cast<const char *>(weights->data) +
                           (static_cast<size_t>(first_row + row + i) * weights->nb[1]) + offset;
      float *target = wide + (i * STRETCH);
      rows[static_cast<size_t>(i)] = target;
      if (weights->type == GGML_TYPE_F32)
        rows[static_cast<size_t>(i)] = reinterpret_cast<const float *>(stored);
      else if (is_float(weights->type))
        kernels_.widen(stored, element_of(weights->type), target, length);
      else
        traits->to_float(stored, target, length);
    }
    kernels_.pack(rows.data(), here, length, panels + (row * STRETCH));
  }
}

} // namespace llama_reward::prefill
