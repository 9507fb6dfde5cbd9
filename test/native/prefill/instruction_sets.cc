// What the backend finds out about the processor beside what GCC's and Clang's own library does: a line each,
// `<set> <ours> <theirs>`.

#include "../../../native/prefill/instruction_sets.h"

#include <cstdio>

int main() {
  using llama_reward::prefill::InstructionSets;
  const InstructionSets sets;
  __builtin_cpu_init();
  const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool has_avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                          __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  std::printf("amd %d %d\n", sets.is_amd(), __builtin_cpu_is("amd") != 0);
  std::printf("avx2 %d %d\n", sets.has_avx2(), has_avx2);
  std::printf("avx512 %d %d\n", sets.has_avx512(), has_avx512);
  std::printf("avx512bf16 %d %d\n", sets.has_avx512_bf16(),
              has_avx512 && __builtin_cpu_supports("avx512bf16"));
  return 0;
}
