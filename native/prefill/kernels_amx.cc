// Compiled for AVX-512 F, BW, DQ, VL and BF16, and only called where the processor has them and AMX.

#include <immintrin.h>

#include "parts.h"
#include "tiles.inl"

namespace llama_reward::prefill {

#include "parts.inl"

#include "multiply_amx.inl"

namespace {

/// Of 16 blockings the best on a Xeon with 2 MB of second-level cache (bench/prefill/peak.cc, activations in
/// two parts): float32 results from bfloat16 weights results from bfloat16 weights at 42 % of the tiles' peak
/// instead of the 31 % of half as long and half as many; from float16 54 instead of 46.
constexpr Blocking BLOCKING = {1024, 256};

constexpr PartKernels KERNELS = {BLOCKING, configure_tiles, release_tiles, split,
                                 pack,     interleave,      multiply,      add_sums};

} // namespace

const PartKernels *amx_parts() {
  return request_tiles() ? &KERNELS : nullptr;
}

} // namespace llama_reward::prefill
