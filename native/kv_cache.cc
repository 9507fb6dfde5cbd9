#include "kv_cache.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "backend.h"
#include "error.h"

namespace llama_reward {

SequenceRange KvCache::range(int32_t sequence) const {
  return {api().llama_memory_seq_pos_min(memory_, sequence),
          api().llama_memory_seq_pos_max(memory_, sequence)};
}

int32_t KvCache::first_needed(int32_t next) const {
  return sliding_window_ > 0 ? std::max(0, next - sliding_window_ + 1) : 0;
}

void KvCache::copy(int32_t from, int32_t to, int32_t start, int32_t end) {
  const int32_t next = range(to).last + 1;
  if (from == to || start != next)
    throw NativeError("INVALID_ARGUMENT",
                      "Sequence " + std::to_string(to) + " goes on at position " + std::to_string(next) +
                          ", so it cannot take positions of sequence " + std::to_string(from) + " from " +
                          std::to_string(start) + " on: a sequence never has holes.");
  const auto [first, last] = range(from);
  const int32_t copied_end = end < 0 ? last + 1 : std::min(end, last + 1);
  if (first > first_needed(copied_end))
    throw NativeError("INVALID_ARGUMENT", "Sequence " + std::to_string(from) + " lost the positions before " +
                                              std::to_string(first) + ", so it cannot be copied up to " +
                                              std::to_string(copied_end) + ". Decode that sequence again.");
  api().llama_memory_seq_cp(memory_, from, to, start, end);
}

void KvCache::remove(int32_t sequence, int32_t start, int32_t end) {
  const int32_t last = range(sequence).last;
  if (end >= 0 && end <= last)
    throw NativeError("INVALID_ARGUMENT", "Sequence " + std::to_string(sequence) + " ends at position " +
                                              std::to_string(last) + ", so removing only up to " +
                                              std::to_string(end) + " would leave it without its beginning.");
  api().llama_memory_seq_rm(memory_, sequence, start, end);
  // The range is that of the layers with a sliding window. When they have lost everything before `start`, the
  // others still hold it: drop that too, so that an empty sequence is empty everywhere.
  if (range(sequence).last < 0)
    api().llama_memory_seq_rm(memory_, sequence, 0, -1);
}

void KvCache::clear(bool wipe) {
  api().llama_memory_clear(memory_, wipe);
}

} // namespace llama_reward
