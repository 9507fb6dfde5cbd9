#include "row_source.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>

#include "kernels.h"
#include "matrix.h"

namespace llama_reward::prefill {
namespace {

class Rows final : public RowSource {
 public:
  explicit Rows(const ggml_tensor *x) : x_(x) {}

  const float *columns(int64_t row, float /*factor*/, int64_t start, int64_t /*count*/,
                       float * /*own*/) const override {
    return matrix_row(x_, row) + start;
  }

 private:
  const ggml_tensor *x_;
};

/// x / √(mean of x² + ε) · weights (Zhang and Sennrich, arXiv:1910.07467), as ggml has it in two nodes.
class Norm final : public RowSource {
 public:
  Norm(const Kernels &kernels, const ggml_tensor *norm, const ggml_tensor *weights)
      : kernels_(kernels), x_(norm->src[0]), weights_(matrix_row(weights, 0)) {
    std::memcpy(&epsilon_, norm->op_params, sizeof(epsilon_));
  }

  static std::unique_ptr<const RowSource> make(const Kernels &kernels, const ggml_tensor *product) {
    const ggml_tensor *norm = product->src[0];
    const ggml_tensor *weights = product->src[1];
    if (norm->op != GGML_OP_RMS_NORM)
      std::swap(norm, weights);
    if (norm->op != GGML_OP_RMS_NORM || weights->op != GGML_OP_NONE || !is_matrix(norm->src[0]) ||
        !is_matrix(weights) || weights->ne[1] != 1 || weights->ne[0] != product->ne[0] ||
        !have_same_shape(norm->src[0], product))
      return nullptr;
    return std::make_unique<Norm>(kernels, norm, weights);
  }

  float factor(int64_t row) const override {
    const auto count = static_cast<double>(x_->ne[0]);
    const double mean = kernels_.square_sum(matrix_row(x_, row), x_->ne[0]) / count;
    return 1.0F / std::sqrt(static_cast<float>(mean) + epsilon_);
  }

  const float *columns(int64_t row, float factor, int64_t start, int64_t count, float *own) const override {
    kernels_.scale_by(matrix_row(x_, row) + start, factor, weights_ + start, own, count);
    return own;
  }

 private:
  const Kernels &kernels_;
  const ggml_tensor *x_;
  const float *weights_;
  float epsilon_ = 0;
};

/// activation(gate) · up, of two matrices.
class Gate final : public RowSource {
 public:
  using Unit = void (*)(const float *gate, const float *up, float *target, int64_t count);

  Gate(Unit unit, const ggml_tensor *node) : unit_(unit), gate_(node->src[0]), up_(node->src[1]) {}

  static std::unique_ptr<const RowSource> make(const Kernels &kernels, const ggml_tensor *node) {
    const auto kind = static_cast<ggml_glu_op>(node->op_params[0]);
    if (!is_gate(node) || (kind != GGML_GLU_OP_SWIGLU && kind != GGML_GLU_OP_GEGLU))
      return nullptr;
    return std::make_unique<Gate>(kind == GGML_GLU_OP_SWIGLU ? kernels.gated_silu : kernels.gated_gelu, node);
  }

  const float *columns(int64_t row, float /*factor*/, int64_t start, int64_t count,
                       float *own) const override {
    unit_(matrix_row(gate_, row) + start, matrix_row(up_, row) + start, own, count);
    return own;
  }

 private:
  Unit unit_;
  const ggml_tensor *gate_, *up_;
};

} // namespace

std::unique_ptr<const RowSource> RowSource::of_rows(const ggml_tensor *x) {
  return std::make_unique<Rows>(x);
}

std::unique_ptr<const RowSource> RowSource::of_operations_before(const Kernels &kernels,
                                                                 const ggml_tensor *x) {
  if (!is_matrix(x))
    return nullptr;
  if (x->op == GGML_OP_MUL)
    return Norm::make(kernels, x);
  return Gate::make(kernels, x);
}

} // namespace llama_reward::prefill
