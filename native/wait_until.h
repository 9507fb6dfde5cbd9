#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace llama_reward {

/// Waits until `condition` is notified and `is_ready` holds. `std::condition_variable::wait` would do, but
/// compiled by GCC 12 or later it needs GLIBCXX_3.4.30, newer than anything else here and in llama.cpp's
/// libraries: the addon would not load where they do. Waiting with a limit, again and again, needs nothing of
/// libstdc++.
template <class Condition>
void wait_until(std::condition_variable &condition, std::unique_lock<std::mutex> &lock,
                const Condition &is_ready) {
  while (!condition.wait_for(lock, std::chrono::hours(1), is_ready)) {
  }
}

} // namespace llama_reward
