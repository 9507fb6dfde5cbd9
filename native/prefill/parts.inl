// Cutting numbers to bfloat16 parts, for the kernels that multiply them. Compiled for AVX-512 F, BW, DQ, VL
// and BF16. No standard headers beyond C's, as in kernels.inl.

namespace {

constexpr int HALF = 16;
/// Numbers of a half's part of a step.
constexpr int64_t TILE = PART_STEP * HALF;

inline __mmask16 first_lanes(int64_t count) {
  return static_cast<__mmask16>(count >= 16 ? 0xffff : count <= 0 ? 0 : (1u << count) - 1);
}

/// 32 numbers of a row, or fewer: the others are 0.
struct Stretch {
  __m512 low, high;

  static Stretch load(const float *from, int64_t count) {
    if (count >= 32)
      return {_mm512_loadu_ps(from), _mm512_loadu_ps(from + 16)};
    // Nothing is read, and nothing can fault, where the mask is not set.
    return {_mm512_maskz_loadu_ps(first_lanes(count), from),
            _mm512_maskz_loadu_ps(first_lanes(count - 16), from + 16)};
  }

  static Stretch load_f16(const uint16_t *from, int64_t count) {
    const __m512i halves = load_halves(from, count);
    return {_mm512_cvtph_ps(_mm512_castsi512_si256(halves)),
            _mm512_cvtph_ps(_mm512_extracti64x4_epi64(halves, 1))};
  }

  static __m512i load_halves(const uint16_t *from, int64_t count) {
    if (count >= 32)
      return _mm512_loadu_si512(from);
    return _mm512_maskz_loadu_epi16((1u << count) - 1, from);
  }

  /// Its next part; the rest stays.
  __m512i take() {
    const __m512i part = reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(high, low));
    low = _mm512_sub_ps(low, widen(_mm512_castsi512_si256(part)));
    high = _mm512_sub_ps(high, widen(_mm512_extracti64x4_epi64(part, 1)));
    return part;
  }

  static __m512 widen(__m256i part) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(part), 16));
  }
};

/// Sixteen rows of sixteen 32-bit words, turned.
inline void transpose16(__m512i r[16]) {
  __m512i t[16];
#pragma GCC unroll 8
  for (int i = 0; i < 8; i++) {
    t[2 * i] = _mm512_unpacklo_epi32(r[2 * i], r[2 * i + 1]);
    t[2 * i + 1] = _mm512_unpackhi_epi32(r[2 * i], r[2 * i + 1]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    r[4 * i] = _mm512_unpacklo_epi64(t[4 * i], t[4 * i + 2]);
    r[4 * i + 1] = _mm512_unpackhi_epi64(t[4 * i], t[4 * i + 2]);
    r[4 * i + 2] = _mm512_unpacklo_epi64(t[4 * i + 1], t[4 * i + 3]);
    r[4 * i + 3] = _mm512_unpackhi_epi64(t[4 * i + 1], t[4 * i + 3]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    t[i] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0x88);
    t[i + 4] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0xdd);
    t[i + 8] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0x88);
    t[i + 12] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0xdd);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    r[i] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0x88);
    r[i + 8] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0xdd);
    r[i + 4] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0x88);
    r[i + 12] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0xdd);
  }
}

void split(const float *const *rows, int64_t row_count, int64_t length, int parts, uint16_t *target) {
  // One step of all rows after the other, so that what is written lies together.
  for (int64_t start = 0; start < length; start += PART_STEP) {
    uint16_t *to = target + start / PART_STEP * parts * PART_UNIT;
    for (int64_t row = 0; row < HALF; row++, to += PART_STEP) {
      Stretch numbers = row < row_count ? Stretch::load(rows[row] + start, length - start)
                                        : Stretch{_mm512_setzero_ps(), _mm512_setzero_ps()};
      for (int part = 0; part < parts; part++)
        _mm512_store_si512(to + part * PART_UNIT, numbers.take());
    }
  }
}

void add_sums(const float *x, int64_t stride, int64_t rows, int64_t count, float *sums) {
  for (int64_t row = 0; row < rows; row++) {
    __m512 sum = _mm512_setzero_ps();
    for (int64_t k = 0; k < count; k += HALF)
      sum = _mm512_add_ps(sum, _mm512_loadu_ps(x + row * stride + k));
    sums[row] += _mm512_reduce_add_ps(sum);
  }
}

void rough_exponentials(float *x, int64_t count, float shift) {
  const __m512 unit = _mm512_set1_ps(LOG2_E), by = _mm512_set1_ps(shift);
  const __m512 hidden = _mm512_set1_ps(-__builtin_inff()), least = _mm512_set1_ps(-126.0f);
  for (int64_t i = 0; i < count; i += HALF) {
    const __m512 logit = _mm512_loadu_ps(x + i);
    // e^x = 2^n · 2^r. Smaller powers would be no normal numbers, and are nothing beside 1. In this order
    // what is no number stays so.
    const __m512 power = _mm512_max_ps(least, _mm512_mul_ps(_mm512_sub_ps(logit, by), unit));
    const __m512 n = _mm512_roundscale_ps(power, _MM_FROUND_TO_NEAREST_INT);
    const __m512 r = _mm512_sub_ps(power, n);
    // Of all polynomials of that degree about the one with the smallest relative error on [−½, ½].
    constexpr float FACTORS[] = {0.0559178591f, 0.240247458f, 0.693121791f, 0.999999285f};
    __m512 value = _mm512_set1_ps(0.00957008637f);
    for (const float factor : FACTORS)
      value = _mm512_fmadd_ps(value, r, _mm512_set1_ps(factor));
    const __mmask16 is_seen = _mm512_cmp_ps_mask(logit, hidden, _CMP_NEQ_UQ);
    _mm512_storeu_ps(x + i, _mm512_maskz_scalef_ps(is_seen, value, n));
  }
}

inline void store_turned(__m512i words[16], uint16_t *tile) {
  transpose16(words);
#pragma GCC unroll 16
  for (int i = 0; i < HALF; i++)
    _mm512_store_si512(tile + i * PART_STEP, words[i]);
}

void pack_half(const void *const *rows, Element type, int64_t row_count, int64_t length, int parts,
               uint16_t *target) {
  for (int64_t start = 0; start < length; start += PART_STEP) {
    uint16_t *tile = target + start / PART_STEP * parts * PART_UNIT;
    const int64_t count = length - start;
    __m512i words[HALF];
    if (type == Element::BF16) {
      for (int i = 0; i < HALF; i++)
        words[i] = i < row_count ? Stretch::load_halves(static_cast<const uint16_t *>(rows[i]) + start, count)
                                 : _mm512_setzero_si512();
      store_turned(words, tile);
      for (int part = 1; part < parts; part++)
        __builtin_memset(tile + part * PART_UNIT, 0, TILE * sizeof(uint16_t));
      continue;
    }
    Stretch numbers[HALF];
    for (int i = 0; i < HALF; i++)
      numbers[i] = i >= row_count ? Stretch{_mm512_setzero_ps(), _mm512_setzero_ps()}
                   : type == Element::F16
                       ? Stretch::load_f16(static_cast<const uint16_t *>(rows[i]) + start, count)
                       : Stretch::load(static_cast<const float *>(rows[i]) + start, count);
    for (int part = 0; part < parts; part++) {
      for (int i = 0; i < HALF; i++)
        words[i] = numbers[i].take();
      store_turned(words, tile + part * PART_UNIT);
    }
  }
}

void pack(const void *const *rows, Element type, int64_t row_count, int64_t length, int parts,
          uint16_t *panel) {
  for (int half = 0; half < 2; half++)
    pack_half(rows + half * HALF, type, row_count - half * HALF, length, parts, panel + half * TILE);
}

void interleave(const float *const *rows, int64_t row_count, int64_t columns, int parts, uint16_t *panel) {
  // Of two rows' bfloat16 numbers, the ones in pairs: (first[0], second[0], first[1], …).
  const __m512i pairs = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7,
                                         22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  for (int64_t pair = 0; pair < HALF; pair++)
    for (int64_t half = 0; half < 2; half++) {
      const __mmask16 lanes = first_lanes(columns - half * HALF);
      const auto row = [&](int64_t index) {
        return index < row_count ? _mm512_maskz_loadu_ps(lanes, rows[index] + half * HALF)
                                 : _mm512_setzero_ps();
      };
      Stretch numbers = {row(2 * pair), row(2 * pair + 1)};
      for (int part = 0; part < parts; part++)
        _mm512_store_si512(panel + part * PART_UNIT + half * TILE + pair * PART_STEP,
                           _mm512_permutexvar_epi16(pairs, numbers.take()));
    }
}

} // namespace
