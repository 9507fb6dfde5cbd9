#pragma once

// What this x86-64 processor can do and its operating system lets programs do. Not by the compiler's own
// `__builtin_cpu_supports`, which reads what a library of GCC's or Apple's leaves: Clang for Windows and zig
// have none.

#include <cpuid.h>

namespace llama_reward::prefill {

class InstructionSets {
 public:
  /// What processor and system say: registers of CPUID's leaves, as <cpuid.h> names their bits, and XCR0, the
  /// states that the system saves (Intel's Software Developer's Manual, volume 1, section 13.3).
  struct Words {
    unsigned vendor = 0, basic = 0, extended = 0, more = 0, states = 0;
  };

  InstructionSets() : InstructionSets(read()) {}
  explicit InstructionSets(const Words &words) : words_(words) {}

  static Words read() {
    Words words;
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    (void)__get_cpuid(0, &a, &words.vendor, &c, &d);
    (void)__get_cpuid(1, &a, &b, &words.basic, &d);
    (void)__get_cpuid_count(7, 0, &a, &words.extended, &c, &d);
    (void)__get_cpuid_count(7, 1, &words.more, &b, &c, &d);
    if (has(words.basic, bit_OSXSAVE))
      words.states = saved_states();
    return words;
  }

  bool is_amd() const { return words_.vendor == signature_AMD_ebx; }

  bool has_avx2() const {
    return has(words_.basic, bit_FMA | bit_F16C) && has(words_.extended, bit_AVX2) &&
           has(words_.states, AVX_STATES);
  }

  bool has_avx512() const {
    return has_avx2() && has(words_.extended, bit_AVX512F | bit_AVX512DQ | bit_AVX512BW | bit_AVX512VL) &&
           has(words_.states, AVX512_STATES);
  }

  bool has_avx512_bf16() const { return has_avx512() && has(words_.more, bit_AVX512BF16); }

 private:
  static constexpr unsigned AVX_STATES = 0x6;
  static constexpr unsigned AVX512_STATES = 0xe6;

  static bool has(unsigned flags, unsigned wanted) { return (flags & wanted) == wanted; }

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

  Words words_;
};

} // namespace llama_reward::prefill
