// What the backend finds out about the processor, a line each, `<what> <found> <expected>`: of this one, beside what the
// library of GCC and Clang finds; and of words in which a single bit is missing. Their numbers are those of Intel's manual.

#include "../../../native/prefill/instruction_sets.h"

#include <cstdio>

namespace {

using llama_reward::prefill::InstructionSets;
using Words = InstructionSets::Words;

constexpr unsigned INTEL = 0x756e6547, AMD = 0x68747541;
/// F16C, OSXSAVE, FMA; AVX-512 VL, BW, DQ, F and AVX2; AVX512-BF16; states of AVX-512, AVX and SSE.
constexpr Words ALL = {AMD, 0x28001000, 0xc0030020, 0x20, 0xe7};

void print(const char *what, bool found, bool expected) {
  std::printf("%s %d %d\n", what, found ? 1 : 0, expected ? 1 : 0);
}

/// How many of the three sets are found.
int count(const Words &words) {
  const InstructionSets sets(words);
  return (sets.has_avx2() ? 1 : 0) + (sets.has_avx512() ? 1 : 0) + (sets.has_avx512_bf16() ? 1 : 0);
}

/// Without each bit of `bits`, which `left` sets do not need.
void print_without(const char *what, unsigned Words::*word, unsigned bits, int left) {
  for (unsigned bit = 1; bit != 0; bit <<= 1) {
    if ((bits & bit) == 0)
      continue;
    Words words = ALL;
    words.*word &= ~bit;
    std::printf("%s %d %d\n", what, count(words), left);
  }
}

} // namespace

int main() {
  const InstructionSets own;
  __builtin_cpu_init();
  const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool has_avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                          __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  print("amd", own.is_amd(), __builtin_cpu_is("amd"));
  print("avx2", own.has_avx2(), has_avx2);
  print("avx512", own.has_avx512(), has_avx512);
  print("avx512bf16", own.has_avx512_bf16(), has_avx512 && __builtin_cpu_supports("avx512bf16"));

  print("is-amd", InstructionSets(ALL).is_amd(), true);
  print("is-intel", InstructionSets(Words{INTEL, 0, 0, 0, 0}).is_amd(), false);
  std::printf("all %d 3\n", count(ALL));
  std::printf("none %d 0\n", count({}));
  print_without("basic", &Words::basic, 0x20001000, 0);
  print_without("avx2-bit", &Words::extended, 0x20, 0);
  print_without("avx512-bit", &Words::extended, 0xc0030000, 1);
  print_without("bf16-bit", &Words::more, 0x20, 2);
  print_without("avx-state", &Words::states, 0x6, 0);
  print_without("avx512-state", &Words::states, 0xe0, 1);
  return 0;
}
