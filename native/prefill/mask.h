#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "ggml.h"

namespace llama_reward::prefill {

/// Cells of the KV cache that are looked at together.
constexpr int64_t BLOCK = 32;

/// An attention mask as bits: which cells a token must not see. Made once for all layers that share the mask.
class Mask {
 public:
  /// @param order all cells in the order in which they are looked at; empty for theirs
  explicit Mask(const ggml_tensor *mask, std::vector<int32_t> order = {});

  /// Works on blocks until none is left; any number of threads, once each. The rest may be called when all
  /// have returned.
  void run();

  int64_t block_count() const { return blocks_; }
  /// Whether some blocks' cells do not follow one another.
  bool is_ordered() const { return !order_.empty(); }
  /// A block's cells; null where they follow one another.
  const int32_t *cells(int64_t block) const;
  /// The first of them.
  int64_t first_cell(int64_t block) const;
  /// Set bits: cells of the block that the token must not see.
  uint32_t hidden(int64_t token, int64_t block) const {
    return words_[static_cast<size_t>((block * tokens_) + token)];
  }
  /// Whether some of the tokens sees some cell of the block.
  bool is_seen(int64_t first_token, int64_t token_count, int64_t block) const;
  bool is_seen(int64_t block) const { return seen_[static_cast<size_t>(block)] != 0; }

 private:
  const ggml_tensor *mask_;
  std::vector<int32_t> order_;
  int64_t tokens_, cells_, blocks_;
  std::vector<uint32_t> words_;
  std::vector<uint8_t> seen_;
  std::atomic<int64_t> next_{0};
};

} // namespace llama_reward::prefill
