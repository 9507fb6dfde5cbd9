// Compiled for AVX2, FMA and F16C, and only called where the processor has them.

#include <cstdint>
#include <immintrin.h>

#include "kernels.h"

#define LLAMA_REWARD_KERNELS_NAME "AVX2"

namespace llama_reward::prefill {
namespace {

struct V {
  static constexpr int WIDTH = 8;
  static constexpr int WIDE = 2, WIDE_ROWS = 6, NARROW_ROWS = 6;
  using Register = __m256;

  static Register zero() { return _mm256_setzero_ps(); }
  static Register set(float value) { return _mm256_set1_ps(value); }
  static Register load(const float *from) { return _mm256_loadu_ps(from); }
  static void store(float *to, Register a) { _mm256_storeu_ps(to, a); }
  static Register add(Register a, Register b) { return _mm256_add_ps(a, b); }
  static Register sub(Register a, Register b) { return _mm256_sub_ps(a, b); }
  static Register mul(Register a, Register b) { return _mm256_mul_ps(a, b); }
  static Register divide(Register a, Register b) { return _mm256_div_ps(a, b); }
  static Register min(Register a, Register b) { return _mm256_min_ps(a, b); }
  static Register max(Register a, Register b) { return _mm256_max_ps(a, b); }
  static Register fmadd(Register a, Register b, Register c) { return _mm256_fmadd_ps(a, b, c); }
  static Register fnmadd(Register a, Register b, Register c) { return _mm256_fnmadd_ps(a, b, c); }
  static Register round(Register a) {
    return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  }
  static Register power_of_two(Register whole) {
    const __m256i biased = _mm256_add_epi32(_mm256_cvtps_epi32(whole), _mm256_set1_epi32(127));
    return _mm256_castsi256_ps(_mm256_slli_epi32(biased, 23));
  }
  static float largest(Register a) {
    __m128 half = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    half = _mm_max_ps(half, _mm_movehl_ps(half, half));
    return _mm_cvtss_f32(_mm_max_ss(half, _mm_movehdup_ps(half)));
  }
  static Register from_f16(const void *from) {
    return _mm256_cvtph_ps(_mm_loadu_si128(static_cast<const __m128i *>(from)));
  }
  static Register from_bf16(const void *from) {
    const __m256i wide = _mm256_cvtepu16_epi32(_mm_loadu_si128(static_cast<const __m128i *>(from)));
    return _mm256_castsi256_ps(_mm256_slli_epi32(wide, 16));
  }
  static Register masked_infinity(Register a, uint32_t bits) {
    const __m256i lanes = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    const __m256i set_lanes = _mm256_and_si256(_mm256_set1_epi32(static_cast<int>(bits)), lanes);
    return _mm256_blendv_ps(a, set(-__builtin_inff()),
                            _mm256_castsi256_ps(_mm256_cmpeq_epi32(set_lanes, lanes)));
  }
  /// `a`, with 0 where `logit` is −∞.
  static Register zero_where_infinite(Register a, Register logit) {
    return _mm256_andnot_ps(_mm256_cmp_ps(logit, set(-__builtin_inff()), _CMP_EQ_OQ), a);
  }
};

} // namespace

#include "transpose.inl"

#include "kernels.inl"

const Kernels *avx2_kernels() {
  return &KERNELS;
}

} // namespace llama_reward::prefill
