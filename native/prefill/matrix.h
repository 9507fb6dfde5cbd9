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

inline float *matrix_row(const ggml_tensor *matrix, int64_t row) {
  return reinterpret_cast<float *>(static_cast<char *>(matrix->data) +
                                   (static_cast<size_t>(row) * matrix->nb[1]));
}

} // namespace llama_reward::prefill
