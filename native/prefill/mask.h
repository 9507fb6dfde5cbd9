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
  explicit Mask(const ggml_tensor *mask);

  /// Works on blocks until none is left; any number of threads, once each. The rest may be called when all
  /// have returned.
  void run();

  int64_t block_count() const { return blocks_; }
  /// Set bits: cells of the block that the token must not see.
  uint32_t hidden(int64_t token, int64_t block) const {
    return words_[static_cast<size_t>((block * tokens_) + token)];
  }
  /// Whether some of the tokens sees some cell of the block.
  bool is_seen(int64_t first_token, int64_t token_count, int64_t block) const;
  bool is_seen(int64_t block) const { return seen_[static_cast<size_t>(block)] != 0; }

 private:
  const ggml_tensor *mask_;
  int64_t tokens_, cells_, blocks_;
  std::vector<uint32_t> words_;
  std::vector<uint8_t> seen_;
  std::atomic<int64_t> next_{0};
};

} // namespace llama_reward::prefill
