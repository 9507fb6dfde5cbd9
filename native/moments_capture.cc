#include "moments_capture.h"

#include <exception>
#include <vector>

#include "batch.h"
#include "capture.h"

namespace llama_reward {

void MomentsCapture::prepare(llama_context_params &params) {
  params.cb_eval = on_node;
  params.cb_eval_user_data = this;
}

std::vector<float> MomentsCapture::finish(llama_context *context, const Batch &batch) {
  if (failure_)
    std::rethrow_exception(failure_);
  return Capture::finish(context, batch);
}

bool MomentsCapture::on_node(ggml_tensor *tensor, bool ask, void *user_data) {
  auto *self = static_cast<MomentsCapture *>(user_data);
  if (!self->moments_->wants(tensor))
    return Capture::on_node(tensor, ask, static_cast<Capture *>(self));
  if (ask)
    return true;
  try {
    self->moments_->add(tensor);
  } catch (...) {
    self->failure_ = std::current_exception();
  }
  return !self->failure_;
}

} // namespace llama_reward
