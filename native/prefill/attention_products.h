#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "ggml.h"
#include "kernels.h"
#include "mask.h"

namespace llama_reward::prefill {

/// Blocks of cells whose scores are held at once.
constexpr int64_t HELD_BLOCKS = 16;

/// Up to `BLOCK` cells of one head of keys and values, and what is kept of them for the products.
struct CellBlock {
  int64_t kv_head, first, count;
  /// Null where they follow the first.
  const int32_t *cells;
  float *copy;
};

/// Rows of float32: queries, weights.
struct FloatRows {
  const float *data;
  int64_t stride, count;
};

/// The two products of attention, queries with keys and weights with values, over blocks of cells. Immutable,
/// so that any number of threads may use it, each with working memory of its own, aligned to 64 bytes.
class AttentionProducts {
 public:
  /// @param is_ordered whether there are blocks whose cells do not follow one another
  static std::unique_ptr<const AttentionProducts> make(const Kernels &kernels, const ggml_tensor *keys,
                                                       const ggml_tensor *values, bool is_ordered);
  virtual ~AttentionProducts() = default;
  AttentionProducts(const AttentionProducts &) = delete;
  AttentionProducts &operator=(const AttentionProducts &) = delete;

  /// Tokens that are best multiplied together.
  virtual int64_t group_tokens() const = 0;
  /// Floats that the copy of a block takes, and working memory a thread.
  virtual int64_t copy_floats() const = 0;
  virtual int64_t scratch_floats() const = 0;

  /// Copies what the products read of a block and cannot read where it is.
  virtual void copy(const CellBlock &block, float *scratch) const = 0;
  /// A block's values as float32, `[count][value width]`.
  virtual FloatRows values(const CellBlock &block, float *scratch) const = 0;

  /// Whether one of them is infinite or no number.
  bool has_wild_values(const CellBlock &block, float *scratch) const;
  /// One of them.
  float value_at(const CellBlock &block, int64_t cell, int64_t index) const;

  /// What a thread calls around its products.
  virtual void begin() const {}
  virtual void end() const {}

  /// What a group of queries needs before they are multiplied.
  virtual void take_queries(const FloatRows & /*queries*/, float * /*scratch*/) const {}
  /// `scores[query][cell] = query · key` for `BLOCK` cells; those beyond the block's are to be hidden.
  virtual void multiply_keys(const FloatRows &queries, const CellBlock &block, float *scores,
                             int64_t scores_stride, float *scratch) const = 0;

  /// `block_count` blocks' weights side by side, before they are multiplied.
  virtual void take_weights(const FloatRows & /*weights*/, int64_t /*block_count*/,
                            float * /*scratch*/) const {}
  /// `output[token] += Σ weight · value` over `count` of those blocks from the one at `first`. Rows of
  /// `output` have whole panels.
  virtual void add_values(const FloatRows &weights, const CellBlock *blocks, int64_t first, int64_t count,
                          float *output, int64_t output_stride, float *scratch) const = 0;

 protected:
  AttentionProducts(const Kernels &kernels, const ggml_tensor *keys, const ggml_tensor *values);

  const void *key(const CellBlock &block, int64_t cell) const;
  const void *value(const CellBlock &block, int64_t cell) const;
  /// Whether values can be read where they are.
  bool are_floats_in_place(const CellBlock &block) const {
    return value_type_ == Element::F32 && block.cells == nullptr;
  }
  FloatRows values_in_place(const CellBlock &block) const;

  const Kernels &kernels_;
  const ggml_tensor *keys_, *values_;
  Element key_type_, value_type_;
  int64_t width_, value_width_;
};

} // namespace llama_reward::prefill
