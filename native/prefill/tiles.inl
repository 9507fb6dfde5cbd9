#pragma once

// AMX's instructions on tiles of 16 rows of 64 bytes. A test compiles the same kernels over a header that
// computes them in software.

#ifdef LLAMA_REWARD_TILES
#include LLAMA_REWARD_TILES
#else

#include <cpuid.h>
#include <cstdint>
#ifdef __linux__
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace llama_reward::prefill {
namespace {

/// Whether this process may use tiles. Linux wants to be asked, once and for all threads, because their
/// content makes a thread's saved state larger; it refuses where a thread handles signals on a stack too
/// small for that.
inline bool request_tiles() {
#ifdef __linux__
  unsigned a, b, c, d;
  constexpr unsigned HAS_BF16 = 1u << 22, HAS_TILES = 1u << 24;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0 || (d & HAS_BF16) == 0 || (d & HAS_TILES) == 0)
    return false;
  // Linux's asm/prctl.h and the processor's number of the tiles' state.
  constexpr int ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18;
  return syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
#else
  return false;
#endif
}

/// The operand of `ldtilecfg`, Intel's Software Developer's Manual, volume 1, section 18.2.
struct __attribute__((packed)) TileConfiguration {
  uint8_t palette;
  uint8_t start_row;
  uint8_t reserved[14];
  uint16_t bytes_per_row[16];
  uint8_t rows[16];
};

/// All eight tiles at their full size. Threads that use tiles switch slower: release them soon.
inline void configure_tiles() {
  alignas(64) TileConfiguration configuration = {};
  configuration.palette = 1;
  for (int i = 0; i < 8; i++) {
    configuration.bytes_per_row[i] = 64;
    configuration.rows[i] = 16;
  }
  asm volatile("ldtilecfg %0" ::"m"(configuration));
}

inline void release_tiles() {
  asm volatile("tilerelease" ::: "memory");
}

template <int TILE>
inline void zero_tile() {
  asm volatile("tilezero %%tmm%c0" ::"i"(TILE));
}

template <int TILE>
inline void load_tile(const void *from, int64_t stride) {
  asm volatile("tileloadd (%0,%1,1), %%tmm%c2" ::"r"(from), "r"(stride), "i"(TILE) : "memory");
}

template <int TILE>
inline void store_tile(void *to, int64_t stride) {
  asm volatile("tilestored %%tmm%c2, (%0,%1,1)" ::"r"(to), "r"(stride), "i"(TILE) : "memory");
}

/// `SUM += A · B`: A holds 16 rows of 32 bfloat16 numbers, B 16 rows of 16 pairs, the sum float32.
template <int SUM, int A, int B>
inline void multiply_tiles() {
  asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"i"(SUM), "i"(A), "i"(B));
}

} // namespace
} // namespace llama_reward::prefill

#endif
