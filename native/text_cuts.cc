#include "text_cuts.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "backend.h"

namespace llama_reward {
namespace {

/// What SentencePiece has in place of a space.
constexpr char32_t SPACE_MARK = 0x2581;
constexpr int SOUGHT_IN_RAW_TEXT =
    LLAMA_TOKEN_ATTR_CONTROL | LLAMA_TOKEN_ATTR_USER_DEFINED | LLAMA_TOKEN_ATTR_UNKNOWN;

/// Bytes of the character that starts with `first`, by which alone llama.cpp goes.
size_t announced_length(unsigned char first) {
  if (first < 0xc0)
    return 1;
  if (first < 0xe0)
    return 2;
  return first < 0xf0 ? 3 : 4;
}

/// The character at `offset`, which moves behind it. Bytes that are no UTF-8 are read as llama.cpp reads
/// them: by the length that the first one announces.
char32_t next_character(std::string_view text, size_t &offset) {
  const auto first = static_cast<unsigned char>(text[offset]);
  const size_t announced = announced_length(first);
  const size_t end = std::min(offset + announced, text.size());
  char32_t character = announced == 1 ? first : first & (0xffu >> (announced + 1));
  for (offset++; offset < end; offset++)
    character = character << 6 | (static_cast<unsigned char>(text[offset]) & 0x3f);
  return character == ' ' ? SPACE_MARK : character;
}

uint64_t pair_of(char32_t before, char32_t after) {
  return static_cast<uint64_t>(before) << 32 | after;
}

} // namespace

TextCuts::TextCuts(const llama_vocab *vocab) {
  const int32_t count = api().llama_vocab_n_tokens(vocab);
  for (int32_t id = 0; id < count; id++) {
    const std::string_view text = api().llama_vocab_get_text(vocab, id);
    if (text.empty())
      continue;
    size_t offset = 0;
    const char32_t first = next_character(text, offset);
    char32_t last = first;
    while (offset < text.size()) {
      const char32_t character = next_character(text, offset);
      neighbours_.insert(pair_of(last, character));
      last = character;
    }
    if ((api().llama_vocab_get_attr(vocab, id) & SOUGHT_IN_RAW_TEXT) == 0)
      continue;
    starts_.insert(first);
    ends_.insert(last);
  }
}

bool TextCuts::may_cut(char32_t before, char32_t after) const {
  return neighbours_.count(pair_of(before, after)) == 0 && ends_.count(before) == 0 &&
         starts_.count(after) == 0;
}

std::vector<size_t> TextCuts::find(const std::string &text, size_t part_bytes) const {
  std::vector<size_t> cuts;
  size_t offset = 0;
  size_t start = 0;
  char32_t last = 0;
  while (offset < text.size()) {
    const size_t at = offset;
    const char32_t character = next_character(text, offset);
    if (at >= start + part_bytes && may_cut(last, character)) {
      cuts.push_back(at);
      start = at;
    }
    last = character;
  }
  return cuts;
}

size_t character_before(const std::string &text, size_t end) {
  size_t start = end - 1;
  while (start > 0 && (static_cast<unsigned char>(text[start]) & 0xc0) == 0x80)
    start--;
  return start;
}

} // namespace llama_reward
