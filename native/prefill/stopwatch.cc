#include "stopwatch.h"

#if defined(_WIN32) && (defined(_M_X64) || defined(__x86_64__))
#define WIN32_LEAN_AND_MEAN
#include <intrin.h>
#include <windows.h>
#else
#include <chrono>
#include <ctime>
#endif

namespace llama_reward::prefill {
namespace {

/// Two clocks that go equally fast: one always, one while the thread has a processor.
struct Times {
  double wall, processor;
};

#if defined(_WIN32) && (defined(_M_X64) || defined(__x86_64__))

// Windows' other clock of a thread goes in steps of 16 ms.
Times now() {
  const auto wall = static_cast<double>(__rdtsc());
  ULONG64 cycles = 0;
  const bool is_known = QueryThreadCycleTime(GetCurrentThread(), &cycles) != 0 && cycles > 0;
  return {wall, is_known ? static_cast<double>(cycles) : wall};
}

#else

Times now() {
  const double wall =
      std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
#ifdef CLOCK_THREAD_CPUTIME_ID
  timespec time{};
  // NOLINTNEXTLINE(misc-include-cleaner): POSIX's, in the C header behind <ctime>
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return {wall, static_cast<double>(time.tv_sec) + (1e-9 * static_cast<double>(time.tv_nsec))};
#else
  return {wall, wall};
#endif
}

#endif

} // namespace

void Stopwatch::start() {
  const Times times = now();
  wall_ -= times.wall;
  processor_ -= times.processor;
}

void Stopwatch::stop() {
  const Times times = now();
  processor_ += times.processor;
  wall_ += times.wall;
}

} // namespace llama_reward::prefill
