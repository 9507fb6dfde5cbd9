// Compiled for AVX-512 F, BW, DQ, VL and BF16, and only called where the processor has them and AMX.

#include <immintrin.h>

#include "parts.h"
#include "tiles.inl"

namespace llama_reward::prefill {

#include "parts.inl"

#include "multiply_amx.inl"

namespace {

constexpr PartKernels KERNELS = {configure_tiles, release_tiles, split, pack, interleave, multiply};

} // namespace

const PartKernels *amx_parts() {
  return request_tiles() ? &KERNELS : nullptr;
}

} // namespace llama_reward::prefill
