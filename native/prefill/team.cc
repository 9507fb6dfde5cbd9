#include "team.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>

#include "../wait_until.h"

namespace llama_reward::prefill {
namespace {

constexpr uint64_t COUNT = (uint64_t{1} << 16) - 1;
constexpr uint64_t OPEN = uint64_t{1} << 16;
constexpr uint64_t NUMBER = OPEN << 1;

/// Looks at what is waited for before a thread sleeps: some microseconds, about what waking it would take.
constexpr int LOOKS = 20000;

template <class Condition>
bool is_soon(const Condition &condition) {
  for (int look = 0; look < LOOKS; look++)
    if (condition())
      return true;
  return false;
}

} // namespace

Team::Team(int size) {
  helpers_.reserve(static_cast<size_t>(std::max(0, size - 1)));
  try {
    for (int thread = 1; thread < size; thread++)
      helpers_.emplace_back([this, thread] { help(thread); });
    // NOLINTNEXTLINE(bugprone-empty-catch)
  } catch (const std::exception &) {
    // No more threads, or no memory for one: those there are do it. Nothing may leave while they run.
  }
}

Team::~Team() {
  {
    const std::scoped_lock lock(mutex_);
    is_over_ = true;
  }
  begun_.notify_all();
  for (std::thread &helper : helpers_)
    helper.join();
}

void Team::run(const Work &work) {
  if (helpers_.empty()) {
    work(0);
    return;
  }
  work_ = &work;
  state_ = ((state_ | COUNT | OPEN) + 1) | OPEN;
  // Who is not asleep yet looks once more, under the lock, before it sleeps.
  if (sleepers_ > 0) {
    const std::scoped_lock lock(mutex_);
    begun_.notify_all();
  }
  work(0);
  state_ &= ~OPEN;
  const auto is_done = [this] { return (state_ & COUNT) == 0; };
  if (is_soon(is_done))
    return;
  std::unique_lock<std::mutex> lock(mutex_);
  is_leader_asleep_ = true;
  wait_until(ended_, lock, is_done);
  is_leader_asleep_ = false;
}

/// Whether there is a step that the helper has not been at, which it then is.
bool Team::join(uint64_t &seen) {
  uint64_t state = state_;
  while ((state & OPEN) != 0 && state / NUMBER != seen) {
    if (state_.compare_exchange_weak(state, state + 1)) {
      seen = state / NUMBER;
      return true;
    }
  }
  return false;
}

void Team::help(int thread) {
  uint64_t seen = 0;
  for (;;) {
    bool has_joined = false;
    const auto goes_on = [&] { return (has_joined = join(seen)) || is_over_; };
    if (!is_soon(goes_on)) {
      std::unique_lock<std::mutex> lock(mutex_);
      sleepers_++;
      wait_until(begun_, lock, goes_on);
      sleepers_--;
    }
    if (!has_joined)
      return;
    (*work_.load())(thread);
    state_--;
    if (is_leader_asleep_) {
      const std::scoped_lock lock(mutex_);
      ended_.notify_one();
    }
  }
}

} // namespace llama_reward::prefill
