#include "context.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backend.h"
#include "batch.h"
#include "context_params.h"
#include "error.h"
#include "log.h"
#include "model.h"
#include "prefill/backend.h"
#include "row_source.h"

namespace llama_reward {
namespace {

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

LlamaContextPointer open_context(const Model &model, const ContextOptions &options,
                                 const llama_context_params &params) {
  const LogScope log;
  const prefill::Use use(model.info().is_prefilled, model.info().precision);
  LlamaContextPointer context(api().llama_init_from_model(model.get(), params));
  if (context == nullptr)
    throw NativeError(log.is_out_of_memory() ? "OUT_OF_MEMORY" : "CONTEXT_FAILED",
                      "llama.cpp cannot make a context of " + std::to_string(options.context_length) +
                          " tokens (KV cache " + mebibytes(kv_bytes(model, options)) + "): " + log.summary() +
                          ". Try a shorter context, a smaller batch, or fewer GPU layers.")
        .with("neededBytes", static_cast<double>(kv_bytes(model, options)))
        .with_log(log.lines());
  if (api().llama_get_memory(context.get()) == nullptr)
    throw NativeError("CONTEXT_FAILED",
                      "Architecture " + model.info().architecture + " cannot be scored: it has no KV cache.");
  return context;
}

ContextInfo read_info(const llama_context *context, const llama_context_params &params) {
  ContextInfo info{};
  info.context_length = api().llama_n_ctx(context);
  info.batch_size = api().llama_n_batch(context);
  info.ubatch_size = api().llama_n_ubatch(context);
  info.max_outputs =
      params.n_outputs_max == 0 ? info.batch_size : std::min(params.n_outputs_max, info.batch_size);
  info.max_sequences = static_cast<uint32_t>(api().llama_max_parallel_sequences());
  info.threads = params.n_threads;
  return info;
}

// What llama_decode returns, beside 0 for success and 1 for a full cache (v0.5.0, include/llama.h).
constexpr int32_t ABORTED = 2;
constexpr int32_t INVALID = -1;
constexpr int32_t NO_MEMORY = -2;

const char *code_of(int32_t status) {
  switch (status) {
  case INVALID:
    return "BATCH_INVALID";
  case NO_MEMORY:
    return "OUT_OF_MEMORY";
  default:
    return "DECODE_FAILED";
  }
}

} // namespace

void FreeLlamaContext::operator()(llama_context *context) const {
  api().llama_free(context);
}

std::shared_ptr<Context> Context::create(std::shared_ptr<Model> model, const ContextOptions &options,
                                         std::shared_ptr<RowSource> rows) {
  check_supported(*model);
  check_memory(*model, options);
  llama_context_params params = context_params(*model, options);
  auto is_cancelled = std::make_unique<std::atomic<bool>>(false);
  params.abort_callback = [](void *flag) { return static_cast<std::atomic<bool> *>(flag)->load(); };
  params.abort_callback_data = is_cancelled.get();
  rows->prepare(params);
  LlamaContextPointer context = open_context(*model, options, params);
  const ContextInfo info = read_info(context.get(), params);
  return std::shared_ptr<Context>(
      new Context(std::move(model), std::move(rows), std::move(is_cancelled), std::move(context), info));
}

Context::Context(std::shared_ptr<Model> model, std::shared_ptr<RowSource> rows, CancelFlag is_cancelled,
                 LlamaContextPointer context, const ContextInfo &info)
    : model_(std::move(model)), rows_(std::move(rows)), is_cancelled_(std::move(is_cancelled)),
      context_(std::move(context)),
      cache_(api().llama_get_memory(context_.get()), model_->info().sliding_window), info_(info) {}

std::vector<float> Context::decode(BatchArrays arrays) {
  const BatchLimits limits{model_->info().vocab_size, static_cast<int32_t>(info_.batch_size),
                           static_cast<int32_t>(info_.max_outputs),
                           static_cast<int32_t>(info_.max_sequences)};
  Batch batch(std::move(arrays), limits, cache_);

  const LogScope log;
  rows_->start(batch);
  const int32_t status = api().llama_decode(context_.get(), batch.view());
  if (status == 1)
    throw NativeError("KV_CACHE_FULL", "The KV cache of " + std::to_string(info_.context_length) +
                                           " cells has no room for " + std::to_string(batch.view().n_tokens) +
                                           " more tokens. Remove sequences, or use a longer context.")
        .with("status", status);
  if (status == ABORTED)
    throw NativeError("DECODE_CANCELLED", "The decode was cancelled. Remove the sequences of its batch.");
  if (status != 0)
    throw NativeError(code_of(status), "llama.cpp could not compute the batch (status " +
                                           std::to_string(status) + "): " + log.summary() +
                                           ". The context's sequences are undefined now: clear it.")
        .with("status", status)
        .with_log(log.lines());
  return rows_->finish(context_.get(), batch);
}

} // namespace llama_reward
