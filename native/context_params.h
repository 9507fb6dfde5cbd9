#pragma once

#include <cstdint>
#include <string>

#include "model.h"
#include "symbols.h"

namespace llama_reward {

struct ContextOptions {
  uint32_t context_length;
  uint32_t batch_size;
  uint32_t ubatch_size;
  uint32_t max_outputs;
  int32_t threads;
  ggml_type kv_type;
  llama_flash_attn_type flash_attention;
  /// Most bytes the KV cache may take; 0 for no limit.
  uint64_t max_kv_bytes;
};

/// llama.cpp's parameters for scoring with a model.
llama_context_params context_params(const Model &model, const ContextOptions &options);

/// Bytes that the KV cache takes.
uint64_t kv_bytes(const Model &model, const ContextOptions &options);

/// An operating system that promises memory it does not have kills the process later instead of refusing now,
/// so a cache that cannot fit is refused by its size. @throws NativeError OUT_OF_MEMORY
void check_memory(const Model &model, const ContextOptions &options);

/// Bytes as a text for messages, rounded up.
std::string mebibytes(uint64_t bytes);

} // namespace llama_reward
