#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "kv_cache.h"
#include "symbols.h"

namespace llama_reward {

/// The arrays of one decode as JavaScript gave them; meaning in lib/score/native/native-addon.ts.
struct BatchArrays {
  std::vector<int32_t> tokens;
  std::vector<int32_t> positions;
  std::vector<int32_t> sequence_offsets;
  std::vector<int32_t> sequence_ids;
  std::vector<int32_t> outputs;
};

/// What a batch may contain in one particular context.
struct BatchLimits {
  int32_t vocab_size;
  int32_t max_tokens;
  int32_t max_outputs;
  int32_t max_sequences;
};

/// A batch that llama.cpp accepts: everything that would trip a GGML_ASSERT (which aborts the process) or
/// make `llama_decode` answer -1 without a reason is refused first, with the values.
class Batch {
 public:
  /// @throws NativeError BATCH_INVALID
  Batch(BatchArrays arrays, const BatchLimits &limits, const KvCache &cache);

  /// Valid as long as this object.
  llama_batch view();
  const std::vector<int32_t> &outputs() const { return arrays_.outputs; }

 private:
  BatchArrays arrays_;
  std::vector<int32_t> sequence_counts_;
  std::vector<llama_seq_id *> sequence_pointers_;
  std::vector<int8_t> is_output_;
};

/// @throws NativeError BATCH_INVALID
[[noreturn]] void refuse_batch(const std::string &what);

/// An element in a message: `tokens[3]`.
std::string element_name(const char *array, size_t index);

} // namespace llama_reward
