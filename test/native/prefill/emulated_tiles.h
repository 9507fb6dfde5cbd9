#pragma once

// AMX's tiles in software, for processors without: what native/prefill/tiles.inl does by instructions. Source:
// TDPBF16PS in Intel's Software Developer's Manual, volume 2: even and odd numbers of the pairs are summed apart,
// rounded to nearest even at each step, denormals of operands and results are 0.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <immintrin.h>

namespace llama_reward::prefill {
namespace {

struct EmulatedTile {
  alignas(64) unsigned char rows[16][64];
};
thread_local EmulatedTile emulated_tiles[8];
thread_local bool are_tiles_configured = false;

inline bool request_tiles() { return true; }

/// The real instructions fault.
inline void need_tiles() {
  if (!are_tiles_configured) {
    std::fprintf(stderr, "tiles are used before they are configured\n");
    std::abort();
  }
}

inline void configure_tiles() {
  are_tiles_configured = true;
  std::memset(emulated_tiles, 0, sizeof(emulated_tiles));
}

inline void release_tiles() { are_tiles_configured = false; }

template <int TILE> void zero_tile() {
  need_tiles();
  std::memset(&emulated_tiles[TILE], 0, sizeof(EmulatedTile));
}

template <int TILE> void load_tile(const void *from, int64_t stride) {
  need_tiles();
  for (int row = 0; row < 16; row++)
    std::memcpy(emulated_tiles[TILE].rows[row], static_cast<const char *>(from) + row * stride, 64);
}

template <int TILE> void store_tile(void *to, int64_t stride) {
  need_tiles();
  for (int row = 0; row < 16; row++)
    std::memcpy(static_cast<char *>(to) + row * stride, emulated_tiles[TILE].rows[row], 64);
}

inline void multiply_emulated(EmulatedTile &sum, const EmulatedTile &a, const EmulatedTile &b) {
  constexpr unsigned MASK_EXCEPTIONS = 0x1f80, FLUSH = 0x8040;
  const unsigned before = _mm_getcsr();
  _mm_setcsr(MASK_EXCEPTIONS | FLUSH);
  // The compiler does not know that arithmetic depends on that register: all reads come after, all writes before.
  asm volatile("" ::: "memory");
  const __m512i high = _mm512_set1_epi32(static_cast<int>(0xffff0000));
  for (int row = 0; row < 16; row++) {
    __m512 even = _mm512_setzero_ps(), odd = even;
    for (int pair = 0; pair < 16; pair++) {
      uint32_t word;
      std::memcpy(&word, a.rows[row] + 4 * pair, 4);
      const __m512 first = _mm512_castsi512_ps(_mm512_set1_epi32(static_cast<int>(word << 16)));
      const __m512 second = _mm512_castsi512_ps(_mm512_set1_epi32(static_cast<int>(word & 0xffff0000)));
      const __m512i columns = _mm512_load_si512(b.rows[pair]);
      even = _mm512_fmadd_ps(first, _mm512_castsi512_ps(_mm512_slli_epi32(columns, 16)), even);
      odd = _mm512_fmadd_ps(second, _mm512_castsi512_ps(_mm512_and_si512(columns, high)), odd);
    }
    float *target = reinterpret_cast<float *>(sum.rows[row]);
    _mm512_store_ps(target, _mm512_add_ps(_mm512_load_ps(target), _mm512_add_ps(even, odd)));
  }
  asm volatile("" ::: "memory");
  _mm_setcsr(before);
}

template <int SUM, int A, int B> void multiply_tiles() {
  need_tiles();
  multiply_emulated(emulated_tiles[SUM], emulated_tiles[A], emulated_tiles[B]);
}

} // namespace
} // namespace llama_reward::prefill
