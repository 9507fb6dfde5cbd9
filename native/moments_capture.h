#pragma once

#include <exception>
#include <memory>
#include <utility>
#include <vector>

#include "capture.h"
#include "moments.h"

namespace llama_reward {

/// Takes hidden states out of a running graph as `Capture` does, and sums up what matrices are multiplied
/// with on the way there.
class MomentsCapture : public Capture {
 public:
  MomentsCapture(int32_t hidden_size, std::shared_ptr<Moments> moments)
      : Capture(hidden_size), moments_(std::move(moments)) {}

  void prepare(llama_context_params &params) override;
  /// @throws NativeError also what adding moments threw
  std::vector<float> finish(llama_context *context, const Batch &batch) override;

 private:
  static bool on_node(ggml_tensor *tensor, bool ask, void *user_data);

  std::shared_ptr<Moments> moments_;
  /// What failed while llama.cpp computed: no exception may pass through it.
  std::exception_ptr failure_;
};

} // namespace llama_reward
