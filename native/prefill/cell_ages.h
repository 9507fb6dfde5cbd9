#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "ggml-impl.h"

namespace llama_reward::prefill {

/// When each cell of a KV cache was last written. A sequence is decoded from its beginning on, so its cells
/// in the order of their ages are its tokens in order, wherever llama.cpp found room for them: sums over them
/// come out the same to the bit.
class CellAges {
 public:
  /// Takes note of what a graph will write.
  void note(const ggml_cgraph &graph);

  /// A cache's cells, the oldest first; empty where they lie in that order anyway.
  /// @param keys a layer's, as attention reads them
  std::vector<int32_t> order(const ggml_tensor *keys) const;

 private:
  /// By the stored tensor; 0: never written.
  std::map<const ggml_tensor *, std::vector<uint64_t>> ages_;
  uint64_t now_ = 0;
};

} // namespace llama_reward::prefill
