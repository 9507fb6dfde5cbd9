#pragma once

#include <cstdint>
#include <vector>

#include "symbols.h"

namespace llama_reward {

/// The arrays of one decode as JavaScript gave them; meaning in lib/score/native/types.ts.
struct BatchArrays {
  std::vector<int32_t> tokens;
  std::vector<int32_t> positions;
  std::vector<int32_t> sequence_offsets;
  std::vector<int32_t> sequence_ids;
  std::vector<int32_t> outputs;
};

/// First position that a sequence must still hold to go on at `next`: in a model with a sliding window
/// llama.cpp may reuse cells that have left it, and then forgets everything before them.
int32_t first_needed_position(int32_t next, int32_t sliding_window);

/// What a batch may contain in one particular context.
struct BatchLimits {
  int32_t vocab_size;
  int32_t max_tokens;
  int32_t max_outputs;
  int32_t max_sequences;
  /// Width of the attention window, 0 without one.
  int32_t sliding_window;
};

/// A batch that llama.cpp accepts: everything that would trip a GGML_ASSERT (which aborts the process) or
/// make `llama_decode` answer -1 without a reason is refused first, with the values.
class Batch {
 public:
  /// @throws NativeError BATCH_INVALID
  Batch(BatchArrays arrays, const BatchLimits &limits, llama_memory_t memory);

  /// Valid as long as this object.
  llama_batch view();
  size_t output_count() const { return arrays_.outputs.size(); }
  const std::vector<int32_t> &outputs() const { return arrays_.outputs; }

 private:
  BatchArrays arrays_;
  std::vector<int32_t> sequence_counts_;
  std::vector<llama_seq_id *> sequence_pointers_;
  std::vector<int8_t> is_output_;
};

} // namespace llama_reward
