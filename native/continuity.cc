#include "continuity.h"
#include "batch.h"
#include "kv_cache.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace llama_reward {
namespace {

/// Where a sequence stands.
struct Extent {
  bool known = false;
  SequenceRange held{-1, -1};
  /// Position that the sequence's next token in this batch must have.
  int32_t next = 0;
};

class ContinuityCheck {
 public:
  ContinuityCheck(const BatchArrays &batch, int32_t max_sequences, const KvCache &cache)
      : batch_(batch), cache_(cache), extents_(static_cast<size_t>(max_sequences)) {}

  void run() {
    for (size_t i = 0; i < batch_.tokens.size(); i++) {
      const auto begin = static_cast<size_t>(batch_.sequence_offsets[i]);
      const auto end = static_cast<size_t>(batch_.sequence_offsets[i + 1]);
      const int32_t first_sequence = batch_.sequence_ids[begin];
      for (size_t k = begin; k < end; k++) {
        check_token(i, batch_.sequence_ids[k]);
        if (k > begin)
          check_shared(i, first_sequence, batch_.sequence_ids[k]);
      }
    }
  }

 private:
  Extent &extent(int32_t sequence) {
    Extent &extent = extents_[static_cast<size_t>(sequence)];
    if (!extent.known) {
      extent.known = true;
      extent.held = cache_.range(sequence);
      extent.next = extent.held.last + 1;
      check_window(sequence, extent);
    }
    return extent;
  }

  // A second entry of one sequence in a token's list fails here too: its position was just taken.
  void check_token(size_t index, int32_t sequence) {
    Extent &state = extent(sequence);
    if (batch_.positions[index] != state.next)
      refuse_batch(element_name("positions", index) + " is " + std::to_string(batch_.positions[index]) +
                   ", but sequence " + std::to_string(sequence) + " goes on at " +
                   std::to_string(state.next));
    state.next++;
  }

  void check_shared(size_t index, int32_t a, int32_t b) {
    const Extent &first = extent(a);
    const Extent &second = extent(b);
    if (first.held.first != second.held.first || first.held.last != second.held.last)
      refuse_batch("Token " + std::to_string(index) + " is shared by sequences " + std::to_string(a) +
                   " and " + std::to_string(b) + ", which hold different positions in the KV cache: " +
                   std::to_string(first.held.first) + " to " + std::to_string(first.held.last) + " and " +
                   std::to_string(second.held.first) + " to " + std::to_string(second.held.last));
  }

  // After a sequence is shortened (`removeSequence`), tokens inside the window of its new end may be gone:
  // the next hidden state would be wrong without a word.
  void check_window(int32_t sequence, const Extent &state) const {
    const int32_t needed = cache_.first_needed(state.next);
    if (state.held.last >= 0 && state.held.first > needed)
      refuse_batch("Sequence " + std::to_string(sequence) + " lost positions " + std::to_string(needed) +
                   " to " + std::to_string(state.held.first - 1) + ", which its sliding window of " +
                   std::to_string(cache_.sliding_window()) +
                   " still needs. Remove the sequence and decode it again");
  }

  const BatchArrays &batch_;
  const KvCache &cache_;
  std::vector<Extent> extents_;
};

} // namespace

void check_continuity(const BatchArrays &batch, int32_t max_sequences, const KvCache &cache) {
  ContinuityCheck(batch, max_sequences, cache).run();
}

} // namespace llama_reward
