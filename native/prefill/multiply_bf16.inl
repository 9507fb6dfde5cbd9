// Products of parts by AVX512-BF16.

namespace {

/// Rows whose sums are held at once: with two columns of registers, half of all.
constexpr int ROWS = 8;

struct Sums {
  __m512 at[ROWS][2];
};

/// One part of a step times one of the other factor's.
inline __attribute__((always_inline)) void add_step(const uint16_t *x, const uint16_t *panel, Sums &sums) {
#pragma GCC unroll 4
  for (int pair = 0; pair < HALF; pair++) {
    const auto b0 = reinterpret_cast<__m512bh>(_mm512_load_si512(panel + pair * PART_STEP));
    const auto b1 = reinterpret_cast<__m512bh>(_mm512_load_si512(panel + TILE + pair * PART_STEP));
#pragma GCC unroll 8
    for (int row = 0; row < ROWS; row++) {
      int two;
      __builtin_memcpy(&two, x + row * PART_STEP + 2 * pair, sizeof(two));
      const auto a = reinterpret_cast<__m512bh>(_mm512_set1_epi32(two));
      sums.at[row][0] = _mm512_dpbf16_ps(sums.at[row][0], a, b0);
      sums.at[row][1] = _mm512_dpbf16_ps(sums.at[row][1], a, b1);
    }
  }
}

void multiply(const uint16_t *x, const uint16_t *const *panels, int64_t run_count, int64_t run_steps,
              Parts parts, int64_t rows, float *c, int64_t c_stride, int64_t columns, bool add) {
  const __mmask16 lanes[2] = {first_lanes(columns), first_lanes(columns - HALF)};
  for (int64_t first = 0; first < rows; first += ROWS) {
    const int64_t here = rows - first < ROWS ? rows - first : ROWS;
    float *target = c + first * c_stride;
    Sums sums;
#pragma GCC unroll 8
    for (int row = 0; row < ROWS; row++)
      for (int half = 0; half < 2; half++)
        sums.at[row][half] =
            _mm512_maskz_loadu_ps(add && row < here ? lanes[half] : 0, target + row * c_stride + half * HALF);
    const uint16_t *own = x + first / HALF * TILE + first % HALF * PART_STEP;
    for (int64_t run = 0; run < run_count; run++) {
      const uint16_t *panel = panels[run];
      for (int64_t step = 0; step < run_steps; step++) {
        for (int i = 0; i < parts.x; i++)
          for (int j = 0; j < parts.weights && i + j < parts.depth; j++)
            add_step(own + i * PART_UNIT, panel + j * PART_UNIT, sums);
        own += parts.x * PART_UNIT;
        panel += parts.weights * PART_UNIT;
      }
    }
#pragma GCC unroll 8
    for (int row = 0; row < ROWS; row++)
      for (int half = 0; half < 2; half++)
        _mm512_mask_storeu_ps(target + row * c_stride + half * HALF, row < here ? lanes[half] : 0,
                              sums.at[row][half]);
  }
}

} // namespace
