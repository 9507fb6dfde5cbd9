#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace llama_reward {

/// What a GGUF file says about the sizes of a model, without loading it.
struct GgufOutline {
  std::string architecture;
  /// Metadata that are unsigned 32-bit numbers, where llama.cpp keeps a model's dimensions.
  std::map<std::string, uint32_t> numbers;
  /// Names and bytes, in the order of the file.
  std::vector<std::pair<std::string, uint64_t>> tensors;
};

/// @throws NativeError MODEL_NOT_FOUND, MODEL_LOAD_FAILED
GgufOutline read_gguf_outline(const std::string &path);

/// Types of the vocabulary's tokens by id (`llama_token_type`); empty when the file does not say.
std::vector<int32_t> read_token_types(const std::string &path);

/// @throws NativeError MODEL_NOT_FOUND unless there is such a file
void require_readable_file(const std::string &path);

/// Whether a GGUF file has a tensor of another type than F32, F16 and BF16; not where its header cannot be
/// read.
bool has_quantized_tensors(const std::string &path);

/// Whether a GGUF file's header can be read and its last tensor ends inside the file.
bool is_complete_gguf(const std::string &path);

/// Refuses what llama.cpp v0.5.0 would abort the process on, and a flipped bit is enough for: two tokens with
/// the same text (llama_vocab::impl::load), or no sensible number of layers (llama_model_base::load_hparams).
/// What else is wrong with a file llama.cpp reports itself.
/// @throws NativeError MODEL_LOAD_FAILED
void check_gguf_header(const std::string &path);

} // namespace llama_reward
