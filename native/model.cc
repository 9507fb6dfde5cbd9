#include "model.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "backend.h"
#include "prefill/kernels.h"

namespace llama_reward {

void FreeModel::operator()(llama_model *model) const {
  api().llama_model_free(model);
}

Model::Model(ModelPointer model, int32_t gpu_layers, bool vocab_only, bool prefilled,
             prefill::Precision precision, std::vector<int32_t> token_types)
    : model_(std::move(model)), gpu_layers_(gpu_layers), vocab_only_(vocab_only),
      vocabulary_(api().llama_model_get_vocab(get()), std::move(token_types),
                  metadata("tokenizer.ggml.add_space_prefix").value_or("true") == "true"),
      info_(read_info()) {
  info_.is_prefilled = prefilled;
  info_.precision = precision;
}

ModelInfo Model::read_info() const {
  const Symbols &llama = api();
  ModelInfo info;
  std::array<char, 256> description{};
  llama.llama_model_desc(get(), description.data(), description.size());
  info.description = description.data();
  info.architecture = metadata("general.architecture").value_or("");
  info.vocab_size = vocabulary_.size();
  // llama.cpp knows no dimensions then, and aborts when asked for the heads of a model without layers.
  if (vocab_only_)
    return info;
  info.hidden_size = llama.llama_model_n_embd(get());
  info.layer_count = llama.llama_model_n_layer(get());
  info.head_count = llama.llama_model_n_head(get());
  info.kv_head_count = llama.llama_model_n_head_kv(get());
  info.train_context_length = llama.llama_model_n_ctx_train(get());
  info.sliding_window = llama.llama_model_n_swa(get());
  info.parameter_count = llama.llama_model_n_params(get());
  info.size_bytes = llama.llama_model_size(get());
  const uint64_t head_size =
      info.head_count > 0 ? static_cast<uint64_t>(info.hidden_size / info.head_count) : 0;
  const std::string attention = info.architecture + ".attention.";
  info.kv_elements_per_cell = static_cast<uint64_t>(info.layer_count) *
                              static_cast<uint64_t>(info.kv_head_count) *
                              (metadata_number(attention + "key_length", head_size) +
                               metadata_number(attention + "value_length", head_size));
  return info;
}

uint64_t Model::metadata_number(const std::string &key, uint64_t fallback) const {
  const auto text = metadata(key);
  return text ? std::strtoull(text->c_str(), nullptr, 10) : fallback;
}

std::optional<std::string> Model::metadata(const std::string &key) const {
  // Returns the length, or -1 for a key that does not exist or is an array.
  const int32_t length = api().llama_model_meta_val_str(get(), key.c_str(), nullptr, 0);
  if (length < 0)
    return std::nullopt;
  std::string value(static_cast<size_t>(length) + 1, '\0');
  api().llama_model_meta_val_str(get(), key.c_str(), value.data(), value.size());
  value.resize(static_cast<size_t>(length));
  return value;
}

} // namespace llama_reward
