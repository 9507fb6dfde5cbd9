#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "symbols.h"
#include "text_cuts.h"

namespace llama_reward {

struct ModelOptions {
  std::string path;
  /// Layers of the transformer on the devices, the last ones.
  int32_t gpu_layers = 0;
  std::vector<std::string> devices;
  /// How many of them each device takes; empty lets llama.cpp share them out by free memory.
  std::vector<int32_t> device_layers;
  bool use_mmap = true;
  /// No weights: the model only tokenizes.
  bool vocab_only = false;
};

struct ModelInfo {
  std::string architecture;
  std::string description;
  int32_t hidden_size;
  int32_t layer_count;
  int32_t head_count;
  int32_t kv_head_count;
  int32_t vocab_size;
  int32_t train_context_length;
  int32_t sliding_window;
  uint64_t parameter_count;
  uint64_t size_bytes;
  /// Numbers the KV cache holds per cell, over all layers.
  uint64_t kv_elements_per_cell;
};

struct SpecialToken {
  int32_t id;
  std::string text;
  bool is_control;
};

/// Shared between the loading thread and JavaScript.
struct LoadState {
  std::atomic<float> progress{0};
  std::atomic<bool> cancelled{false};
};

/// A loaded model. Immutable, so any thread may use it; contexts hold it alive.
class Model {
 public:
  /// @throws NativeError MODEL_NOT_FOUND, MODEL_LOAD_FAILED or OUT_OF_MEMORY with the log,
  /// MODEL_LOAD_CANCELLED
  static std::shared_ptr<Model> load(const ModelOptions &options, LoadState &state);
  ~Model();
  Model(const Model &) = delete;
  Model &operator=(const Model &) = delete;

  const ModelInfo &info() const { return info_; }
  llama_model *get() const { return model_; }
  /// Whether it has no weights and only tokenizes.
  bool is_vocab_only() const { return vocab_only_; }
  /// Layers of the transformer on a GPU, the last ones.
  int32_t gpu_layers() const { return gpu_layers_; }

  std::optional<std::string> metadata(const std::string &key) const;
  /// Control and user-defined tokens as the file's own types say: llama.cpp changes the types of tokens whose text
  /// looks like a control token's.
  std::vector<SpecialToken> special_tokens() const;
  /// Most characters of text that one token stands for (bytes, where tokens are spelled in a byte alphabet).
  int32_t longest_token() const;
  /// Each text on its own, nothing added in front or behind.
  /// @throws NativeError INVALID_ARGUMENT for a model without a vocabulary, or a text too long for llama.cpp
  std::vector<std::vector<int32_t>> tokenize(const std::vector<std::string> &texts,
                                             const std::vector<uint8_t> &parse_special) const;

 private:
  Model(llama_model *model, const ModelOptions &options, std::vector<int32_t> token_types);
  ModelInfo read_info() const;
  int32_t token_type(int32_t id) const;
  const TextCuts &cuts() const;
  std::vector<int32_t> tokenize_one(const std::string &text, bool parse_special) const;
  uint64_t metadata_number(const std::string &key, uint64_t fallback) const;

  llama_model *model_;
  int32_t gpu_layers_;
  bool vocab_only_;
  const llama_vocab *vocab_;
  /// `tokenizer.ggml.token_type` of the file.
  std::vector<int32_t> token_types_;
  /// Made when the first long text comes.
  mutable std::once_flag cuts_once_;
  mutable std::unique_ptr<TextCuts> cuts_;
  ModelInfo info_;
};

} // namespace llama_reward
