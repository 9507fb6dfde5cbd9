#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "symbols.h"
#include "tensors.h"

namespace llama_reward {

/// A matrix that makes a logit of each token of a vocabulary, and what is done to the logits.
struct OutputMatrixOptions {
  int64_t vocab_size = 0;
  int64_t hidden_size = 0;
  /// F32, F16 or BF16, as the rows are stored.
  ggml_type type = GGML_TYPE_F32;
  /// Logits are multiplied by it …
  double scale = 1;
  /// … and become `cap · tanh(logit / cap)`; 0 leaves them.
  double cap = 0;
  int32_t threads = 1;
};

/// The matrix that turns hidden states into logits, for the log-probabilities of given tokens. Products are
/// computed in float32 on the CPU, a slice of the vocabulary at a time: neither all logits of a state nor a
/// float32 copy of the matrix is ever in memory. Once filled, any number of threads may use it.
class OutputMatrix {
 public:
  /// @throws NativeError OUT_OF_MEMORY
  static std::shared_ptr<OutputMatrix> create(const OutputMatrixOptions &options);
  ~OutputMatrix() = default;
  OutputMatrix(const OutputMatrix &) = delete;
  OutputMatrix &operator=(const OutputMatrix &) = delete;

  const OutputMatrixOptions &options() const { return options_; }
  /// Rows that are still missing.
  int64_t missing_rows() const { return options_.vocab_size - filled_; }
  size_t row_bytes() const { return row_bytes_; }
  /// Appends whole rows, no more than are missing. Not beside any other call.
  void append(const std::vector<uint8_t> &rows);

  /// @param states `[n, hiddenSize]`; @param tokens `[n]`, one for each state
  /// @returns `[n]`: the natural logarithm of the probability of each token behind its state
  std::vector<double> log_probabilities(const std::vector<float> &states,
                                        const std::vector<int32_t> &tokens) const;

 private:
  explicit OutputMatrix(const OutputMatrixOptions &options);
  double logit(double product) const;

  OutputMatrixOptions options_;
  size_t row_bytes_;
  int64_t filled_ = 0;
  TensorContextPointer context_;
  TensorBufferPointer buffer_;
  ggml_tensor *weight_ = nullptr;
};

} // namespace llama_reward
