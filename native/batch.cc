#include "batch.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "continuity.h"
#include "error.h"
#include "kv_cache.h"

namespace llama_reward {
namespace {

void check_length(const char *name, size_t length, size_t expected) {
  if (length != expected)
    refuse_batch(std::string(name) + " has " + std::to_string(length) + " entries, expected " +
                 std::to_string(expected));
}

void check_range(const char *name, size_t index, int32_t value, int32_t end) {
  if (value < 0 || value >= end)
    refuse_batch(element_name(name, index) + " is " + std::to_string(value) + ", expected 0 to " +
                 std::to_string(end - 1));
}

void check_arrays(const BatchArrays &batch, const BatchLimits &limits) {
  const size_t count = batch.tokens.size();
  if (count == 0)
    refuse_batch("The batch has no tokens");
  if (count > static_cast<size_t>(limits.max_tokens))
    refuse_batch("The batch has " + std::to_string(count) + " tokens, the context takes at most " +
                 std::to_string(limits.max_tokens) + " in one decode (batchSize)");
  check_length("positions", batch.positions.size(), count);
  check_length("sequenceOffsets", batch.sequence_offsets.size(), count + 1);
  check_length("sequenceIds", batch.sequence_ids.size(),
               static_cast<size_t>(std::max(0, batch.sequence_offsets.back())));
  for (size_t i = 0; i < count; i++)
    check_range("tokens", i, batch.tokens[i], limits.vocab_size);
  if (batch.sequence_offsets[0] != 0)
    refuse_batch("sequenceOffsets[0] is " + std::to_string(batch.sequence_offsets[0]) + ", expected 0");
  for (size_t i = 0; i < count; i++)
    if (batch.sequence_offsets[i + 1] <= batch.sequence_offsets[i])
      refuse_batch("Token " + std::to_string(i) + " belongs to no sequence: sequenceOffsets must increase");
  for (size_t i = 0; i < batch.sequence_ids.size(); i++)
    check_range("sequenceIds", i, batch.sequence_ids[i], limits.max_sequences);
  if (batch.outputs.size() > static_cast<size_t>(limits.max_outputs))
    refuse_batch("The batch wants " + std::to_string(batch.outputs.size()) +
                 " outputs, the context gives at most " + std::to_string(limits.max_outputs) +
                 " in one decode (maxOutputs)");
  for (size_t i = 0; i < batch.outputs.size(); i++) {
    check_range("outputs", i, batch.outputs[i], static_cast<int32_t>(count));
    if (i > 0 && batch.outputs[i] <= batch.outputs[i - 1])
      refuse_batch("outputs must ascend, but " + element_name("outputs", i) + " is " +
                   std::to_string(batch.outputs[i]) + " after " + std::to_string(batch.outputs[i - 1]));
  }
}

} // namespace

Batch::Batch(BatchArrays arrays, const BatchLimits &limits, const KvCache &cache)
    : arrays_(std::move(arrays)) {
  check_arrays(arrays_, limits);
  check_continuity(arrays_, limits.max_sequences, cache);

  const size_t count = arrays_.tokens.size();
  sequence_counts_.resize(count);
  sequence_pointers_.resize(count);
  for (size_t i = 0; i < count; i++) {
    sequence_counts_[i] = arrays_.sequence_offsets[i + 1] - arrays_.sequence_offsets[i];
    sequence_pointers_[i] = arrays_.sequence_ids.data() + arrays_.sequence_offsets[i];
  }
  is_output_.resize(count, 0);
  for (const int32_t index : arrays_.outputs)
    is_output_[static_cast<size_t>(index)] = 1;
}

llama_batch Batch::view() {
  llama_batch batch = {};
  batch.n_tokens = static_cast<int32_t>(arrays_.tokens.size());
  batch.token = arrays_.tokens.data();
  batch.pos = arrays_.positions.data();
  batch.n_seq_id = sequence_counts_.data();
  batch.seq_id = sequence_pointers_.data();
  batch.logits = is_output_.data();
  return batch;
}

void refuse_batch(const std::string &what) {
  throw NativeError("BATCH_INVALID", what + ".");
}

std::string element_name(const char *array, size_t index) {
  return std::string(array) + "[" + std::to_string(index) + "]";
}

} // namespace llama_reward
