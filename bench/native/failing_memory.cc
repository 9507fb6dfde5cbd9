// Memory that runs out on purpose. The linker puts these functions in the place of `operator new` wherever
// the code of this addon calls it (CMakeLists.txt), so that tests can let each of its allocations fail in
// turn. Takes the place of native/scoring_exports.cc in the benchmark's addon, which exports one function
// more:
//
//   failAllocations(first, count)  lets allocations on other threads than the caller's fail: the `first`th
//                                  from now, and those that follow it, `count` in all; `count` 0 ends it.
//                                  Returns how many the last such call has let fail

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <napi.h>
#include <new>
#include <thread>

#include "args.h"
#include "error.h"
#include "extra_exports.h"

namespace llama_reward {
namespace {

std::atomic<int64_t> next{0}, first{0}, count{0}, failed{0};
std::atomic<std::thread::id> spared{};

void fail_if_due() {
  if (count == 0 || std::this_thread::get_id() == spared)
    return;
  const int64_t number = ++next;
  if (number < first || number - first >= count)
    return;
  ++failed;
  throw std::bad_alloc();
}

Napi::Value fail_allocations(const Napi::CallbackInfo &info) {
  return guarded(info.Env(), "INVALID_ARGUMENT", [&]() -> Napi::Value {
    constexpr int64_t MAX = std::numeric_limits<int32_t>::max();
    const int64_t new_first = read_integer(info[0], "first", 1, MAX);
    const int64_t new_count = read_integer(info[1], "count", 0, MAX);
    count = 0;
    const Napi::Value before = Napi::Number::New(info.Env(), static_cast<double>(failed.exchange(0)));
    next = 0;
    first = new_first;
    spared = std::this_thread::get_id();
    count = new_count;
    return before;
  });
}

} // namespace

void add_extra_exports(Napi::Env env, Napi::Object exports) {
  exports.Set("failAllocations", Napi::Function::New(env, fail_allocations, "failAllocations"));
}

} // namespace llama_reward

#ifdef LLAMA_REWARD_WRAP_NEW
// The names are the linker's.
// NOLINTBEGIN(bugprone-reserved-identifier, readability-identifier-naming)
extern "C" {
void *__real__Znwm(size_t size);
void *__real__Znam(size_t size);

void *__wrap__Znwm(size_t size) {
  llama_reward::fail_if_due();
  return __real__Znwm(size);
}
void *__wrap__Znam(size_t size) {
  llama_reward::fail_if_due();
  return __real__Znam(size);
}
}
// NOLINTEND(bugprone-reserved-identifier, readability-identifier-naming)
#endif
