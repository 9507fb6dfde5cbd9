#pragma once

namespace llama_reward::prefill {

/// How much of its time at work a thread really had a processor; where the system has no such clock, all of
/// it.
class Stopwatch {
 public:
  void start();
  void stop();
  /// From 0 to 1; 1 before any work.
  double share() const { return wall_ > 0 ? processor_ / wall_ : 1; }

 private:
  /// In the unit of the system's clocks.
  double wall_ = 0, processor_ = 0;
};

} // namespace llama_reward::prefill
