#include "moments_capture.h"

#include <exception>
#include <string>
#include <vector>

#include "batch.h"
#include "capture.h"
#include "error.h"

namespace llama_reward {

void MomentsCapture::prepare(llama_context_params &params) {
  params.cb_eval = on_node;
  params.cb_eval_user_data = this;
}

std::vector<float> MomentsCapture::finish(llama_context *context, const Batch &batch) {
  if (!failure_.empty())
    throw NativeError("OUT_OF_MEMORY", failure_);
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
  } catch (const std::exception &error) {
    self->failure_ = error.what();
  }
  return self->failure_.empty();
}

} // namespace llama_reward
