// Compiled for AArch64: every such processor has NEON.

#include <arm_neon.h>
#include <cstddef>
#include <cstdint>

#include "kernels.h"

#define LLAMA_REWARD_KERNELS_NAME "NEON"

namespace llama_reward::prefill {
namespace {

struct V {
  static constexpr int WIDTH = 4;
  static constexpr int WIDE = 4, WIDE_ROWS = 6, NARROW_ROWS = 12;
  using Register = float32x4_t;

  static Register zero() { return vdupq_n_f32(0); }
  static Register set(float value) { return vdupq_n_f32(value); }
  static Register load(const float *from) { return vld1q_f32(from); }
  static void store(float *to, Register a) { vst1q_f32(to, a); }
  static Register add(Register a, Register b) { return vaddq_f32(a, b); }
  static Register sub(Register a, Register b) { return vsubq_f32(a, b); }
  static Register mul(Register a, Register b) { return vmulq_f32(a, b); }
  static Register divide(Register a, Register b) { return vdivq_f32(a, b); }
  static Register min(Register a, Register b) { return vminq_f32(a, b); }
  static Register max(Register a, Register b) { return vmaxq_f32(a, b); }
  static Register fmadd(Register a, Register b, Register c) { return vfmaq_f32(c, a, b); }
  static Register fnmadd(Register a, Register b, Register c) { return vfmsq_f32(c, a, b); }
  static Register round(Register a) { return vrndnq_f32(a); }
  static Register power_of_two(Register whole) {
    const int32x4_t biased = vaddq_s32(vcvtq_s32_f32(whole), vdupq_n_s32(127));
    return vreinterpretq_f32_s32(vshlq_n_s32(biased, 23));
  }
  static float largest(Register a) { return vmaxvq_f32(a); }
  static Register from_f16(const void *from) { return vcvt_f32_f16(vreinterpret_f16_u16(halves(from))); }
  static Register from_bf16(const void *from) { return vreinterpretq_f32_u32(vshll_n_u16(halves(from), 16)); }
  static Register masked_infinity(Register a, uint32_t bits) {
    const uint32x4_t lanes = {1, 2, 4, 8};
    return vbslq_f32(vtstq_u32(vdupq_n_u32(bits), lanes), set(-__builtin_inff()), a);
  }
  /// `a`, with 0 where `logit` is −∞.
  static Register zero_where_infinite(Register a, Register logit) {
    const uint32x4_t infinite = vceqq_f32(logit, set(-__builtin_inff()));
    return vreinterpretq_f32_u32(vbicq_u32(vreinterpretq_u32_f32(a), infinite));
  }

 private:
  static uint16x4_t halves(const void *from) {
    uint16x4_t four;
    __builtin_memcpy(&four, from, sizeof(four));
    return four;
  }
};

inline float32x4_t pairs(float32x4_t low, float32x4_t high, bool is_second) {
  const float64x2_t a = vreinterpretq_f64_f32(low);
  const float64x2_t b = vreinterpretq_f64_f32(high);
  return vreinterpretq_f32_f64(is_second ? vtrn2q_f64(a, b) : vtrn1q_f64(a, b));
}

/// Eight rows of eight floats, in blocks of four by four.
inline void transpose8(const float *const rows[8], float *target, int64_t stride) {
  for (int row = 0; row < 8; row += 4)
    for (int column = 0; column < 8; column += 4) {
      const float32x4_t a = vld1q_f32(rows[row] + column);
      const float32x4_t b = vld1q_f32(rows[row + 1] + column);
      const float32x4_t c = vld1q_f32(rows[row + 2] + column);
      const float32x4_t d = vld1q_f32(rows[row + 3] + column);
      float *to = target + (column * stride) + row;
      vst1q_f32(to, pairs(vtrn1q_f32(a, b), vtrn1q_f32(c, d), false));
      vst1q_f32(to + stride, pairs(vtrn2q_f32(a, b), vtrn2q_f32(c, d), false));
      vst1q_f32(to + (2 * stride), pairs(vtrn1q_f32(a, b), vtrn1q_f32(c, d), true));
      vst1q_f32(to + (3 * stride), pairs(vtrn2q_f32(a, b), vtrn2q_f32(c, d), true));
    }
}

} // namespace

#include "kernels.inl"

const Kernels *neon_kernels() {
  return &KERNELS;
}

} // namespace llama_reward::prefill
