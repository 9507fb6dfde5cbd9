#include "context.h"

#include <algorithm>
#include <string>

#include "backend.h"
#include "error.h"
#include "log.h"

namespace llama_reward {
namespace {

// llama.cpp rounds the number of cells up to this (v0.5.0, llama_context::llama_context).
constexpr uint64_t CELL_PADDING = 256;

uint64_t kv_bytes(const Model &model, const ContextOptions &options) {
  const uint64_t cells = (options.context_length + CELL_PADDING - 1) / CELL_PADDING * CELL_PADDING;
  const uint64_t element = options.kv_type == GGML_TYPE_F32 ? 4 : 2;
  return cells * model.info().kv_elements_per_cell * element;
}

std::string mebibytes(uint64_t bytes) {
  return std::to_string((bytes + (1 << 20) - 1) >> 20) + " MiB";
}

/// An operating system that promises memory it does not have kills the process later instead of refusing now,
/// so a cache that cannot fit is refused by its size.
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

void check_supported(const Model &model) {
  const char *reason = nullptr;
  if (model.is_vocab_only())
    throw NativeError("INVALID_ARGUMENT", "A model loaded with vocabOnly has no weights. Load it without.");
  if (api().llama_model_has_encoder(model.get()))
    reason = "it has an encoder";
  else if (api().llama_model_is_recurrent(model.get()) || api().llama_model_is_hybrid(model.get()))
    reason = "it keeps a recurrent state instead of a KV cache";
  if (reason != nullptr)
    throw NativeError("CONTEXT_FAILED",
                      "Architecture " + model.info().architecture + " cannot be scored: " + reason + ".");
}

} // namespace

std::shared_ptr<Context> Context::create(std::shared_ptr<Model> model, const ContextOptions &options) {
  check_supported(*model);
  check_memory(*model, options);
  std::shared_ptr<Context> context(new Context(std::move(model), options));
  context->open();
  return context;
}

Context::Context(std::shared_ptr<Model> model, const ContextOptions &options)
    : model_(std::move(model)), options_(options), capture_(model_->info().hidden_size) {}

void Context::open() {
  llama_context_params params = api().llama_context_default_params();
  params.n_ctx = options_.context_length;
  params.n_batch = options_.batch_size;
  params.n_ubatch = options_.ubatch_size;
  // With a unified cache sequence ids go to LLAMA_MAX_SEQ whatever this says, while buffers grow with it
  // (v0.5.0, llama_context::decode and ::output_reserve).
  params.n_seq_max = 1;
  params.kv_unified = true;
  params.n_outputs_max = options_.embeddings ? 0 : std::min(options_.max_outputs, options_.batch_size);
  params.n_threads = options_.threads;
  params.n_threads_batch = options_.threads;
  params.pooling_type = LLAMA_POOLING_TYPE_NONE;
  params.attention_type = LLAMA_ATTENTION_TYPE_CAUSAL;
  params.flash_attn_type = options_.flash_attention;
  // Flash attention rounds an f32 cache to f16 on the way (v0.5.0, llm_graph_context::build_attn_mha), so who
  // asks for f32 and leaves the choice open gets the exact kernel.
  if (options_.kv_type == GGML_TYPE_F32 && options_.flash_attention == LLAMA_FLASH_ATTN_TYPE_AUTO)
    params.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_DISABLED;
  params.type_k = options_.kv_type;
  params.type_v = options_.kv_type;
  params.embeddings = options_.embeddings;
  params.offload_kqv = true;
  params.no_perf = true;
  // A prefix can only be shared while all its cells exist, also those outside the attention window.
  params.swa_full = true;
  // Layers on the CPU borrow the GPU for large batches: their weights visit it one by one. With every layer
  // there already nothing may move: a language-model head that visits alone is a part of the graph that the
  // capture can no longer stop.
  params.op_offload = model_->gpu_layers() < model_->info().layer_count;
  if (!options_.embeddings && !options_.bare) {
    params.cb_eval = Capture::on_node;
    params.cb_eval_user_data = &capture_;
  }

  LogScope log;
  context_ = api().llama_init_from_model(model_->get(), params);
  if (context_ == nullptr) {
    throw NativeError(log.is_out_of_memory() ? "OUT_OF_MEMORY" : "CONTEXT_FAILED",
                      "llama.cpp cannot make a context of " + std::to_string(options_.context_length) +
                          " tokens (KV cache " + mebibytes(kv_bytes(*model_, options_)) + "): " +
                          log.summary() + ". Try a shorter context, a smaller batch, or fewer GPU layers.")
        .with("neededBytes", static_cast<double>(kv_bytes(*model_, options_)))
        .with_log(log.lines());
  }
  memory_ = api().llama_get_memory(context_);
  if (memory_ == nullptr)
    throw NativeError("CONTEXT_FAILED", "Architecture " + model_->info().architecture +
                                            " cannot be scored: it has no KV cache.");
  info_.context_length = api().llama_n_ctx(context_);
  info_.batch_size = api().llama_n_batch(context_);
  info_.ubatch_size = api().llama_n_ubatch(context_);
  info_.max_outputs =
      options_.embeddings ? info_.batch_size : std::min(options_.max_outputs, info_.batch_size);
  info_.max_sequences = static_cast<uint32_t>(api().llama_max_parallel_sequences());
  info_.threads = options_.threads;
}

Context::~Context() {
  if (context_ != nullptr)
    api().llama_free(context_);
}

void Context::wait_until_idle() {
  std::unique_lock<std::mutex> lock(mutex_);
  idle_.wait(lock, [this] { return !is_busy_; });
}

std::vector<float> Context::decode(BatchArrays arrays) {
  const BatchLimits limits{model_->info().vocab_size, static_cast<int32_t>(info_.batch_size),
                           static_cast<int32_t>(info_.max_outputs), static_cast<int32_t>(info_.max_sequences),
                           model_->info().sliding_window};
  Batch batch(std::move(arrays), limits, memory_);

  LogScope log;
  capture_.start(batch.output_count());
  const int32_t status = api().llama_decode(context_, batch.view());
  if (status == 1)
    throw NativeError("KV_CACHE_FULL", "The KV cache of " + std::to_string(info_.context_length) +
                                           " cells has no room for " + std::to_string(batch.view().n_tokens) +
                                           " more tokens. Remove sequences, or use a longer context.")
        .with("status", status);
  if (status != 0)
    throw NativeError(status == -1 ? "BATCH_INVALID" : "DECODE_FAILED",
                      "llama.cpp could not compute the batch (status " + std::to_string(status) +
                          "): " + log.summary() + ". The context's sequences are undefined now: clear it.")
        .with("status", status)
        .with_log(log.lines());
  if (options_.embeddings)
    return embedding_rows(batch);
  if (options_.bare) {
    api().llama_synchronize(context_);
    return {};
  }
  return capture_.finish();
}

std::vector<float> Context::embedding_rows(const Batch &batch) {
  const auto width = static_cast<size_t>(model_->info().hidden_size);
  std::vector<float> rows;
  rows.reserve(batch.output_count() * width);
  for (const int32_t index : batch.outputs()) {
    const float *row = api().llama_get_embeddings_ith(context_, index);
    if (row == nullptr)
      throw NativeError("DECODE_FAILED",
                        "llama.cpp gave no embedding for token " + std::to_string(index) + ".");
    rows.insert(rows.end(), row, row + width);
  }
  return rows;
}

void Context::copy_sequence(int32_t from, int32_t to, int32_t start, int32_t end) {
  const int32_t next = sequence_range(to).second + 1;
  if (from == to || start != next)
    throw NativeError("INVALID_ARGUMENT",
                      "Sequence " + std::to_string(to) + " goes on at position " + std::to_string(next) +
                          ", so it cannot take positions of sequence " + std::to_string(from) + " from " +
                          std::to_string(start) + " on: a sequence never has holes.");
  const auto [first, last] = sequence_range(from);
  const int32_t copied_end = end < 0 ? last + 1 : std::min(end, last + 1);
  if (first > first_needed_position(copied_end, model_->info().sliding_window))
    throw NativeError("INVALID_ARGUMENT", "Sequence " + std::to_string(from) + " lost the positions before " +
                                              std::to_string(first) + ", so it cannot be copied up to " +
                                              std::to_string(copied_end) + ". Decode that sequence again.");
  api().llama_memory_seq_cp(memory_, from, to, start, end);
}

void Context::remove_sequence(int32_t sequence, int32_t start, int32_t end) {
  const int32_t last = sequence_range(sequence).second;
  if (end >= 0 && end <= last)
    throw NativeError("INVALID_ARGUMENT", "Sequence " + std::to_string(sequence) + " ends at position " +
                                              std::to_string(last) + ", so removing only up to " +
                                              std::to_string(end) + " would leave it without its beginning.");
  api().llama_memory_seq_rm(memory_, sequence, start, end);
  // The range is that of the layers with a sliding window. When they have lost everything before `start`, the
  // others still hold it: drop that too, so that an empty sequence is empty everywhere.
  if (sequence_range(sequence).second < 0)
    api().llama_memory_seq_rm(memory_, sequence, 0, -1);
}

std::pair<int32_t, int32_t> Context::sequence_range(int32_t sequence) {
  return {api().llama_memory_seq_pos_min(memory_, sequence),
          api().llama_memory_seq_pos_max(memory_, sequence)};
}

void Context::clear(bool wipe) {
  api().llama_memory_clear(memory_, wipe);
}

ContextJob::ContextJob(std::shared_ptr<Context> context) : context_(std::move(context)) {
  std::lock_guard<std::mutex> lock(context_->mutex_);
  if (context_->is_busy_)
    throw NativeError("CONTEXT_BUSY", "This context computes already. Await the running decode first.");
  context_->is_busy_ = true;
}

ContextJob::~ContextJob() {
  std::lock_guard<std::mutex> lock(context_->mutex_);
  context_->is_busy_ = false;
  // Under the lock: who waits may free the context as soon as it can see this.
  context_->idle_.notify_all();
}

} // namespace llama_reward
