// Compiled for AVX-512 F, BW, DQ, VL and BF16, and only called where the processor has them.

#include <immintrin.h>

#include "parts.h"

namespace llama_reward::prefill {

#include "parts.inl"

#include "multiply_bf16.inl"

namespace {

constexpr PartKernels KERNELS = {USUAL_BLOCKING,    [] {}, [] {}, split, pack, interleave, multiply, add_sums,
                                 rough_exponentials};

} // namespace

const PartKernels *avx512_bf16_parts() {
  return &KERNELS;
}

} // namespace llama_reward::prefill
