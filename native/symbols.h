#pragma once

// llama.cpp headers, declarations only: nothing of them is linked. Each function the addon calls is listed
// here once and resolved at run time, because library names differ per variant and Windows has no import
// library.

#include "llama.h"

// clang-format off

/// Functions of libggml-base: tensors, graphs, backends, buffers, GGUF headers.
#define LLAMA_REWARD_GGML_BASE_SYMBOLS(X) \
  X(ggml_init) X(ggml_free) X(ggml_tensor_overhead) X(ggml_graph_overhead) \
  X(ggml_new_tensor_2d) X(ggml_view_2d) X(ggml_mul_mat) X(ggml_new_graph) X(ggml_build_forward_expand) \
  X(ggml_backend_tensor_get) X(ggml_backend_tensor_set) \
  X(ggml_backend_alloc_ctx_tensors_from_buft) X(ggml_backend_cpu_buffer_type) X(ggml_backend_buffer_free) \
  X(ggml_backend_graph_compute) X(ggml_backend_free) \
  X(ggml_backend_graph_plan_create) X(ggml_backend_graph_plan_compute) X(ggml_backend_graph_plan_free) \
  X(ggml_backend_dev_name) X(ggml_backend_dev_description) X(ggml_backend_dev_memory) X(ggml_backend_dev_type) \
  X(ggml_backend_dev_backend_reg) X(ggml_backend_dev_init) X(ggml_backend_dev_supports_op) X(ggml_backend_dev_supports_buft) \
  X(ggml_backend_cpu_buffer_from_ptr) X(ggml_get_type_traits) X(ggml_threadpool_params_default) \
  X(ggml_backend_reg_name) X(ggml_backend_reg_dev_count) X(ggml_backend_reg_get_proc_address) \
  X(gguf_init_from_file) X(gguf_free) X(gguf_get_data_offset) X(gguf_get_n_tensors) X(gguf_get_tensor_offset) \
  X(gguf_get_tensor_size) X(gguf_get_tensor_name) X(gguf_get_tensor_type) X(gguf_get_n_kv) X(gguf_get_key) X(gguf_find_key) X(gguf_get_kv_type) X(gguf_get_arr_type) X(gguf_get_arr_n) \
  X(gguf_get_arr_str) X(gguf_get_arr_data) X(gguf_get_val_str) X(gguf_get_val_u32)

/// Functions of libggml: the registry of backends.
#define LLAMA_REWARD_GGML_SYMBOLS(X) \
  X(ggml_backend_load) X(ggml_backend_load_all_from_path) X(ggml_backend_register) \
  X(ggml_backend_reg_count) X(ggml_backend_reg_get) X(ggml_backend_reg_by_name) \
  X(ggml_backend_dev_count) X(ggml_backend_dev_get) X(ggml_backend_dev_by_type)

/// Functions of libllama; `llama_synchronize` and `llama_get_embeddings_ith` are for bench/native alone.
#define LLAMA_REWARD_LLAMA_SYMBOLS(X) \
  X(llama_log_set) X(llama_backend_init) X(llama_max_parallel_sequences) X(llama_max_devices) \
  X(llama_model_default_params) X(llama_context_default_params) X(llama_model_quantize_default_params) \
  X(llama_model_load_from_file) X(llama_model_free) X(llama_model_quantize) \
  X(llama_init_from_model) X(llama_free) \
  X(llama_model_get_vocab) X(llama_model_n_ctx_train) X(llama_model_n_embd) X(llama_model_n_layer) \
  X(llama_model_n_head) X(llama_model_n_head_kv) X(llama_model_n_swa) X(llama_model_n_params) X(llama_model_size) \
  X(llama_model_desc) X(llama_model_meta_val_str) \
  X(llama_model_has_encoder) X(llama_model_is_recurrent) X(llama_model_is_hybrid) \
  X(llama_vocab_n_tokens) X(llama_vocab_type) X(llama_vocab_get_text) X(llama_vocab_get_attr) X(llama_tokenize) \
  X(llama_n_ctx) X(llama_n_batch) X(llama_n_ubatch) \
  X(llama_get_memory) X(llama_memory_seq_cp) X(llama_memory_seq_rm) X(llama_memory_clear) \
  X(llama_memory_seq_pos_min) X(llama_memory_seq_pos_max) \
  X(llama_decode) X(llama_synchronize) X(llama_get_embeddings_ith)

// clang-format on

namespace llama_reward {

/// llama.cpp's functions, each under its own name.
struct Symbols {
// NOLINTNEXTLINE(bugprone-macro-parentheses): what is declared cannot be in parentheses.
#define LLAMA_REWARD_DECLARE(name) decltype(&::name) name = nullptr;
  LLAMA_REWARD_GGML_BASE_SYMBOLS(LLAMA_REWARD_DECLARE)
  LLAMA_REWARD_GGML_SYMBOLS(LLAMA_REWARD_DECLARE)
  LLAMA_REWARD_LLAMA_SYMBOLS(LLAMA_REWARD_DECLARE)
#undef LLAMA_REWARD_DECLARE
};

} // namespace llama_reward
