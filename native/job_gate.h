#pragma once

#include <condition_variable>
#include <mutex>

namespace llama_reward {

/// Lets one job at a time at a context. Entered on the JavaScript thread, left by whichever thread ends the
/// job, which a mutex could not do.
class JobGate {
 public:
  /// @throws NativeError CONTEXT_BUSY instead of waiting: one decode at a time is the caller's order to keep
  void enter();
  void leave();
  void wait_until_idle();

 private:
  std::mutex mutex_;
  std::condition_variable idle_;
  bool is_busy_ = false;
};

} // namespace llama_reward
