#pragma once

// What this x86-64 processor can do and its operating system lets programs do. Not by the compiler's own
// `__builtin_cpu_supports`, which reads what a library of GCC's or Apple's leaves: Clang for Windows and zig
// have none. Source of the numbers: Intel's Software Developer's Manual, CPUID and XGETBV.

#include <cpuid.h>
#include <cstdint>

namespace llama_reward::prefill {

class InstructionSets {
 public:
  InstructionSets() {
    unsigned a = 0;
    unsigned b = 0;
    unsigned d = 0;
    // The first letters of "AuthenticAMD".
    constexpr unsigned AUTH = 0x68747541;
    is_amd_ = __get_cpuid(0, &a, &b, &basic_, &d) != 0 && b == AUTH;
    constexpr unsigned SAVES_STATES = 1u << 27;
    if (__get_cpuid(1, &a, &b, &basic_, &d) == 0 || (basic_ & SAVES_STATES) == 0)
      return;
    states_ = saved_states();
    (void)__get_cpuid_count(7, 0, &a, &extended_, &b, &d);
    (void)__get_cpuid_count(7, 1, &more_, &b, &a, &d);
  }

  bool is_amd() const { return is_amd_; }

  bool has_avx2() const {
    constexpr unsigned FMA = 1u << 12;
    constexpr unsigned F16C = 1u << 29;
    constexpr unsigned AVX2 = 1u << 5;
    constexpr unsigned AVX_STATES = 0x6;
    return has(basic_, FMA | F16C) && has(extended_, AVX2) && has(states_, AVX_STATES);
  }

  /// F, DQ, BW and VL.
  bool has_avx512() const {
    constexpr unsigned AVX512 = (1u << 16) | (1u << 17) | (1u << 30) | (1u << 31);
    return has_avx2() && has(extended_, AVX512) && has(states_, AVX512_STATES);
  }

  bool has_avx512_bf16() const {
    constexpr unsigned AVX512_BF16 = 1u << 5;
    return has_avx512() && has(more_, AVX512_BF16);
  }

 private:
  static constexpr unsigned AVX512_STATES = 0xe6;

  static bool has(unsigned flags, unsigned wanted) { return (flags & wanted) == wanted; }

  /// The registers that the operating system saves.
  static unsigned saved_states() {
    // Written to by the assembly.
    unsigned low = 0;  // NOLINT(misc-const-correctness)
    unsigned high = 0; // NOLINT(misc-const-correctness)
    asm("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
#ifdef __APPLE__
    // macOS saves those of AVX-512 from their first use on, and says so only then.
    return low | AVX512_STATES;
#else
    return low;
#endif
  }

  bool is_amd_ = false;
  unsigned basic_ = 0, extended_ = 0, more_ = 0, states_ = 0;
};

} // namespace llama_reward::prefill
