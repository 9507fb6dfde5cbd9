#include "job_gate.h"

#include <mutex>

#include "error.h"
#include "wait_until.h"

namespace llama_reward {

void JobGate::enter() {
  const std::scoped_lock lock(mutex_);
  if (is_busy_)
    throw NativeError("CONTEXT_BUSY", "This context computes already. Await the running decode first.");
  is_busy_ = true;
}

void JobGate::leave() {
  const std::scoped_lock lock(mutex_);
  is_busy_ = false;
  // Under the lock: who waits may free the gate as soon as it can see this.
  idle_.notify_all();
}

void JobGate::wait_until_idle() {
  std::unique_lock lock(mutex_);
  wait_until(idle_, lock, [this] { return !is_busy_; });
}

} // namespace llama_reward
