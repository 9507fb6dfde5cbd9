#pragma once

#include <memory>
#include <utility>

#include "context.h"

namespace llama_reward {

/// Exclusive use of a context while it lives, on any thread.
class ContextJob {
 public:
  /// @throws NativeError CONTEXT_BUSY while another one lives
  explicit ContextJob(std::shared_ptr<Context> context) : context_(std::move(context)) {
    context_->gate().enter();
    context_->renew();
  }
  ~ContextJob() { context_->gate().leave(); }
  ContextJob(const ContextJob &) = delete;
  ContextJob &operator=(const ContextJob &) = delete;

  Context &context() const { return *context_; }

 private:
  std::shared_ptr<Context> context_;
};

} // namespace llama_reward
