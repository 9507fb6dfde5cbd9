// The kernels over a vector type `V`, whose instruction set the including file is compiled for. No standard
// headers beyond C's: an inline function of theirs, compiled here, could be the copy the linker keeps for the
// whole addon.
//
// V has: WIDTH; WIDE, registers of a wide tile's row; WIDE_ROWS and NARROW_ROWS, as many rows of a tile as
// the registers hold beside a row of the panel and a number of `x`; Register, zero, set(float), load(const
// float*), store(float*, Register), add, sub, mul, fmadd(a, b, c) = a·b + c, fnmadd, min, max, round (to
// nearest), power_of_two(Register of whole numbers), divide, largest(Register), from_f16(const
// void*), from_bf16(const void*), masked_infinity(Register, bits): −∞ in the lanes whose bit is set.

namespace {

/// Registers of a narrow tile's row: many columns take fewer loads of `x`, few fit small matrices.
constexpr int NARROW = 2;
constexpr int COLUMNS = V::WIDE * V::WIDTH;

void widen(const void *source, Element type, float *target, int64_t count) {
  const int64_t whole = count - count % V::WIDTH;
  const int size = type == Element::F32 ? 4 : 2;
  const char *bytes = static_cast<const char *>(source);
  const auto convert = [type](const char *from) {
    return type == Element::F16    ? V::from_f16(from)
           : type == Element::BF16 ? V::from_bf16(from)
                                   : V::load(reinterpret_cast<const float *>(from));
  };
  for (int64_t i = 0; i < whole; i += V::WIDTH)
    V::store(target + i, convert(bytes + i * size));
  if (whole < count) {
    alignas(64) char padded[64] = {};
    alignas(64) float wide[V::WIDTH];
    __builtin_memcpy(padded, bytes + whole * size, static_cast<size_t>((count - whole) * size));
    V::store(wide, convert(padded));
    for (int64_t i = whole; i < count; i++)
      target[i] = wide[i - whole];
  }
}

void pack(const float *const *rows, int row_count, int64_t length, float *panel, int panel_columns) {
  for (int group = 0; group < panel_columns; group += 8) {
    const float *source[8];
    static const float zeros[8] = {};
    int64_t step[8];
    for (int i = 0; i < 8; i++) {
      const bool is_there = group + i < row_count;
      source[i] = is_there ? rows[group + i] : zeros;
      step[i] = is_there ? 1 : 0;
    }
    int64_t k = 0;
    for (; k + 8 <= length; k += 8) {
      const float *at[8];
      for (int i = 0; i < 8; i++)
        at[i] = source[i] + step[i] * k;
      transpose8(at, panel + k * panel_columns + group, panel_columns);
    }
    for (; k < length; k++)
      for (int i = 0; i < 8; i++)
        panel[k * panel_columns + group + i] = source[i][step[i] * k];
  }
}

template <int VECTORS, int ROWS>
inline __attribute__((always_inline)) void tile(const float *x, int64_t x_stride, const float *panel,
                                                int64_t panel_stride, int64_t length, float *c,
                                                int64_t c_stride, bool add) {
  V::Register sums[ROWS][VECTORS];
#pragma GCC unroll 16
  for (int r = 0; r < ROWS; r++)
#pragma GCC unroll 4
    for (int v = 0; v < VECTORS; v++)
      sums[r][v] = add ? V::load(c + r * c_stride + v * V::WIDTH) : V::zero();
  for (int64_t k = 0; k < length; k++) {
    V::Register b[VECTORS];
#pragma GCC unroll 4
    for (int v = 0; v < VECTORS; v++)
      b[v] = V::load(panel + v * V::WIDTH);
    panel += panel_stride;
#pragma GCC unroll 16
    for (int r = 0; r < ROWS; r++) {
      const V::Register a = V::set(x[r * x_stride + k]);
#pragma GCC unroll 4
      for (int v = 0; v < VECTORS; v++)
        sums[r][v] = V::fmadd(a, b[v], sums[r][v]);
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < ROWS; r++)
#pragma GCC unroll 4
    for (int v = 0; v < VECTORS; v++)
      V::store(c + r * c_stride + v * V::WIDTH, sums[r][v]);
}

/// A tile of up to `ROWS` rows.
template <int VECTORS, int ROWS>
void tile_of(int rows, const float *x, int64_t x_stride, const float *panel, int64_t panel_stride,
             int64_t length, float *c, int64_t c_stride, bool add) {
  if (rows == ROWS)
    tile<VECTORS, ROWS>(x, x_stride, panel, panel_stride, length, c, c_stride, add);
  else if constexpr (ROWS > 1)
    tile_of<VECTORS, ROWS - 1>(rows, x, x_stride, panel, panel_stride, length, c, c_stride, add);
}

template <int VECTORS, int ROWS>
void multiply_by(const float *x, int64_t x_stride, int64_t rows, const float *panel, int64_t panel_stride,
                 int64_t length, float *c, int64_t c_stride, int64_t columns_used, bool add) {
  constexpr int WIDTH = VECTORS * V::WIDTH;
  for (int64_t row = 0; row < rows; row += ROWS) {
    const int count = static_cast<int>(rows - row < ROWS ? rows - row : ROWS);
    const float *own = x + row * x_stride;
    float *target = c + row * c_stride;
    if (columns_used == WIDTH) {
      tile_of<VECTORS, ROWS>(count, own, x_stride, panel, panel_stride, length, target, c_stride, add);
      continue;
    }
    // The last columns: through a tile of full width, since what lies behind them is not ours.
    alignas(64) float whole[ROWS * WIDTH] = {};
    for (int r = 0; add && r < count; r++)
      for (int64_t j = 0; j < columns_used; j++)
        whole[r * WIDTH + j] = target[r * c_stride + j];
    tile_of<VECTORS, ROWS>(count, own, x_stride, panel, panel_stride, length, whole, WIDTH, add);
    for (int r = 0; r < count; r++)
      for (int64_t j = 0; j < columns_used; j++)
        target[r * c_stride + j] = whole[r * WIDTH + j];
  }
}

void multiply(const float *x, int64_t x_stride, int64_t rows, const float *panel, int64_t panel_stride,
              int64_t length, float *c, int64_t c_stride, int64_t columns_used, bool add) {
  const auto by = columns_used > NARROW * V::WIDTH ? multiply_by<V::WIDE, V::WIDE_ROWS>
                                                   : multiply_by<NARROW, V::NARROW_ROWS>;
  by(x, x_stride, rows, panel, panel_stride, length, c, c_stride, columns_used, add);
}

/// Σ factors[i] · x^(COUNT − 1 − i).
template <int COUNT>
inline V::Register polynomial(const float (&factors)[COUNT], V::Register x) {
  auto value = V::set(factors[0]);
#pragma GCC unroll 8
  for (int i = 1; i < COUNT; i++)
    value = V::fmadd(value, x, V::set(factors[i]));
  return value;
}

/// tanh as a quotient of polynomials, within 4 units in the last place; coefficients as in Eigen's
/// `ptanh_float`.
inline V::Register tanh_of(V::Register x) {
  const auto bound = V::set(7.90531110763549805f);
  x = V::min(V::max(x, V::sub(V::zero(), bound)), bound);
  const auto square = V::mul(x, x);
  const auto above = polynomial<7>({-2.76076847742355e-16f, 2.00018790482477e-13f, -8.60467152213735e-11f,
                                    5.12229709037114e-08f, 1.48572235717979e-05f, 6.37261928875436e-04f,
                                    4.89352455891786e-03f},
                                   square);
  const auto below = polynomial<4>(
      {1.19825839466702e-06f, 1.18534705686654e-04f, 2.26843463243900e-03f, 4.89352518554385e-03f}, square);
  return V::divide(V::mul(above, x), below);
}

float scale_and_mask(float *x, int64_t count, float scale, float cap, const uint32_t *mask) {
  auto largest = V::set(-__builtin_inff());
  const auto factor = V::set(cap == 0 ? scale : scale / cap);
  for (int64_t i = 0; i < count; i += V::WIDTH) {
    auto value = V::mul(V::load(x + i), factor);
    if (cap != 0)
      value = V::mul(tanh_of(value), V::set(cap));
    value = V::masked_infinity(value, mask[i / 32] >> (i % 32));
    V::store(x + i, value);
    largest = V::max(largest, value);
  }
  return V::largest(largest);
}

/// e^x · 2^(−exponent), within 2 units in the last place, for a power that is no more than 1: 2^n · e^r with
/// a polynomial for e^r; coefficients of Cephes' `expf`.
inline V::Register exp_of(V::Register x, V::Register exponent) {
  const auto n = V::round(V::mul(x, V::set(LOG2_E)));
  auto rest = V::fnmadd(n, V::set(0.693359375f), x);
  rest = V::fnmadd(n, V::set(-2.12194440e-4f), rest);
  // Beyond it only where x itself has no bits behind the point.
  rest = V::min(V::set(0.5f), V::max(V::set(-0.5f), rest));
  auto value = polynomial<6>({1.9875691500e-4f, 1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f,
                              1.6666665459e-1f, 5.0000001201e-1f},
                             rest);
  value = V::fmadd(value, V::mul(rest, rest), V::add(rest, V::set(1.0f)));
  // Smaller ones are 0 anyway once they are beside a half.
  return V::mul(value, V::power_of_two(V::max(V::set(-126.0f), V::sub(n, exponent))));
}

void exponentials(float *x, int64_t count, float shift, float exponent) {
  const auto by = V::set(shift), power = V::set(exponent);
  for (int64_t i = 0; i < count; i += V::WIDTH) {
    const auto logit = V::load(x + i);
    V::store(x + i, V::zero_where_infinite(exp_of(V::sub(logit, by), power), logit));
  }
}

void add_sums(const float *x, int64_t stride, int64_t rows, int64_t count, float *sums) {
  // One after the other within a row, so that zeros change nothing; as many rows at once as additions are
  // under way.
  constexpr int CHAINS = 8;
  for (int64_t row = 0; row < rows; row += CHAINS) {
    const float *own[CHAINS];
    float chains[CHAINS];
    for (int i = 0; i < CHAINS; i++) {
      const int64_t at = row + i < rows ? row + i : rows - 1;
      own[i] = x + at * stride;
      chains[i] = sums[at];
    }
    for (int64_t k = 0; k < count; k++)
#pragma GCC unroll 8
      for (int i = 0; i < CHAINS; i++)
        chains[i] += own[i][k];
    for (int i = 0; i < CHAINS && row + i < rows; i++)
      sums[row + i] = chains[i];
  }
}

#include "activations.inl"

void rescale(float *x, int64_t count, float factor) {
  const auto by = V::set(factor);
  int64_t i = 0;
  for (; i + V::WIDTH <= count; i += V::WIDTH)
    V::store(x + i, V::mul(V::load(x + i), by));
  for (; i < count; i++)
    x[i] *= factor;
}

constexpr Kernels KERNELS = {
    LLAMA_REWARD_KERNELS_NAME,
    COLUMNS,
    V::WIDE_ROWS,
    NARROW * V::WIDTH,
    widen,
    pack,
    multiply,
    scale_and_mask,
    exponentials,
    add_sums,
    gated_gelu,
    gated_silu,
    square_sum,
    scale_by,
    rescale,
    nullptr,
    Precision::EXACT,
};

} // namespace
