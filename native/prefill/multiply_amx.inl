// Products of parts by AMX.

namespace {

// Tiles 0 to 3: sums of two halves of rows and two of columns. 4 and 5: rows. 6 and 7: columns.
//
// A core's two threads share the registers that tiles are renamed to. With eight tiles in use beside a busy
// neighbour none is left, and a product waits until the one before it has ended: 39 cycles on a Xeon of the
// Emerald Rapids generation, 28 with seven in use, 21 with six, 16 alone. A zeroed tile takes no register, so
// each is zeroed as soon as its last product has been issued.

/// A quarter of a part that the next step reads. Tiles come slowly from the second-level cache by themselves;
/// asked for like this, products took three quarters of the time with another program on the same core.
template <int QUARTER>
inline __attribute__((always_inline)) void fetch_quarter(const uint16_t *part) {
#pragma GCC unroll 8
  for (int line = 8 * QUARTER; line < 8 * QUARTER + 8; line++)
    _mm_prefetch(reinterpret_cast<const char *>(part) + line * 64, _MM_HINT_T0);
}

/// One step. Columns stay for all parts of rows that they are multiplied with; each tile is loaded just
/// before it is needed.
template <bool BOTH_ROWS, int X, int WEIGHTS, int DEPTH>
inline __attribute__((always_inline)) void add_step(const uint16_t *x, const uint16_t *panel) {
#pragma GCC unroll 4
  for (int j = 0; j < WEIGHTS; j++) {
    const uint16_t *columns = panel + j * PART_UNIT;
    const uint16_t *next_columns = columns + WEIGHTS * PART_UNIT;
    const int count = DEPTH - j < X ? DEPTH - j : X;
#pragma GCC unroll 4
    for (int i = 0; i < count; i++) {
      const uint16_t *rows = x + i * PART_UNIT;
      const uint16_t *next_rows = rows + X * PART_UNIT;
      const bool is_first = i == 0, is_last = i == count - 1;
      load_tile<4>(rows, 64);
      if (is_first)
        load_tile<6>(columns, 64);
      if (j == 0)
        fetch_quarter<0>(next_rows);
      multiply_tiles<0, 4, 6>();
      if (is_first)
        fetch_quarter<0>(next_columns);
      if (is_first)
        load_tile<7>(columns + TILE, 64);
      if (j == 0)
        fetch_quarter<1>(next_rows);
      multiply_tiles<1, 4, 7>();
      zero_tile<4>();
      if (is_first)
        fetch_quarter<1>(next_columns);
      if (BOTH_ROWS)
        load_tile<5>(rows + TILE, 64);
      if (BOTH_ROWS && j == 0)
        fetch_quarter<2>(next_rows);
      if (BOTH_ROWS)
        multiply_tiles<2, 5, 6>();
      if (is_last)
        zero_tile<6>();
      if (is_first)
        fetch_quarter<2>(next_columns);
      if (BOTH_ROWS && j == 0)
        fetch_quarter<3>(next_rows);
      if (BOTH_ROWS)
        multiply_tiles<3, 5, 7>();
      if (BOTH_ROWS)
        zero_tile<5>();
      if (is_last)
        zero_tile<7>();
      if (is_first)
        fetch_quarter<3>(next_columns);
    }
  }
}

template <bool BOTH_ROWS>
void load_sums(const float *c, int64_t stride) {
  load_tile<0>(c, stride);
  load_tile<1>(c + HALF, stride);
  if (BOTH_ROWS) {
    load_tile<2>(c + HALF * stride / 4, stride);
    load_tile<3>(c + HALF * stride / 4 + HALF, stride);
  }
}

template <bool BOTH_ROWS>
void store_sums(float *c, int64_t stride) {
  store_tile<0>(c, stride);
  store_tile<1>(c + HALF, stride);
  if (BOTH_ROWS) {
    store_tile<2>(c + HALF * stride / 4, stride);
    store_tile<3>(c + HALF * stride / 4 + HALF, stride);
  }
}

template <bool BOTH_ROWS, int X, int WEIGHTS, int DEPTH>
void add_runs(const uint16_t *x, const uint16_t *const *panels, int64_t run_count, int64_t run_steps) {
  for (int64_t run = 0; run < run_count; run++) {
    const uint16_t *panel = panels[run];
    for (int64_t step = 0; step < run_steps; step++) {
      add_step<BOTH_ROWS, X, WEIGHTS, DEPTH>(x, panel);
      x += X * PART_UNIT;
      panel += WEIGHTS * PART_UNIT;
    }
  }
}

template <bool BOTH_ROWS>
void add_runs(const uint16_t *x, const uint16_t *const *panels, int64_t run_count, int64_t run_steps,
              Parts parts) {
  const int shape = parts.x * 100 + parts.weights * 10 + parts.depth;
  switch (shape) {
#define LLAMA_REWARD_PARTS(x_parts, weight_parts, depth)                                                     \
  case x_parts * 100 + weight_parts * 10 + depth:                                                            \
    return add_runs<BOTH_ROWS, x_parts, weight_parts, depth>(x, panels, run_count, run_steps);
    LLAMA_REWARD_PARTS(1, 1, 1)
    LLAMA_REWARD_PARTS(3, 1, 3)
    LLAMA_REWARD_PARTS(3, 2, 3)
    LLAMA_REWARD_PARTS(3, 3, 3)
#undef LLAMA_REWARD_PARTS
  default:
    __builtin_trap();
  }
}

/// Lines that sums will be written to, each in a row of its own that nobody has touched for long: fetched
/// while the products are made, they took an eighth of the time less in all.
template <bool BOTH_ROWS>
void fetch_sums(const float *c, int64_t stride) {
  for (int row = 0; row < (BOTH_ROWS ? 32 : 16); row++) {
    const char *at = reinterpret_cast<const char *>(c) + row * stride;
    asm volatile("prefetchw %0" ::"m"(*at));
    asm volatile("prefetchw %0" ::"m"(*(at + 64)));
  }
}

template <bool BOTH_ROWS>
void multiply_rows(const uint16_t *x, const uint16_t *const *panels, int64_t run_count, int64_t run_steps,
                   Parts parts, float *c, int64_t c_stride, bool add) {
  const int64_t stride = c_stride * static_cast<int64_t>(sizeof(float));
  if (add) {
    load_sums<BOTH_ROWS>(c, stride);
  } else {
    fetch_sums<BOTH_ROWS>(c, stride);
    zero_tile<0>();
    zero_tile<1>();
    zero_tile<2>();
    zero_tile<3>();
  }
  add_runs<BOTH_ROWS>(x, panels, run_count, run_steps, parts);
  store_sums<BOTH_ROWS>(c, stride);
}

void copy_block(const float *from, int64_t from_stride, int64_t rows, int64_t columns, float *to,
                int64_t to_stride) {
  const __mmask16 lanes[2] = {first_lanes(columns), first_lanes(columns - HALF)};
  for (int64_t row = 0; row < rows; row++)
    for (int half = 0; half < 2; half++)
      _mm512_mask_storeu_ps(to + row * to_stride + half * HALF, lanes[half],
                            _mm512_maskz_loadu_ps(lanes[half], from + row * from_stride + half * HALF));
}

void multiply(const uint16_t *x, const uint16_t *const *panels, int64_t run_count, int64_t run_steps,
              Parts parts, int64_t rows, float *c, int64_t c_stride, int64_t columns, bool add) {
  const bool is_whole = columns == PART_ROWS && (rows == HALF || rows == PART_ROWS);
  // Edges go through a block of full size, since what lies behind them is not ours.
  alignas(64) float block[PART_ROWS * PART_ROWS];
  float *target = is_whole ? c : block;
  const int64_t stride = is_whole ? c_stride : PART_ROWS;
  if (!is_whole && add) {
    __builtin_memset(block, 0, sizeof(block));
    copy_block(c, c_stride, rows, columns, block, PART_ROWS);
  }
  if (rows > HALF)
    multiply_rows<true>(x, panels, run_count, run_steps, parts, target, stride, add);
  else
    multiply_rows<false>(x, panels, run_count, run_steps, parts, target, stride, add);
  if (!is_whole)
    copy_block(block, PART_ROWS, rows, columns, c, c_stride);
}

} // namespace
