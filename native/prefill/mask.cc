#include "mask.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace llama_reward::prefill {

Mask::Mask(const ggml_tensor *mask, std::vector<int32_t> order)
    : mask_(mask), order_(std::move(order)), tokens_(mask->ne[1]), cells_(mask->ne[0]),
      blocks_((cells_ + BLOCK - 1) / BLOCK), words_(static_cast<size_t>(tokens_ * blocks_)),
      seen_(static_cast<size_t>(blocks_)) {}

const int32_t *Mask::cells(int64_t block) const {
  if (order_.empty())
    return nullptr;
  const int32_t *own = &order_[static_cast<size_t>(block * BLOCK)];
  const int64_t count = std::min(BLOCK, cells_ - (block * BLOCK));
  for (int64_t i = 1; i < count; i++)
    if (own[i] != own[0] + i)
      return own;
  return nullptr;
}

int64_t Mask::first_cell(int64_t block) const {
  return order_.empty() ? block * BLOCK : order_[static_cast<size_t>(block * BLOCK)];
}

void Mask::run() {
  for (;;) {
    const int64_t block = next_.fetch_add(1, std::memory_order_relaxed);
    if (block >= blocks_)
      return;
    const int64_t cells = std::min(BLOCK, cells_ - (block * BLOCK));
    const int32_t *own = this->cells(block);
    const int64_t first = first_cell(block);
    uint32_t all = ~uint32_t{0};
    for (int64_t token = 0; token < tokens_; token++) {
      const auto *row = reinterpret_cast<const uint16_t *>(static_cast<const char *>(mask_->data) +
                                                           (static_cast<size_t>(token) * mask_->nb[1]));
      uint32_t word = cells == BLOCK ? 0 : ~uint32_t{0} << cells;
      // Without ALiBi a mask holds 0 and −∞ only: the sign says which.
      for (int64_t cell = 0; cell < cells; cell++)
        word |= static_cast<uint32_t>(row[own == nullptr ? first + cell : own[cell]] >> 15) << cell;
      words_[static_cast<size_t>((block * tokens_) + token)] = word;
      all &= word;
    }
    seen_[static_cast<size_t>(block)] = static_cast<unsigned char>(all != ~uint32_t{0});
  }
}

bool Mask::is_seen(int64_t first_token, int64_t token_count, int64_t block) const {
  if (!is_seen(block))
    return false;
  const uint32_t *words = &words_[static_cast<size_t>((block * tokens_) + first_token)];
  uint32_t all = ~uint32_t{0};
  for (int64_t token = 0; token < token_count; token++)
    all &= words[token];
  return all != ~uint32_t{0};
}

} // namespace llama_reward::prefill
