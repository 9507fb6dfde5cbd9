#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "row_source.h"

namespace llama_reward {

/// Takes the hidden states after the final norm out of a running graph. llama.cpp names that tensor
/// `result_norm` and has reduced it to the output rows by then; telling the scheduler to stop there spares
/// the multiplication with the language-model head, by far the largest matrix of a small model. A batch that
/// llama.cpp cuts into several micro-batches arrives in several calls, in order (with a unified cache it cuts
/// without reordering: llama.cpp v0.5.0, `llama_batch_allocr::split_simple`).
class Capture : public RowSource {
 public:
  explicit Capture(int32_t hidden_size) : hidden_size_(hidden_size) {}

  void prepare(llama_context_params &params) override;
  /// Forgets the last rows and expects one per output.
  void start(const Batch &batch) override;
  /// @throws NativeError DECODE_FAILED when other rows than the expected ones came
  std::vector<float> finish(llama_context *context, const Batch &batch) override;

 protected:
  /// The scheduler's callback; `user_data` is a Capture.
  static bool on_node(ggml_tensor *tensor, bool ask, void *user_data);

 private:
  void take(const ggml_tensor *tensor);

  int32_t hidden_size_;
  size_t expected_rows_ = 0;
  size_t rows_ = 0;
  std::vector<float> values_;
  std::string failure_;
};

} // namespace llama_reward
