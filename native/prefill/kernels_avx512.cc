// Compiled for AVX-512 F, BW, DQ and VL, and only called where the processor has them.

#include <cstdint>
#include <immintrin.h>

#include "kernels.h"

#define LLAMA_REWARD_KERNELS_NAME "AVX-512"

namespace llama_reward::prefill {
namespace {

struct V {
  static constexpr int WIDTH = 16;
  static constexpr int WIDE = 3, WIDE_ROWS = 8, NARROW_ROWS = 12;
  using Register = __m512;

  static Register zero() { return _mm512_setzero_ps(); }
  static Register set(float value) { return _mm512_set1_ps(value); }
  static Register load(const float *from) { return _mm512_loadu_ps(from); }
  static void store(float *to, Register a) { _mm512_storeu_ps(to, a); }
  static Register add(Register a, Register b) { return _mm512_add_ps(a, b); }
  static Register sub(Register a, Register b) { return _mm512_sub_ps(a, b); }
  static Register mul(Register a, Register b) { return _mm512_mul_ps(a, b); }
  static Register divide(Register a, Register b) { return _mm512_div_ps(a, b); }
  static Register min(Register a, Register b) { return _mm512_min_ps(a, b); }
  static Register max(Register a, Register b) { return _mm512_max_ps(a, b); }
  static Register fmadd(Register a, Register b, Register c) { return _mm512_fmadd_ps(a, b, c); }
  static Register fnmadd(Register a, Register b, Register c) { return _mm512_fnmadd_ps(a, b, c); }
  static Register round(Register a) { return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT); }
  static Register power_of_two(Register whole) {
    const __m512i biased = _mm512_add_epi32(_mm512_cvtps_epi32(whole), _mm512_set1_epi32(127));
    return _mm512_castsi512_ps(_mm512_slli_epi32(biased, 23));
  }
  static float largest(Register a) { return _mm512_reduce_max_ps(a); }
  static Register from_f16(const void *from) {
    return _mm512_cvtph_ps(_mm256_loadu_si256(static_cast<const __m256i *>(from)));
  }
  static Register from_bf16(const void *from) {
    const __m512i wide = _mm512_cvtepu16_epi32(_mm256_loadu_si256(static_cast<const __m256i *>(from)));
    return _mm512_castsi512_ps(_mm512_slli_epi32(wide, 16));
  }
  static Register masked_infinity(Register a, uint32_t bits) {
    return _mm512_mask_mov_ps(a, static_cast<__mmask16>(bits), set(-__builtin_inff()));
  }
  /// `a`, with 0 where `logit` is −∞.
  static Register zero_where_infinite(Register a, Register logit) {
    return _mm512_mask_mov_ps(a, _mm512_cmp_ps_mask(logit, set(-__builtin_inff()), _CMP_EQ_OQ), zero());
  }
};

} // namespace

#include "transpose.inl"

#include "kernels.inl"

const Kernels *avx512_kernels() {
  return &KERNELS;
}

} // namespace llama_reward::prefill
