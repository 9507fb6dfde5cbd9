#pragma once

#include <algorithm>
#include <cstdint>
#include <future>
#include <vector>

namespace llama_reward {

/// Runs `work(0) … work(count − 1)` on some threads, each taking every `threads`-th; returns when all are
/// done. An exception of one is thrown here.
template <class Work>
void in_parallel(int64_t count, int32_t threads, const Work &work) {
  const int64_t parts = std::min<int64_t>(threads, count);
  const auto share = [&](int64_t first) {
    for (int64_t i = first; i < count; i += parts)
      work(i);
  };
  std::vector<std::future<void>> others;
  for (int64_t part = 1; part < parts; part++)
    others.push_back(std::async(std::launch::async, share, part));
  if (count > 0)
    share(0);
  for (std::future<void> &other : others)
    other.get();
}

} // namespace llama_reward
