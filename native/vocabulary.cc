#include "vocabulary.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "backend.h"
#include "error.h"
#include "text_cuts.h"

namespace llama_reward {
namespace {

/// Bytes of a part that a long SentencePiece text is cut into.
constexpr size_t PART_BYTES = 1 << 12;

std::vector<int32_t> tokenize_text(const llama_vocab *vocab, const std::string &text, bool parse_special) {
  if (text.size() > static_cast<size_t>(std::numeric_limits<int32_t>::max()))
    throw NativeError("INVALID_ARGUMENT",
                      "A text of " + std::to_string(text.size()) +
                          " bytes cannot be tokenized; the limit is 2147483647. Shorten it.");
  const auto length = static_cast<int32_t>(text.size());
  // Rarely more tokens than bytes, so one call nearly always does; a negative result is the size that is
  // needed.
  std::vector<int32_t> tokens(text.size() + 8);
  int32_t count = api().llama_tokenize(vocab, text.data(), length, tokens.data(),
                                       static_cast<int32_t>(tokens.size()), false, parse_special);
  if (count == std::numeric_limits<int32_t>::min())
    throw NativeError("INVALID_ARGUMENT", "A text gives more than 2147483647 tokens. Shorten it.");
  if (count < 0) {
    tokens.resize(static_cast<size_t>(-count));
    count = api().llama_tokenize(vocab, text.data(), length, tokens.data(), -count, false, parse_special);
  }
  tokens.resize(static_cast<size_t>(count));
  tokens.shrink_to_fit();
  return tokens;
}

} // namespace

int32_t Vocabulary::size() const {
  return api().llama_vocab_n_tokens(vocab_);
}

std::vector<SpecialToken> Vocabulary::special_tokens() const {
  std::vector<SpecialToken> tokens;
  if (api().llama_vocab_type(vocab_) == LLAMA_VOCAB_TYPE_NONE)
    return tokens;
  const int32_t count = size();
  for (int32_t id = 0; id < count; id++) {
    const int32_t type = token_type(id);
    if (type == LLAMA_TOKEN_TYPE_CONTROL || type == LLAMA_TOKEN_TYPE_USER_DEFINED)
      tokens.push_back({id, api().llama_vocab_get_text(vocab_, id), type == LLAMA_TOKEN_TYPE_CONTROL});
  }
  return tokens;
}

int32_t Vocabulary::token_type(int32_t id) const {
  const auto index = static_cast<size_t>(id);
  return index < token_types_.size() ? token_types_[index] : LLAMA_TOKEN_TYPE_NORMAL;
}

int32_t Vocabulary::longest_token() const {
  if (api().llama_vocab_type(vocab_) == LLAMA_VOCAB_TYPE_NONE)
    return 1;
  size_t longest = 1;
  const int32_t count = size();
  for (int32_t id = 0; id < count; id++) {
    const int32_t type = token_type(id);
    if (type == LLAMA_TOKEN_TYPE_CONTROL || type == LLAMA_TOKEN_TYPE_UNUSED)
      continue;
    const std::string text = api().llama_vocab_get_text(vocab_, id);
    const auto characters = std::count_if(text.begin(), text.end(), [](char byte) {
      return (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
    });
    longest = std::max(longest, static_cast<size_t>(characters));
  }
  return static_cast<int32_t>(longest);
}

const TextCuts &Vocabulary::cuts() const {
  std::call_once(cuts_once_, [this] { cuts_ = std::make_unique<TextCuts>(vocab_); });
  return *cuts_;
}

std::vector<int32_t> Vocabulary::tokenize_one(const std::string &text, bool parse_special) const {
  if (text.size() <= PART_BYTES || api().llama_vocab_type(vocab_) != LLAMA_VOCAB_TYPE_SPM)
    return tokenize_text(vocab_, text, parse_special);
  // llama.cpp would put its space in front of every part: later ones bring the character before them along,
  // whose tokens are then left out.
  std::vector<size_t> ends = cuts().find(text, PART_BYTES);
  ends.push_back(text.size());
  std::vector<int32_t> tokens;
  size_t start = 0;
  for (const size_t end : ends) {
    const size_t lead = adds_space_ && start > 0 ? character_before(text, start) : start;
    const auto part = tokenize_text(vocab_, text.substr(lead, end - lead), parse_special);
    const size_t skipped =
        lead == start ? 0 : tokenize_text(vocab_, text.substr(lead, start - lead), parse_special).size();
    tokens.insert(tokens.end(), part.begin() + static_cast<std::ptrdiff_t>(skipped), part.end());
    start = end;
  }
  return tokens;
}

std::vector<std::vector<int32_t>> Vocabulary::tokenize(const std::vector<std::string> &texts,
                                                       const std::vector<uint8_t> &parse_special) const {
  // llama.cpp aborts the process when such a model is asked.
  if (api().llama_vocab_type(vocab_) == LLAMA_VOCAB_TYPE_NONE)
    throw NativeError("INVALID_ARGUMENT", "This model file has no vocabulary, so it cannot tokenize text.");
  if (parse_special.size() != texts.size())
    throw NativeError("INVALID_ARGUMENT", "Expected " + std::to_string(texts.size()) +
                                              " entries for parseSpecial, one per text, but received " +
                                              std::to_string(parse_special.size()));
  std::vector<std::vector<int32_t>> tokens;
  tokens.reserve(texts.size());
  for (size_t i = 0; i < texts.size(); i++)
    tokens.push_back(tokenize_one(texts[i], parse_special[i] != 0));
  return tokens;
}

} // namespace llama_reward
