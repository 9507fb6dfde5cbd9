#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "symbols.h"
#include "text_cuts.h"

namespace llama_reward {

struct SpecialToken {
  int32_t id;
  std::string text;
  bool is_control;
};

/// The tokens of a model, and text turned into them. Belongs to the model, and lives as long.
class Vocabulary {
 public:
  /// @param token_types `tokenizer.ggml.token_type` of the file
  /// @param adds_space whether llama.cpp puts a space in front of every text
  Vocabulary(const llama_vocab *vocab, std::vector<int32_t> token_types, bool adds_space)
      : vocab_(vocab), token_types_(std::move(token_types)), adds_space_(adds_space) {}

  int32_t size() const;
  /// Control and user-defined tokens as the file's own types say: llama.cpp changes the types of tokens whose
  /// text looks like a control token's.
  std::vector<SpecialToken> special_tokens() const;
  /// Most characters of text that one token stands for (bytes, where tokens are spelled in a byte alphabet).
  int32_t longest_token() const;
  /// Each text on its own, nothing added in front or behind.
  /// @throws NativeError INVALID_ARGUMENT for a model without a vocabulary, or a text too long for llama.cpp
  std::vector<std::vector<int32_t>> tokenize(const std::vector<std::string> &texts,
                                             const std::vector<uint8_t> &parse_special) const;

 private:
  int32_t token_type(int32_t id) const;
  const TextCuts &cuts() const;
  std::vector<int32_t> tokenize_one(const std::string &text, bool parse_special) const;

  const llama_vocab *vocab_;
  std::vector<int32_t> token_types_;
  bool adds_space_;
  /// Made when the first long text comes.
  mutable std::once_flag cuts_once_;
  mutable std::unique_ptr<TextCuts> cuts_;
};

} // namespace llama_reward
