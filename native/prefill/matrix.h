#pragma once

#include <cstddef>
#include <cstdint>

#include "ggml.h"

namespace llama_reward::prefill {

/// Whether a tensor is rows of float32 numbers that follow one another.
inline bool is_matrix(const ggml_tensor *tensor) {
  return tensor->type == GGML_TYPE_F32 && tensor->nb[0] == sizeof(float) && tensor->ne[2] == 1 &&
         tensor->ne[3] == 1;
}

/// Whether two matrices have as many rows and columns.
inline bool have_same_shape(const ggml_tensor *one, const ggml_tensor *other) {
  return one->ne[0] == other->ne[0] && one->ne[1] == other->ne[1];
}

/// Whether a node is a gate of two matrices, activation(gate) · up; halves of one are left to ggml.
inline bool is_gate(const ggml_tensor *node) {
  const ggml_tensor *gate = node->src[0];
  const ggml_tensor *up = node->src[1];
  const bool is_swapped = node->op_params[1] != 0;
  return node->op == GGML_OP_GLU && !is_swapped && up != nullptr && is_matrix(node) && is_matrix(gate) &&
         is_matrix(up) && have_same_shape(gate, node) && have_same_shape(up, node);
}

inline float *matrix_row(const ggml_tensor *matrix, int64_t row) {
  return reinterpret_cast<float *>(static_cast<char *>(matrix->data) +
                                   (static_cast<size_t>(row) * matrix->nb[1]));
}

} // namespace llama_reward::prefill
