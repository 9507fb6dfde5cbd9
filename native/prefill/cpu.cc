#include <cstdlib>
#include <cstring>

#include "kernels.h"

namespace llama_reward::prefill {

const Kernels *choose_kernels() {
  // Once, before other threads use llama.cpp.
  // NOLINTNEXTLINE(concurrency-mt-unsafe)
  const char *wanted = std::getenv("LLAMA_REWARD_PREFILL");
  [[maybe_unused]] const auto allows = [wanted](const char *name) {
    return wanted == nullptr || std::strcmp(wanted, name) == 0;
  };
#ifdef LLAMA_REWARD_X86_KERNELS
  __builtin_cpu_init();
  // These ask the operating system, too, whether it saves the registers.
  if (allows("avx512") && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    return avx512_kernels();
  // Every processor with AVX2 has F16C.
  if ((allows("avx2") || allows("avx512")) && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return avx2_kernels();
#endif
  return nullptr;
}

} // namespace llama_reward::prefill
