#pragma once

#include <chrono>
#include <ctime>

namespace llama_reward::prefill {

/// How much of its time at work a thread really had a processor; where the system has no such clock, all of
/// it.
class Stopwatch {
 public:
  void start() {
    wall_ -= wall_time();
    processor_ -= processor_time();
  }
  void stop() {
    processor_ += processor_time();
    wall_ += wall_time();
  }
  /// From 0 to 1; 1 before any work.
  double share() const { return wall_ > 0 ? processor_ / wall_ : 1; }

 private:
  static double wall_time() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  }
  static double processor_time() {
#ifdef CLOCK_THREAD_CPUTIME_ID
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + (1e-9 * static_cast<double>(time.tv_nsec));
#else
    return wall_time();
#endif
  }

  double wall_ = 0, processor_ = 0;
};

} // namespace llama_reward::prefill
