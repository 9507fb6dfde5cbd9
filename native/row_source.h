#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <napi.h>

#include "batch.h"
#include "symbols.h"

namespace llama_reward {

/// How the rows of a decode come out of llama.cpp. For scoring that is `Capture`; what the benchmark compares
/// it with is in bench/native, which only the benchmark's own addon is built from.
class RowSource {
 public:
  RowSource() = default;
  virtual ~RowSource() = default;
  RowSource(const RowSource &) = delete;
  RowSource &operator=(const RowSource &) = delete;

  /// Sets what the context must be made with. `n_outputs_max` of 0 lets every token of a batch be an output.
  virtual void prepare(llama_context_params &params) = 0;
  /// Called before a batch is computed.
  virtual void start(const Batch &batch) = 0;
  /// Called after it. @returns `[outputs, hiddenSize]` @throws NativeError DECODE_FAILED
  virtual std::vector<float> finish(llama_context *context, const Batch &batch) = 0;
};

/// The source that the JavaScript options of a context ask for. Defined once per addon.
std::shared_ptr<RowSource> read_row_source(const Napi::Object &options, int32_t hidden_size);

} // namespace llama_reward
