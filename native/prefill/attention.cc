#include "attention.h"
#include "kernels.h"
#include "mask.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

namespace llama_reward::prefill {
namespace {

/// Tokens whose scores are computed together: two tiles of the widest kernel.
constexpr int64_t GROUP = 24;
/// Blocks whose scores are held at once.
constexpr int64_t HELD = 16;

int64_t round_up(int64_t value, int64_t unit) {
  return (value + unit - 1) / unit * unit;
}

float parameter(const ggml_tensor *node, size_t index) {
  float value;
  std::memcpy(&value, reinterpret_cast<const char *>(node->op_params) + (index * sizeof(float)),
              sizeof(value));
  return value;
}

const char *row_of(const ggml_tensor *tensor, int64_t row, int64_t head) {
  return static_cast<const char *>(tensor->data) + (static_cast<size_t>(row) * tensor->nb[1]) +
         (static_cast<size_t>(head) * tensor->nb[2]);
}

bool is_cache(const ggml_tensor *tensor) {
  if (tensor->type == GGML_TYPE_F32)
    return tensor->nb[0] == sizeof(float) && tensor->ne[3] == 1;
  return tensor->type == GGML_TYPE_F16 && tensor->nb[0] == sizeof(uint16_t) && tensor->ne[3] == 1;
}

Element element_of(const ggml_tensor *tensor) {
  return tensor->type == GGML_TYPE_F16 ? Element::F16 : Element::F32;
}

/// Whether one of the numbers is infinite or none at all.
bool has_wild(const float *numbers, int64_t count) {
  constexpr uint32_t INFINITE = 0x7f800000;
  uint32_t largest = 0;
  for (int64_t i = 0; i < count; i++) {
    uint32_t bits;
    std::memcpy(&bits, numbers + i, sizeof(bits));
    largest = std::max(largest, bits & ~(uint32_t{1} << 31));
  }
  return largest >= INFINITE;
}

} // namespace

const ggml_tensor *Attention::uncast(const ggml_tensor *operand) {
  if (operand->op != GGML_OP_CPY || operand->type != GGML_TYPE_F16)
    return operand;
  const ggml_tensor *source = operand->src[0];
  // A view of a stored tensor: what is computed may be overwritten once it has been cast.
  const bool is_stored = source->view_src != nullptr && source->view_src->op == GGML_OP_NONE;
  return source->type == GGML_TYPE_F32 && source->nb[0] == sizeof(float) && is_stored ? source : operand;
}

bool Attention::takes(const ggml_tensor *node) {
  if (node->op != GGML_OP_FLASH_ATTN_EXT)
    return false;
  const ggml_tensor *q = node->src[0];
  const ggml_tensor *k = uncast(node->src[1]);
  const ggml_tensor *v = uncast(node->src[2]);
  const ggml_tensor *mask = node->src[3];
  constexpr size_t BIAS = 1;
  return q->type == GGML_TYPE_F32 && q->nb[0] == sizeof(float) && q->ne[3] == 1 && is_cache(k) &&
         is_cache(v) && k->ne[1] == v->ne[1] && k->ne[2] == v->ne[2] && k->ne[2] > 0 &&
         q->ne[2] % k->ne[2] == 0 && mask != nullptr && mask->type == GGML_TYPE_F16 && mask->ne[2] == 1 &&
         mask->ne[3] == 1 && mask->ne[1] >= q->ne[1] && mask->ne[0] == k->ne[1] && node->src[4] == nullptr &&
         parameter(node, BIAS) == 0;
}

Attention::Attention(const Kernels &kernels, const ggml_tensor *node, const Mask &mask)
    : kernels_(kernels), node_(node), queries_(node->src[0]), keys_(uncast(node->src[1])),
      values_(uncast(node->src[2])), mask_(mask), scale_(parameter(node, 0)), cap_(parameter(node, 2)) {
  // With a cap ggml divides the scale by it; ours is given both apart, as they are.
  width_ = queries_->ne[0];
  tokens_ = queries_->ne[1];
  heads_ = queries_->ne[2];
  kv_heads_ = keys_->ne[2];
  cells_ = keys_->ne[1];
  value_width_ = values_->ne[0];
  padded_value_width_ = round_up(value_width_, kernels.columns);
  are_values_in_place_ = values_->type == GGML_TYPE_F32 && padded_value_width_ == value_width_ &&
                         values_->nb[1] % sizeof(float) == 0 && values_->nb[2] % sizeof(float) == 0;
  group_tokens_ = std::min(GROUP, tokens_);
  is_wild_.assign(static_cast<size_t>(kv_heads_ * mask.block_count()), 0);
}

size_t Attention::shared_floats() const {
  return static_cast<size_t>(kv_heads_ * mask_.block_count() * block_floats());
}

size_t Attention::scratch_floats() const {
  return static_cast<size_t>((GROUP * ((HELD * BLOCK) + padded_value_width_ + 2)) +
                             (kernels_.columns * width_));
}

int64_t Attention::cells_of(int64_t block) const {
  return std::min(BLOCK, cells_ - (block * BLOCK));
}

int64_t Attention::block_floats() const {
  return BLOCK * (width_ + (are_values_in_place_ ? 0 : padded_value_width_));
}

/// What is copied of a block: keys, then values.
float *Attention::copy_of(float *shared, int64_t kv_head, int64_t block) const {
  return shared + (((kv_head * mask_.block_count()) + block) * block_floats());
}

Attention::Values Attention::values_of(const float *shared, int64_t kv_head, int64_t block) const {
  if (are_values_in_place_)
    return {reinterpret_cast<const float *>(row_of(values_, block * BLOCK, kv_head)),
            static_cast<int64_t>(values_->nb[1] / sizeof(float))};
  return {copy_of(const_cast<float *>(shared), kv_head, block) + (BLOCK * width_), padded_value_width_};
}

void Attention::prepare(float *shared, float *scratch) {
  const int64_t blocks = mask_.block_count();
  for (;;) {
    const int64_t index = next_block_.fetch_add(1, std::memory_order_relaxed);
    if (index >= blocks * kv_heads_)
      return;
    const int64_t block = index % blocks;
    if (mask_.is_seen(block))
      prepare_block(index / blocks, block, shared, scratch);
  }
}

void Attention::prepare_block(int64_t kv_head, int64_t block, float *shared, float *scratch) {
  float *copy = copy_of(shared, kv_head, block);
  if (!are_values_in_place_)
    copy_values(kv_head, block, copy + (BLOCK * width_));
  copy_keys(kv_head, block, copy, scratch);
  const Values values = values_of(shared, kv_head, block);
  bool is_wild = false;
  for (int64_t cell = 0; cell < cells_of(block); cell++)
    is_wild |= has_wild(values.rows + (cell * values.stride), value_width_);
  is_wild_[static_cast<size_t>((kv_head * mask_.block_count()) + block)] = is_wild ? 1 : 0;
}

/// As rows of float32, of whole panels.
void Attention::copy_values(int64_t kv_head, int64_t block, float *values) const {
  const int64_t cells = cells_of(block);
  std::memset(values, 0, static_cast<size_t>(BLOCK * padded_value_width_) * sizeof(float));
  for (int64_t cell = 0; cell < cells; cell++)
    kernels_.widen(row_of(values_, (block * BLOCK) + cell, kv_head), element_of(values_),
                   values + (cell * padded_value_width_), value_width_);
}

/// As panels `[width][columns]`, one after the other.
void Attention::copy_keys(int64_t kv_head, int64_t block, float *keys, float *scratch) const {
  const int64_t cells = cells_of(block);
  for (int64_t first = 0; first < BLOCK; first += kernels_.columns) {
    std::array<const float *, MAX_COLUMNS> rows{};
    const int here = static_cast<int>(std::clamp<int64_t>(cells - first, 0, kernels_.columns));
    for (int i = 0; i < here; i++) {
      const char *stored = row_of(keys_, (block * BLOCK) + first + i, kv_head);
      rows[static_cast<size_t>(i)] = reinterpret_cast<const float *>(stored);
      if (keys_->type == GGML_TYPE_F32)
        continue;
      float *target = scratch + (i * width_);
      rows[static_cast<size_t>(i)] = target;
      kernels_.widen(stored, element_of(keys_), target, width_);
    }
    kernels_.pack(rows.data(), here, width_, keys + (first * width_));
  }
}

/// The tokens of one task and what is known of them so far.
struct Attention::Group {
  const float *shared;
  int64_t head, kv_head, first_token, count;
  /// `[count][HELD * BLOCK]`
  float *scores;
  /// `[count][padded_value_width]`, sums of weighted values
  float *output;
  /// By token: the largest score so far, and the sum of weights.
  float *largest, *sum;
};

void Attention::run(const float *shared, float *scratch) {
  const int64_t groups = (tokens_ + group_tokens_ - 1) / group_tokens_;
  for (;;) {
    const int64_t index = next_group_.fetch_add(1, std::memory_order_relaxed);
    if (index >= groups * heads_)
      return;
    // The last tokens first: they see most.
    run_group(index % heads_, (groups - 1 - (index / heads_)) * group_tokens_, shared, scratch);
  }
}

void Attention::run_group(int64_t head, int64_t first_token, const float *shared, float *scratch) const {
  Group group{};
  group.shared = shared;
  group.head = head;
  group.kv_head = head / (heads_ / kv_heads_);
  group.first_token = first_token;
  group.count = std::min(group_tokens_, tokens_ - first_token);
  group.scores = scratch;
  group.output = scratch + (GROUP * HELD * BLOCK);
  group.largest = group.output + (GROUP * padded_value_width_);
  group.sum = group.largest + GROUP;
  std::fill_n(group.output, group.count * padded_value_width_, 0.0f);
  std::fill_n(group.largest, group.count, -std::numeric_limits<float>::infinity());
  std::fill_n(group.sum, group.count, 0.0f);

  std::array<int64_t, HELD> held{};
  int64_t count = 0;
  for (int64_t block = 0; block < mask_.block_count(); block++) {
    if (!mask_.is_seen(first_token, group.count, block))
      continue;
    held[static_cast<size_t>(count++)] = block;
    if (count == HELD) {
      add_blocks(held.data(), count, group);
      count = 0;
    }
  }
  if (count > 0)
    add_blocks(held.data(), count, group);

  for (int64_t token = 0; token < group.count; token++) {
    auto *target = reinterpret_cast<float *>(static_cast<char *>(node_->data) +
                                             (static_cast<size_t>(head) * node_->nb[1]) +
                                             (static_cast<size_t>(first_token + token) * node_->nb[2]));
    float *output = group.output + (token * padded_value_width_);
    // A token that sees nothing gets zeros, as in ggml.
    kernels_.rescale(output, value_width_, group.sum[token] == 0 ? 0.0f : 1.0f / group.sum[token]);
    std::memcpy(target, output, static_cast<size_t>(value_width_) * sizeof(float));
  }
}

void Attention::add_blocks(const int64_t *blocks, int64_t count, const Group &group) const {
  constexpr int64_t STRIDE = HELD * BLOCK;
  const auto *queries = reinterpret_cast<const float *>(row_of(queries_, group.first_token, group.head));
  const auto query_stride = static_cast<int64_t>(queries_->nb[1] / sizeof(float));
  for (int64_t i = 0; i < count; i++) {
    const float *keys = copy_of(const_cast<float *>(group.shared), group.kv_head, blocks[i]);
    for (int64_t first = 0; first < BLOCK; first += kernels_.columns)
      kernels_.multiply(queries, query_stride, group.count, keys + (first * width_), kernels_.columns, width_,
                        group.scores + (i * BLOCK) + first, STRIDE, kernels_.columns, false);
  }

  for (int64_t token = 0; token < group.count; token++) {
    float *scores = group.scores + (token * STRIDE);
    std::array<uint32_t, HELD> hidden{};
    for (int64_t i = 0; i < count; i++)
      hidden[static_cast<size_t>(i)] = mask_.hidden(group.first_token + token, blocks[i]);
    const float here = kernels_.scale_and_mask(scores, count * BLOCK, scale_, cap_, hidden.data());
    const float before = group.largest[token];
    const float largest = std::max(before, here);
    if (largest != before && group.sum[token] != 0) {
      const float factor = std::exp(before - largest);
      kernels_.rescale(group.output + (token * padded_value_width_), padded_value_width_, factor);
      group.sum[token] *= factor;
    }
    group.largest[token] = largest;
    group.sum[token] += kernels_.exponentials(scores, count * BLOCK, largest);
  }

  for (int64_t i = 0; i < count; i++) {
    const Values values = values_of(group.shared, group.kv_head, blocks[i]);
    const int64_t cells = cells_of(blocks[i]);
    if (is_wild_[static_cast<size_t>((group.kv_head * mask_.block_count()) + blocks[i])] != 0) {
      add_careful(group.scores + (i * BLOCK), blocks[i], values, cells, group);
      continue;
    }
    for (int64_t column = 0; column < padded_value_width_; column += kernels_.columns)
      kernels_.multiply(group.scores + (i * BLOCK), STRIDE, group.count, values.rows + column, values.stride,
                        cells, group.output + column, padded_value_width_, kernels_.columns, true);
  }
}

/// One cell at a time, only for tokens that see it.
void Attention::add_careful(const float *weights, int64_t block, const Values &values, int64_t cells,
                            const Group &group) const {
  for (int64_t token = 0; token < group.count; token++) {
    const uint32_t hidden = mask_.hidden(group.first_token + token, block);
    float *output = group.output + (token * padded_value_width_);
    for (int64_t cell = 0; cell < cells; cell++) {
      if (((hidden >> cell) & 1) != 0)
        continue;
      const float weight = weights[(token * HELD * BLOCK) + cell];
      const float *value = values.rows + (cell * values.stride);
      for (int64_t i = 0; i < value_width_; i++)
        output[i] += weight * value[i];
    }
  }
}

} // namespace llama_reward::prefill
