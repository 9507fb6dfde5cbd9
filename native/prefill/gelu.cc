#include "gelu.h"
#include "kernels.h"
#include "matrix.h"
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace llama_reward::prefill {

Gelu::Gelu(const Kernels &kernels, const ggml_tensor *node) : kernels_(kernels), node_(node) {
  if (node->op == GGML_OP_UNARY)
    ones_.assign(static_cast<size_t>(node->ne[0]), 1.0F);
}

bool Gelu::takes(const ggml_tensor *node) {
  if (node->op == GGML_OP_UNARY)
    return node->op_params[0] == GGML_UNARY_OP_GELU && is_matrix(node) && is_matrix(node->src[0]);
  return is_gate(node) && node->op_params[0] == GGML_GLU_OP_GEGLU;
}

void Gelu::run() {
  for (;;) {
    const int64_t row = next_.fetch_add(1, std::memory_order_relaxed);
    if (row >= node_->ne[1])
      return;
    const float *up = ones_.empty() ? matrix_row(node_->src[1], row) : ones_.data();
    kernels_.gated_gelu(matrix_row(node_->src[0], row), up, matrix_row(node_, row), node_->ne[0]);
  }
}

} // namespace llama_reward::prefill
