#pragma once

#include <cstdint>

#include "batch.h"
#include "kv_cache.h"

namespace llama_reward {

/// Checks that every sequence of a batch goes on exactly where the cache ends. llama.cpp asks the same
/// (v0.5.0, llama_batch_allocr::init), except that it would let an empty sequence start anywhere: a hidden
/// state without its beginning is a wrong reward.
/// @param batch arrays that fit each other, with sequences from 0 to `max_sequences` - 1
/// @throws NativeError BATCH_INVALID
void check_continuity(const BatchArrays &batch, int32_t max_sequences, const KvCache &cache);

} // namespace llama_reward
