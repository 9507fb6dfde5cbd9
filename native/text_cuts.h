#pragma once

#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include "symbols.h"

namespace llama_reward {

/// Where a text may be cut so that its parts, tokenized one by one, give the tokens of the whole.
///
/// llama.cpp's SentencePiece tokenizer takes time by the square of a long text of characters that have no
/// token: `llm_tokenizer_spm_session::resegment` reserves room for each of them anew, and exactly that room,
/// so that every one moves all tokens before it (v0.5.0, src/llama-vocab.cpp: `output.reserve(output.size() +
/// symbol.n)`). In parts the time is linear. The tokenizer only joins neighbours whose text together is a
/// token, so that between two characters that no token has side by side nothing is ever joined.
class TextCuts {
 public:
  explicit TextCuts(const llama_vocab *vocab);

  /// Byte offsets at which to cut a text into parts of about `part_bytes`, longer ones where there is no
  /// place.
  std::vector<size_t> find(const std::string &text, size_t part_bytes) const;

 private:
  bool may_cut(char32_t before, char32_t after) const;

  /// Pairs of neighbouring characters in tokens.
  std::unordered_set<uint64_t> neighbours_;
  /// First and last characters of tokens that are looked for in the raw text: what is next to one is treated
  /// otherwise than the middle of a text.
  std::unordered_set<char32_t> starts_;
  std::unordered_set<char32_t> ends_;
};

/// Offset of the character that ends at `end`.
size_t character_before(const std::string &text, size_t end);

} // namespace llama_reward
