#include "context_params.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "backend.h"
#include "error.h"
#include "model.h"

namespace llama_reward {
namespace {

// llama.cpp rounds the number of cells up to this (v0.5.0, llama_context::llama_context).
constexpr uint64_t CELL_PADDING = 256;

} // namespace

llama_context_params context_params(const Model &model, const ContextOptions &options) {
  llama_context_params params = api().llama_context_default_params();
  params.n_ctx = options.context_length;
  params.n_batch = options.batch_size;
  params.n_ubatch = options.ubatch_size;
  // With a unified cache sequence ids go to LLAMA_MAX_SEQ whatever this says, while buffers grow with it
  // (v0.5.0, llama_context::decode and ::output_reserve).
  params.n_seq_max = 1;
  params.kv_unified = true;
  params.n_outputs_max = std::min(options.max_outputs, options.batch_size);
  params.n_threads = options.threads;
  params.n_threads_batch = options.threads;
  params.pooling_type = LLAMA_POOLING_TYPE_NONE;
  params.attention_type = LLAMA_ATTENTION_TYPE_CAUSAL;
  params.flash_attn_type = options.flash_attention;
  // Flash attention rounds an f32 cache to f16 on the way (v0.5.0, llm_graph_context::build_attn_mha), so who
  // asks for f32 and leaves the choice open gets the exact kernel.
  if (options.kv_type == GGML_TYPE_F32 && options.flash_attention == LLAMA_FLASH_ATTN_TYPE_AUTO)
    params.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_DISABLED;
  // The prefill backend's attention reads an f32 cache as it is; llama.cpp would not choose it by itself.
  if (model.info().is_prefilled && options.flash_attention == LLAMA_FLASH_ATTN_TYPE_AUTO)
    params.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_ENABLED;
  params.type_k = options.kv_type;
  params.type_v = options.kv_type;
  params.embeddings = false;
  params.offload_kqv = true;
  params.no_perf = true;
  // A prefix can only be shared while all its cells exist, also those outside the attention window.
  params.swa_full = true;
  // Layers on the CPU borrow the GPU for large batches: their weights visit it one by one. With every layer
  // there already nothing may move: a language-model head that visits alone is a part of the graph that the
  // capture can no longer stop.
  params.op_offload = model.gpu_layers() < model.info().layer_count;
  return params;
}

uint64_t kv_bytes(const Model &model, const ContextOptions &options) {
  const uint64_t cells = (options.context_length + CELL_PADDING - 1) / CELL_PADDING * CELL_PADDING;
  const uint64_t element = options.kv_type == GGML_TYPE_F32 ? 4 : 2;
  return cells * model.info().kv_elements_per_cell * element;
}

void check_memory(const Model &model, const ContextOptions &options) {
  const uint64_t bytes = kv_bytes(model, options);
  if (options.max_kv_bytes == 0 || bytes <= options.max_kv_bytes)
    return;
  throw NativeError("OUT_OF_MEMORY", "A KV cache of " + std::to_string(options.context_length) +
                                         " tokens takes " + mebibytes(bytes) + ", but only " +
                                         mebibytes(options.max_kv_bytes) +
                                         " are available. Use a shorter context, or kv type f16.")
      .with("neededBytes", static_cast<double>(bytes))
      .with("availableBytes", static_cast<double>(options.max_kv_bytes));
}

std::string mebibytes(uint64_t bytes) {
  return std::to_string((bytes + (1 << 20) - 1) >> 20) + " MiB";
}

} // namespace llama_reward
