#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace llama_reward::prefill {

/// Threads that help with steps of work and never wait for one another by spinning for long. A helper that
/// the system lets run too late misses the step, and nobody waits for it: on a busy machine ggml's barriers,
/// which spin until the last thread has come, make two threads several times slower than one.
class Team {
 public:
  using Work = std::function<void(int thread)>;

  /// @param size threads of a step at most, the calling one among them
  explicit Team(int size);
  ~Team();
  Team(const Team &) = delete;
  Team &operator=(const Team &) = delete;

  /// Runs `work` on this thread, as 0, and on the helpers that come before it ends. Work is handed out by the
  /// work itself: when it returns, nothing must be left but what others are at. Returns when they are done.
  void run(const Work &work);

 private:
  void help(int thread);
  bool join(uint64_t &seen);

  /// The step's number, then a bit that says whether helpers may still join, then how many have.
  std::atomic<uint64_t> state_{0};
  std::atomic<const Work *> work_{nullptr};
  std::atomic<int> sleepers_{0};
  std::atomic<bool> is_leader_asleep_{false}, is_over_{false};
  std::mutex mutex_;
  std::condition_variable begun_, ended_;
  std::vector<std::thread> helpers_;
};

} // namespace llama_reward::prefill
