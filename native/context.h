#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "batch.h"
#include "context_params.h"
#include "job_gate.h"
#include "kv_cache.h"
#include "model.h"
#include "row_source.h"
#include "symbols.h"

namespace llama_reward {

struct ContextInfo {
  uint32_t context_length;
  uint32_t batch_size;
  uint32_t ubatch_size;
  uint32_t max_outputs;
  uint32_t max_sequences;
  int32_t threads;
};

struct FreeLlamaContext {
  void operator()(llama_context *context) const;
};
using LlamaContextPointer = std::unique_ptr<llama_context, FreeLlamaContext>;

/// A KV cache with compute buffers. One job at a time, each under a ContextJob.
class Context {
 public:
  /// @throws NativeError CONTEXT_FAILED, OUT_OF_MEMORY
  static std::shared_ptr<Context> create(std::shared_ptr<Model> model, const ContextOptions &options,
                                         std::shared_ptr<RowSource> rows);
  ~Context() = default;
  Context(const Context &) = delete;
  Context &operator=(const Context &) = delete;

  const ContextInfo &info() const { return info_; }
  JobGate &gate() { return gate_; }

  /// Makes the running decode stop, on a CPU before the next node of its graph. Any thread.
  void cancel() { *is_cancelled_ = true; }
  /// Forgets `cancel`: a job begins, and no other can be running.
  void renew() { *is_cancelled_ = false; }

  // Each of these needs a ContextJob.

  /// @returns `[outputs, hiddenSize]`, or what the row source gives
  /// @throws NativeError BATCH_INVALID, KV_CACHE_FULL, DECODE_FAILED, DECODE_CANCELLED, OUT_OF_MEMORY
  std::vector<float> decode(BatchArrays arrays);
  KvCache &cache() { return cache_; }

 private:
  using CancelFlag = std::unique_ptr<std::atomic<bool>>;
  Context(std::shared_ptr<Model> model, std::shared_ptr<RowSource> rows, CancelFlag is_cancelled,
          LlamaContextPointer context, const ContextInfo &info);

  // In the order in which they need each other: the last goes first.
  std::shared_ptr<Model> model_;
  std::shared_ptr<RowSource> rows_;
  CancelFlag is_cancelled_;
  LlamaContextPointer context_;
  KvCache cache_;
  ContextInfo info_;
  JobGate gate_;
};

} // namespace llama_reward
