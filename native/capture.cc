#include "capture.h"

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "backend.h"
#include "batch.h"
#include "error.h"

namespace llama_reward {
namespace {

// Set by every decoder graph of llama.cpp v0.4.0 and v0.5.0 (src/models/*.cpp, `cb(cur, "result_norm", -1)`).
constexpr const char *HIDDEN_STATE_TENSOR = "result_norm";

} // namespace

void Capture::prepare(llama_context_params &params) {
  params.cb_eval = on_node;
  params.cb_eval_user_data = this;
}

void Capture::start(const Batch &batch) {
  expected_rows_ = batch.outputs().size();
  rows_ = 0;
  failure_.clear();
  values_.resize(expected_rows_ * static_cast<size_t>(hidden_size_));
}

std::vector<float> Capture::finish(llama_context * /*context*/, const Batch & /*batch*/) {
  if (failure_.empty() && rows_ != expected_rows_)
    failure_ = "llama.cpp computed " + std::to_string(rows_) + " hidden states instead of " +
               std::to_string(expected_rows_);
  if (!failure_.empty())
    throw NativeError("DECODE_FAILED",
                      failure_ + ". This architecture cannot be scored with this version of llama.cpp.");
  return std::move(values_);
}

bool Capture::on_node(ggml_tensor *tensor, bool ask, void *user_data) {
  const bool is_hidden_state = std::strcmp(tensor->name, HIDDEN_STATE_TENSOR) == 0;
  if (ask)
    return is_hidden_state;
  if (is_hidden_state)
    static_cast<Capture *>(user_data)->take(tensor);
  return false;
}

void Capture::take(const ggml_tensor *tensor) {
  const auto rows = static_cast<size_t>(tensor->ne[1]);
  const size_t row_bytes = static_cast<size_t>(hidden_size_) * sizeof(float);
  if (tensor->type != GGML_TYPE_F32 || tensor->ne[0] != hidden_size_ || tensor->nb[1] != row_bytes) {
    failure_ = "llama.cpp's hidden state tensor has another shape than expected";
    return;
  }
  if (rows_ + rows > expected_rows_) {
    failure_ = "llama.cpp computed more hidden states than were asked for";
    return;
  }
  if (rows > 0)
    api().ggml_backend_tensor_get(tensor, values_.data() + (rows_ * static_cast<size_t>(hidden_size_)), 0,
                                  rows * row_bytes);
  rows_ += rows;
}

} // namespace llama_reward
