#include "output_matrix.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "backend.h"
#include "multiply.h"
#include "parallel.h"
#include "tensors.h"

namespace llama_reward {
namespace {

/// Rows of the vocabulary that a thread has logits of at once, and states: some megabytes of both.
constexpr int64_t SLICE_ROWS = 1024;
constexpr int64_t SLICE_STATES = 256;

/// What one slice of the vocabulary adds to the sum over all of it, for one state.
struct PartialSum {
  double largest = -std::numeric_limits<double>::infinity();
  /// Of `exp(logit − largest)`.
  double sum = 0;

  void add(const std::vector<double> &logits) {
    for (const double logit : logits)
      largest = std::max(largest, logit);
    for (const double logit : logits)
      sum += std::exp(static_cast<float>(logit - largest));
  }
};

/// The logarithm of the sum over all slices: of one state, the parts `stride` apart.
double log_sum(const PartialSum *parts, int64_t slices, int64_t stride) {
  double largest = -std::numeric_limits<double>::infinity();
  for (int64_t slice = 0; slice < slices; slice++)
    largest = std::max(largest, parts[slice * stride].largest);
  double sum = 0;
  for (int64_t slice = 0; slice < slices; slice++)
    sum += parts[slice * stride].sum * std::exp(parts[slice * stride].largest - largest);
  return largest + std::log(sum);
}

size_t bytes_per_value(ggml_type type) {
  return type == GGML_TYPE_F32 ? sizeof(float) : sizeof(uint16_t);
}

/// Rows `[begin, end)` of a 16-bit matrix as a float32 tensor of their own.
struct Widened {
  TensorContextPointer context;
  TensorBufferPointer buffer;
  ggml_tensor *tensor = nullptr;
};

Widened widen(const ggml_tensor *weight, int64_t begin, int64_t end) {
  const auto count = static_cast<size_t>(weight->ne[0] * (end - begin));
  std::vector<float> values(count);
  const auto *rows =
      static_cast<const uint8_t *>(weight->data) + (static_cast<size_t>(begin) * weight->nb[1]);
  api().ggml_get_type_traits(weight->type)->to_float(rows, values.data(), static_cast<int64_t>(count));
  Widened widened;
  widened.context = make_tensor_context(1, false);
  widened.tensor = api().ggml_new_tensor_2d(widened.context.get(), GGML_TYPE_F32, weight->ne[0], end - begin);
  widened.buffer = allocate_tensors(widened.context.get(), "a slice of the output matrix");
  api().ggml_backend_tensor_set(widened.tensor, values.data(), 0, count * sizeof(float));
  return widened;
}

} // namespace

std::shared_ptr<OutputMatrix> OutputMatrix::create(const OutputMatrixOptions &options) {
  return std::shared_ptr<OutputMatrix>(new OutputMatrix(options));
}

OutputMatrix::OutputMatrix(const OutputMatrixOptions &options)
    : options_(options), row_bytes_(static_cast<size_t>(options.hidden_size) * bytes_per_value(options.type)),
      context_(make_tensor_context(1, false)) {
  weight_ = api().ggml_new_tensor_2d(context_.get(), options.type, options.hidden_size, options.vocab_size);
  buffer_ = allocate_tensors(context_.get(), "the output matrix");
}

void OutputMatrix::append(const std::vector<uint8_t> &rows) {
  api().ggml_backend_tensor_set(weight_, rows.data(), static_cast<size_t>(filled_) * row_bytes_, rows.size());
  filled_ += static_cast<int64_t>(rows.size() / row_bytes_);
}

double OutputMatrix::logit(double product) const {
  const double scaled = product * options_.scale;
  return options_.cap == 0 ? scaled : options_.cap * std::tanh(scaled / options_.cap);
}

std::vector<double> OutputMatrix::log_probabilities(const std::vector<float> &states,
                                                    const std::vector<int32_t> &tokens) const {
  const auto count = static_cast<int64_t>(tokens.size());
  const int64_t slices = (options_.vocab_size + SLICE_ROWS - 1) / SLICE_ROWS;
  std::vector<PartialSum> sums(static_cast<size_t>(slices * count));
  std::vector<double> chosen(tokens.size());
  in_parallel(slices, options_.threads, [&](int64_t slice) {
    const int64_t begin = slice * SLICE_ROWS;
    const int64_t end = std::min(begin + SLICE_ROWS, options_.vocab_size);
    const bool is_float = options_.type == GGML_TYPE_F32;
    const Widened widened = is_float ? Widened{} : widen(weight_, begin, end);
    for (int64_t first = 0; first < count; first += SLICE_STATES) {
      const int64_t last = std::min(first + SLICE_STATES, count);
      const std::vector<float> part(states.begin() + (first * options_.hidden_size),
                                    states.begin() + (last * options_.hidden_size));
      const std::vector<float> products =
          is_float ? multiply(weight_, part, begin, end) : multiply(widened.tensor, part, 0, end - begin);
      std::vector<double> logits(static_cast<size_t>(end - begin));
      for (int64_t state = first; state < last; state++) {
        const float *row = products.data() + ((state - first) * (end - begin));
        std::transform(row, row + (end - begin), logits.begin(),
                       [&](float product) { return logit(product); });
        sums[static_cast<size_t>((slice * count) + state)].add(logits);
        const int64_t token = tokens[static_cast<size_t>(state)];
        if (token >= begin && token < end)
          chosen[static_cast<size_t>(state)] = logits[static_cast<size_t>(token - begin)];
      }
    }
  });
  for (int64_t state = 0; state < count; state++)
    chosen[static_cast<size_t>(state)] -= log_sum(sums.data() + state, slices, count);
  return chosen;
}

} // namespace llama_reward
