#pragma once

// Products of numbers that are cut into bfloat16 parts: x = x₀ + x₁ + …, each part the rest rounded to
// bfloat16. Processors multiply those several times as fast as float32, and sum in float32. One part is what
// a bfloat16 run of a model computes with; two leave a relative error of 2⁻¹⁷, three are float32's whole 24
// bits. Nothing here knows of ggml.

#include <cstdint>

#include "kernels.h"

namespace llama_reward::prefill {

/// Numbers that are multiplied in one step of a sum.
constexpr int64_t PART_STEP = 32;
/// Rows of activations, and columns of a panel, that are multiplied together.
constexpr int64_t PART_ROWS = 32;
/// Numbers of one part of a step, for that many rows or columns: two halves of 16.
constexpr int64_t PART_UNIT = PART_STEP * PART_ROWS;

/// How many parts the factors of a product have, and which of their products are summed: those of part i with
/// part j where i + j < depth.
struct Parts {
  int x;
  int weights;
  int depth;
};

/// How a product is cut: what is unpacked of the weights at once stays in the second-level cache.
struct Blocking {
  /// Numbers of a row. A multiple of the blocks of all quantized types.
  int64_t stretch;
  /// Rows of a task, about and at most: what lies beside them in that cache are the activations.
  int64_t rows;
};

/// For 1 MB of that cache.
constexpr Blocking USUAL_BLOCKING = {512, 128};

/// The products. Both factors lie as `[steps][parts][2][512]` bfloat16 numbers, aligned to 64 bytes: of
/// activations 16 rows of 32; of panels 16 pairs along the sum, of 16 columns each.
struct PartKernels {
  /// How much of the weights is unpacked at once.
  Blocking blocking;

  /// What a thread calls before it multiplies, and after.
  void (*begin)();
  void (*end)();

  /// Cuts up to 16 rows to parts; missing rows, and what a row lacks of its last step, become 0. `target` is
  /// the half that the rows stand in.
  void (*split)(const float *const *rows, int64_t row_count, int64_t length, int parts, uint16_t *target);

  /// Cuts up to 32 rows of `length` numbers to parts and transposes them to a panel; missing ones become 0.
  /// Rows need not be aligned.
  void (*pack)(const void *const *rows, Element type, int64_t row_count, int64_t length, int parts,
               uint16_t *panel);

  /// Cuts up to 32 rows of `columns` ≤ 32 numbers to parts as they stand: a panel for sums over the rows.
  void (*interleave)(const float *const *rows, int64_t row_count, int64_t columns, int parts,
                     uint16_t *panel);

  /// `c[i][j] = Σ x[i][k] · panel[k][j]`, or `+=` with `add`, for `rows` ≤ 32 and `columns` ≤ 32; the panel
  /// comes in `run_count` pieces of `run_steps` steps each. The distance between rows of `c` counts floats.
  void (*multiply)(const uint16_t *x, const uint16_t *const *panels, int64_t run_count, int64_t run_steps,
                   Parts parts, int64_t rows, float *c, int64_t c_stride, int64_t columns, bool add);

  /// In the place of `Kernels::add_sums`, whose order has no use beside products of neighbouring cells.
  /// `count` is a multiple of 32.
  void (*add_sums)(const float *x, int64_t stride, int64_t rows, int64_t count, float *sums);

  /// `x = exp(x − shift)`, 0 for −∞, off by up to 1e-5 of the value: of no account beside weights that are
  /// rounded to bfloat16. No result is larger than about 1. `count` is a multiple of 32.
  void (*rough_exponentials)(float *x, int64_t count, float shift);
};

/// Null where the processor or the operating system has no tiles for this process.
const PartKernels *amx_parts();
const PartKernels *avx512_bf16_parts();

} // namespace llama_reward::prefill
