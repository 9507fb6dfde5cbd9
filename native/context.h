#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "batch.h"
#include "capture.h"
#include "model.h"

namespace llama_reward {

struct ContextOptions {
  uint32_t context_length;
  uint32_t batch_size;
  uint32_t ubatch_size;
  uint32_t max_outputs;
  int32_t threads;
  ggml_type kv_type;
  llama_flash_attn_type flash_attention;
  /// llama.cpp's own embeddings path, every token an output.
  bool embeddings;
  /// Plain llama_decode with its logits, no rows: the limit that a benchmark compares with.
  bool bare;
  /// Most bytes the KV cache may take; 0 for no limit.
  uint64_t max_kv_bytes;
};

struct ContextInfo {
  uint32_t context_length;
  uint32_t batch_size;
  uint32_t ubatch_size;
  uint32_t max_outputs;
  uint32_t max_sequences;
  int32_t threads;
};

/// A KV cache with compute buffers. One job at a time, each under a ContextJob.
class Context {
 public:
  /// @throws NativeError CONTEXT_FAILED, OUT_OF_MEMORY
  static std::shared_ptr<Context> create(std::shared_ptr<Model> model, const ContextOptions &options);
  ~Context();
  Context(const Context &) = delete;
  Context &operator=(const Context &) = delete;

  const ContextInfo &info() const { return info_; }

  /// Waits until no job runs.
  void wait_until_idle();

  // Each of these needs a ContextJob.

  /// @returns `[outputs, hiddenSize]`, empty for a bare context
  /// @throws NativeError BATCH_INVALID, KV_CACHE_FULL, DECODE_FAILED
  std::vector<float> decode(BatchArrays arrays);
  /// @throws NativeError INVALID_ARGUMENT unless `start` is where `to` ends
  void copy_sequence(int32_t from, int32_t to, int32_t start, int32_t end);
  /// @throws NativeError INVALID_ARGUMENT unless the end of the sequence goes too
  void remove_sequence(int32_t sequence, int32_t start, int32_t end);
  /// First and last position that the cache holds, -1 and -1 for an empty sequence.
  std::pair<int32_t, int32_t> sequence_range(int32_t sequence);
  /// Drops every sequence. @param wipe also overwrites what the cells held with zeros: attention multiplies
  /// the cells of other sequences, and free ones, by zero, which NaN and infinity survive
  void clear(bool wipe);

 private:
  friend class ContextJob;
  Context(std::shared_ptr<Model> model, const ContextOptions &options);
  void open();
  std::vector<float> embedding_rows(const Batch &batch);

  std::shared_ptr<Model> model_;
  ContextOptions options_;
  Capture capture_;
  llama_context *context_ = nullptr;
  llama_memory_t memory_ = nullptr;
  ContextInfo info_{};

  std::mutex mutex_;
  std::condition_variable idle_;
  bool is_busy_ = false;
};

/// Exclusive use of a context while it lives. Taken on the JavaScript thread, given back by whichever thread
/// ends the job, which a mutex could not do.
class ContextJob {
 public:
  /// @throws NativeError CONTEXT_BUSY instead of waiting: one decode at a time is the caller's order to keep
  explicit ContextJob(std::shared_ptr<Context> context);
  ~ContextJob();
  ContextJob(const ContextJob &) = delete;
  ContextJob &operator=(const ContextJob &) = delete;

  Context &context() const { return *context_; }

 private:
  std::shared_ptr<Context> context_;
};

} // namespace llama_reward
