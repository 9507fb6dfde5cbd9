#pragma once

#include <ctime>

namespace llama_reward::prefill {

/// How much of its time at work a thread really had a processor.
class Stopwatch {
 public:
  void start() {
    wall_ -= now(CLOCK_MONOTONIC);
    processor_ -= now(CLOCK_THREAD_CPUTIME_ID);
  }
  void stop() {
    processor_ += now(CLOCK_THREAD_CPUTIME_ID);
    wall_ += now(CLOCK_MONOTONIC);
  }
  /// From 0 to 1; 1 before any work.
  double share() const { return wall_ > 0 ? processor_ / wall_ : 1; }

 private:
  static double now(clockid_t clock) {
    timespec time{};
    clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) + (1e-9 * static_cast<double>(time.tv_nsec));
  }

  double wall_ = 0, processor_ = 0;
};

} // namespace llama_reward::prefill
