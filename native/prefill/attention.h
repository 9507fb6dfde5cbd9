#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "attention_products.h"
#include "ggml.h"
#include "kernels.h"
#include "mask.h"

namespace llama_reward::prefill {

/// `GGML_OP_FLASH_ATTN_EXT`: softmax(scale · Q Kᵀ + mask) V with a running maximum, over blocks of cells, so
/// that no matrix of all scores is made and blocks that no token of a group sees are passed over. Sums
/// are float32. Sources: Dao et al., FlashAttention, arXiv:2205.14135; `ggml_compute_forward_flash_attn_ext`
/// for the operands.
///
/// By kernels of float32 a token's result does not depend, to the bit, on where its cells lie or what lies
/// between them: weights are e^score times a power of two, so that a new maximum scales sums without
/// rounding; sums go from cell to cell in the mask's order; and what is hidden adds 0.
class Attention {
 public:
  /// Whether a node is such an operation, in a form computed here.
  static bool takes(const ggml_tensor *node);
  /// What keys or values are really read: an f32 cache where llama.cpp casts it to f16 for its own kernels.
  static const ggml_tensor *uncast(const ggml_tensor *operand);

  Attention(const Kernels &kernels, const ggml_tensor *node, const Mask &mask);

  /// Floats that all threads share: keys and values of one layer in the order they are read, as far as they
  /// cannot be read as they are stored. Only blocks that some token sees are written.
  size_t shared_floats() const;
  /// Floats of working memory that each thread needs.
  size_t scratch_floats() const;

  /// First step: any number of threads, once each.
  void prepare(float *shared, float *scratch);
  /// Second step, when all threads have ended the first.
  void run(const float *shared, float *scratch);

 private:
  struct Group;
  void rescale(const Group &group, int64_t token, float largest) const;
  void prepare_block(int64_t kv_head, int64_t index, float *shared, float *scratch);
  void run_group(int64_t head, int64_t first_token, const float *shared, float *scratch) const;
  void add_blocks(const int64_t *indices, int64_t count, const Group &group) const;
  void add_careful(int64_t place, int64_t index, const CellBlock &block, const Group &group) const;

  int64_t product_floats() const;
  CellBlock block_of(const float *shared, int64_t kv_head, int64_t block) const;

  const Kernels &kernels_;
  const ggml_tensor *node_, *queries_;
  const Mask &mask_;
  std::unique_ptr<const AttentionProducts> products_;
  /// Whether weights are divided by powers of two: else by the largest of them, which no part of it rounds
  /// then.
  bool has_powers_;
  /// Whether weights are rounded to bfloat16 anyway.
  bool is_rough_;
  float scale_, cap_;
  int64_t value_width_, padded_value_width_, tokens_, heads_, kv_heads_, cells_, group_tokens_;
  /// Blocks, by KV head, with a value that is not finite: what no token may see must not reach it as 0 · ∞.
  std::vector<uint8_t> is_wild_;
  std::atomic<int64_t> next_block_{0};
  std::atomic<int64_t> next_group_{0};
};

} // namespace llama_reward::prefill
