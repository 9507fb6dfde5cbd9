#pragma once

// The inner loops of the prefill backend, one set per instruction set. Nothing here knows of ggml.

#include <cstdint>

namespace llama_reward::prefill {

/// Columns of the widest panel.
constexpr int MAX_COLUMNS = 48;

/// Element types the kernels read themselves; others are unpacked to F32 before.
enum class Element : uint8_t { F32, F16, BF16 };

/// What numbers are multiplied as. EXACT: float32, or parts that come to about the same. FAST: bfloat16,
/// summed in float32, where the processor has instructions for it.
enum class Precision : uint8_t { EXACT, FAST };

struct PartKernels;

/// log₂ e
constexpr float LOG2_E = 1.44269504088896341f;

/// Sums and products are float32 throughout. The order of a sum depends on nothing but its length, so that a
/// row of results is the same to the bit whatever rows stand beside it.
struct Kernels {
  const char *name;
  /// Columns of a panel, as many as are multiplied at once, and rows that should be multiplied with it then:
  /// a first-level cache holds `rows` of some hundred numbers.
  int columns, rows;
  /// Columns of the narrower panel that `multiply` takes, too.
  int narrow_columns;

  /// Converts `count` numbers. `source` need not be aligned.
  void (*widen)(const void *source, Element type, float *target, int64_t count);

  /// Transposes up to `panel_columns` rows, a multiple of 8, of `length` numbers to a panel
  /// `[length][panel_columns]`; missing columns become 0.
  void (*pack)(const float *const *rows, int row_count, int64_t length, float *panel, int panel_columns);

  /// `c[i][j] = Σ x[i][k] · panel[k][j]` for `rows` rows and the first `columns_used` columns, or `+=` with
  /// `add`. Distances between rows count floats. `panel` may be any matrix whose rows can be read `columns`
  /// wide, or `narrow_columns` where no more are used.
  void (*multiply)(const float *x, int64_t x_stride, int64_t rows, const float *panel, int64_t panel_stride,
                   int64_t length, float *c, int64_t c_stride, int64_t columns_used, bool add);

  /// `x = cap · tanh(scale · x / cap)`, or `scale · x` with a cap of 0; −∞ where the mask's bit is set, 32
  /// bits a word. Returns the largest, −∞ for none; a NaN may be passed over. `count` is a multiple of 32.
  float (*scale_and_mask)(float *x, int64_t count, float scale, float cap, const uint32_t *mask);

  /// `x = exp(x − shift) · 2^(−exponent)`, 0 for −∞. The exponent is a whole number, and no result is larger
  /// than 1. `count` is a multiple of 32.
  void (*exponentials)(float *x, int64_t count, float shift, float exponent);

  /// `sums[i] += Σ x[i][k]` for `rows` rows of `count` numbers, one number after the other.
  void (*add_sums)(const float *x, int64_t stride, int64_t rows, int64_t count, float *sums);

  /// `target = gelu(gate) · up`, GELU in its tanh form.
  void (*gated_gelu)(const float *gate, const float *up, float *target, int64_t count);

  /// `target = silu(gate) · up`, SiLU being x / (1 + e^(−x)).
  void (*gated_silu)(const float *gate, const float *up, float *target, int64_t count);

  /// `Σ x²`.
  double (*square_sum)(const float *x, int64_t count);

  /// `target = x · factor · weights`.
  void (*scale_by)(const float *x, float factor, const float *weights, float *target, int64_t count);

  /// `x = x · factor`.
  void (*rescale)(float *x, int64_t count, float factor);

  /// Products of bfloat16 parts, to be used in the place of `pack` and `multiply` as the precision says; null
  /// where there are none.
  const PartKernels *parts;
  Precision precision;
};

/// The fastest set of a precision that this processor runs, or null; the same one for both where it has no
/// fast instructions. `LLAMA_REWARD_PREFILL=amx|avx512bf16|avx512|avx2|off` (on AArch64 `neon|off`) in the
/// environment names the most it may use, for measurements. Call it once, before other threads use llama.cpp.
/// Throws `std::invalid_argument` for another name.
const Kernels *choose_kernels(Precision precision);

const Kernels *avx2_kernels();
const Kernels *avx512_kernels();
const Kernels *neon_kernels();

} // namespace llama_reward::prefill
