// Compiled for AVX-512 F, BW, DQ, VL and BF16, and only called where the processor has them and AMX.

#include <immintrin.h>

#include "parts.h"
#include "tiles.inl"

namespace llama_reward::prefill {

#include "parts.inl"

#include "multiply_amx.inl"

namespace {

/// Of 16 blockings the best on a Xeon with 2 MB of second-level cache (bench/prefill/peak.cc). Sums are
/// loaded and stored once for each stretch, into rows far apart: 1,100 cycles, as much as the products of 600
/// numbers.
constexpr Blocking BLOCKING = {2048, 128};

constexpr PartKernels KERNELS = {BLOCKING, configure_tiles, release_tiles,     split, pack, interleave,
                                 multiply, add_sums,        rough_exponentials};

} // namespace

const PartKernels *amx_parts() {
  return request_tiles() ? &KERNELS : nullptr;
}

} // namespace llama_reward::prefill
