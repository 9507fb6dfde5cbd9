#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "prefill/kernels.h"
#include "symbols.h"
#include "vocabulary.h"

namespace llama_reward {

struct ModelInfo {
  std::string architecture;
  std::string description;
  int32_t hidden_size = 0;
  int32_t layer_count = 0;
  int32_t head_count = 0;
  int32_t kv_head_count = 0;
  int32_t vocab_size = 0;
  int32_t train_context_length = 0;
  int32_t sliding_window = 0;
  uint64_t parameter_count = 0;
  uint64_t size_bytes = 0;
  /// Numbers the KV cache holds per cell, over all layers.
  uint64_t kv_elements_per_cell = 0;
  /// Whether the prefill backend computes it.
  bool is_prefilled = false;
  /// How it does.
  prefill::Precision precision = prefill::Precision::EXACT;
};

struct FreeModel {
  void operator()(llama_model *model) const;
};
using ModelPointer = std::unique_ptr<llama_model, FreeModel>;

/// A loaded model. Immutable, so any thread may use it; contexts hold it alive.
class Model {
 public:
  /// @param gpu_layers layers of the transformer on a GPU, the last ones
  /// @param vocab_only whether it has no weights and only tokenizes
  /// @param prefilled whether the prefill backend computes it, and how
  /// @param token_types `tokenizer.ggml.token_type` of the file
  Model(ModelPointer model, int32_t gpu_layers, bool vocab_only, bool prefilled, prefill::Precision precision,
        std::vector<int32_t> token_types);
  ~Model() = default;
  Model(const Model &) = delete;
  Model &operator=(const Model &) = delete;

  llama_model *get() const { return model_.get(); }
  const ModelInfo &info() const { return info_; }
  const Vocabulary &vocabulary() const { return vocabulary_; }
  int32_t gpu_layers() const { return gpu_layers_; }
  bool is_vocab_only() const { return vocab_only_; }

  /// A metadata value of the file as text; nothing for a key that does not exist or is an array.
  std::optional<std::string> metadata(const std::string &key) const;

 private:
  ModelInfo read_info() const;
  uint64_t metadata_number(const std::string &key, uint64_t fallback) const;

  ModelPointer model_;
  int32_t gpu_layers_;
  bool vocab_only_;
  Vocabulary vocabulary_;
  ModelInfo info_;
};

} // namespace llama_reward
