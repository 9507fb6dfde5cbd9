#pragma once

#include <cstdint>

#include "symbols.h"

namespace llama_reward {

/// Positions of one sequence that a KV cache holds, both -1 for an empty one.
struct SequenceRange {
  int32_t first;
  int32_t last;
};

/// The sequences in the KV cache of a context. Belongs to the context, and lives as long.
class KvCache {
 public:
  KvCache(llama_memory_t memory, int32_t sliding_window) : memory_(memory), sliding_window_(sliding_window) {}

  SequenceRange range(int32_t sequence) const;
  /// First position that a sequence must still hold to go on at `next`: in a model with a sliding window
  /// llama.cpp may reuse cells that have left it, and then forgets everything before them.
  int32_t first_needed(int32_t next) const;
  /// Width of the attention window, 0 without one.
  int32_t sliding_window() const { return sliding_window_; }
  /// @throws NativeError INVALID_ARGUMENT unless `start` is where `to` ends
  void copy(int32_t from, int32_t to, int32_t start, int32_t end);
  /// @throws NativeError INVALID_ARGUMENT unless the end of the sequence goes too
  void remove(int32_t sequence, int32_t start, int32_t end);
  /// Drops every sequence. @param wipe also overwrites what the cells held with zeros: attention multiplies
  /// the cells of other sequences, and free ones, by zero, which NaN and infinity survive
  void clear(bool wipe);

 private:
  llama_memory_t memory_;
  int32_t sliding_window_;
};

} // namespace llama_reward
