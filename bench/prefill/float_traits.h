#pragma once

// In ggml's place, for programs that are to stand alone: what its table of types says of the three float types.

#include <cstdint>
#include <cstring>
#include <immintrin.h>

#include "../../native/backend.h"

inline float f16_to_float(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000) << 16, exponent = (half >> 10) & 31, rest = half & 1023;
  float value;
  if (exponent == 0) {
    value = static_cast<float>(rest) * 0x1p-24f;
    return sign != 0 ? -value : value;
  }
  const uint32_t bits = sign | (exponent == 31 ? 0x7f800000 : (exponent + 112) << 23) | (rest << 13);
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

/// Rounded towards zero: which of its numbers is stored does not matter here.
inline uint16_t float_to_f16(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  const uint32_t sign = (bits >> 16) & 0x8000, exponent = (bits >> 23) & 255;
  if (exponent > 142)
    return static_cast<uint16_t>(sign | 0x7c00);
  if (exponent < 113)
    return static_cast<uint16_t>(sign);
  return static_cast<uint16_t>(sign | ((exponent - 112) << 10) | ((bits >> 13) & 1023));
}

inline void store_floats(ggml_type type, const float *values, void *target, int64_t count) {
  auto *halves = static_cast<uint16_t *>(target);
  if (type == GGML_TYPE_F32)
    std::memcpy(target, values, static_cast<size_t>(count) * sizeof(float));
  for (int64_t i = 0; i < count && type != GGML_TYPE_F32; i++) {
    uint32_t bits;
    std::memcpy(&bits, values + i, sizeof(bits));
    halves[i] = type == GGML_TYPE_BF16 ? static_cast<uint16_t>(bits >> 16) : float_to_f16(values[i]);
  }
}

inline void load_floats(ggml_type type, const void *source, float *values, int64_t count) {
  const auto *halves = static_cast<const uint16_t *>(source);
  if (type == GGML_TYPE_F32)
    std::memcpy(values, source, static_cast<size_t>(count) * sizeof(float));
  for (int64_t i = 0; i < count && type != GGML_TYPE_F32; i++) {
    const uint32_t bits = static_cast<uint32_t>(halves[i]) << 16;
    if (type == GGML_TYPE_BF16)
      std::memcpy(values + i, &bits, sizeof(bits));
    else
      values[i] = f16_to_float(halves[i]);
  }
}

inline const ggml_type_traits *float_traits(ggml_type type) {
  static const ggml_type_traits f32 = [] {
    ggml_type_traits traits{};
    traits.type_size = 4;
    traits.blck_size = 1;
    return traits;
  }();
  const auto half = [](auto to_float, auto from_float) {
    ggml_type_traits traits{};
    traits.type_size = 2;
    traits.blck_size = 1;
    traits.to_float = to_float;
    traits.from_float_ref = from_float;
    return traits;
  };
  static const ggml_type_traits f16 = half(
      [](const void *from, float *to, int64_t count) { load_floats(GGML_TYPE_F16, from, to, count); },
      [](const float *from, void *to, int64_t count) { store_floats(GGML_TYPE_F16, from, to, count); });
  static const ggml_type_traits bf16 = half(
      [](const void *from, float *to, int64_t count) { load_floats(GGML_TYPE_BF16, from, to, count); },
      [](const float *from, void *to, int64_t count) { store_floats(GGML_TYPE_BF16, from, to, count); });
  return type == GGML_TYPE_F16 ? &f16 : type == GGML_TYPE_BF16 ? &bf16 : &f32;
}

namespace llama_reward {
inline const Symbols &float_symbols() {
  static const Symbols symbols = [] {
    Symbols own{};
    own.ggml_get_type_traits = float_traits;
    return own;
  }();
  return symbols;
}
#ifndef LLAMA_REWARD_OWN_API
const Symbols &api() {
  return float_symbols();
}
#endif
} // namespace llama_reward
