#include "attention.h"
#include "attention_products.h"
#include "kernels.h"
#include "mask.h"
#include "parts.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace llama_reward::prefill {
namespace {

/// Scores of a token that are held at once.
constexpr int64_t HELD = HELD_BLOCKS * BLOCK;
/// Of a token that has seen nothing: less than any score's.
constexpr float LEAST_UNIT = -1e30f;
/// What leaves 0 of any number.
constexpr float LEAST_CHANGE = -300;

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
    : kernels_(kernels), node_(node), queries_(node->src[0]), mask_(mask),
      products_(
          AttentionProducts::make(kernels, uncast(node->src[1]), uncast(node->src[2]), mask.is_ordered())),
      has_powers_(kernels.parts == nullptr),
      is_rough_(kernels.parts != nullptr && kernels.precision == Precision::FAST), scale_(parameter(node, 0)),
      cap_(parameter(node, 2)) {
  // With a cap ggml divides the scale by it; ours is given both apart, as they are.
  tokens_ = queries_->ne[1];
  heads_ = queries_->ne[2];
  kv_heads_ = node->src[1]->ne[2];
  cells_ = node->src[1]->ne[1];
  value_width_ = node->src[2]->ne[0];
  padded_value_width_ = round_up(value_width_, BLOCK);
  group_tokens_ = std::min(products_->group_tokens(), tokens_);
  is_wild_.assign(static_cast<size_t>(kv_heads_ * mask.block_count()), 0);
}

size_t Attention::shared_floats() const {
  return static_cast<size_t>(kv_heads_ * mask_.block_count() * products_->copy_floats());
}

int64_t Attention::product_floats() const {
  return round_up(products_->scratch_floats(), 16);
}

size_t Attention::scratch_floats() const {
  return static_cast<size_t>(product_floats() + (group_tokens_ * (HELD + padded_value_width_ + 2)));
}

CellBlock Attention::block_of(const float *shared, int64_t kv_head, int64_t block) const {
  const int64_t count = std::min(BLOCK, cells_ - (block * BLOCK));
  float *copy =
      const_cast<float *>(shared) + (((kv_head * mask_.block_count()) + block) * products_->copy_floats());
  return {kv_head, mask_.first_cell(block), count, mask_.cells(block), copy};
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

void Attention::prepare_block(int64_t kv_head, int64_t index, float *shared, float *scratch) {
  const CellBlock block = block_of(shared, kv_head, index);
  products_->copy(block, scratch);
  is_wild_[static_cast<size_t>((kv_head * mask_.block_count()) + index)] =
      products_->has_wild_values(block, scratch) ? 1 : 0;
}

/// The tokens of one task and what is known of them so far.
struct Attention::Group {
  const float *shared;
  int64_t head, kv_head, first_token, count;
  /// The products' own memory.
  float *scratch;
  FloatRows queries;
  /// `[count][HELD]`
  float *scores;
  /// `[count][padded_value_width]`, sums of weighted values
  float *output;
  /// By token: the logarithm of what weights are divided by (`has_powers_` says to which base), and their
  /// sum.
  float *unit, *sum;
};

void Attention::run(const float *shared, float *scratch) {
  const int64_t groups = (tokens_ + group_tokens_ - 1) / group_tokens_;
  products_->begin();
  for (;;) {
    const int64_t index = next_group_.fetch_add(1, std::memory_order_relaxed);
    if (index >= groups * heads_)
      break;
    // The last tokens first: they see most.
    run_group(index % heads_, (groups - 1 - (index / heads_)) * group_tokens_, shared, scratch);
  }
  products_->end();
}

void Attention::run_group(int64_t head, int64_t first_token, const float *shared, float *scratch) const {
  Group group{};
  group.shared = shared;
  group.head = head;
  group.kv_head = head / (heads_ / kv_heads_);
  group.first_token = first_token;
  group.count = std::min(group_tokens_, tokens_ - first_token);
  group.queries = {reinterpret_cast<const float *>(row_of(queries_, first_token, head)),
                   static_cast<int64_t>(queries_->nb[1] / sizeof(float)), group.count};
  group.scratch = scratch;
  group.scores = scratch + product_floats();
  group.output = group.scores + (group_tokens_ * HELD);
  group.unit = group.output + (group_tokens_ * padded_value_width_);
  group.sum = group.unit + group_tokens_;
  products_->take_queries(group.queries, scratch);
  std::fill_n(group.output, group.count * padded_value_width_, 0.0f);
  std::fill_n(group.unit, group.count, LEAST_UNIT);
  std::fill_n(group.sum, group.count, 0.0f);

  std::array<int64_t, HELD_BLOCKS> held{};
  int64_t count = 0;
  for (int64_t block = 0; block < mask_.block_count(); block++) {
    if (!mask_.is_seen(first_token, group.count, block))
      continue;
    held[static_cast<size_t>(count++)] = block;
    if (count == HELD_BLOCKS) {
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

/// For a score that may be the largest so far.
void Attention::rescale(const Group &group, int64_t token, float largest) const {
  const float unit = has_powers_ ? std::ceil(largest * LOG2_E) : largest;
  const float before = group.unit[token];
  if (!(unit > before))
    return;
  group.unit[token] = unit;
  if (group.sum[token] == 0)
    return;
  const float change = std::max(before - unit, LEAST_CHANGE);
  const float factor = has_powers_ ? std::ldexp(1.0f, static_cast<int>(change)) : std::exp(change);
  kernels_.rescale(group.output + (token * padded_value_width_), padded_value_width_, factor);
  group.sum[token] *= factor;
}

void Attention::add_blocks(const int64_t *indices, int64_t count, const Group &group) const {
  std::array<CellBlock, HELD_BLOCKS> blocks{};
  for (int64_t i = 0; i < count; i++) {
    CellBlock &block = blocks[static_cast<size_t>(i)];
    block = block_of(group.shared, group.kv_head, indices[i]);
    products_->multiply_keys(group.queries, block, group.scores + (i * BLOCK), HELD, group.scratch);
  }

  for (int64_t token = 0; token < group.count; token++) {
    float *scores = group.scores + (token * HELD);
    std::array<uint32_t, HELD_BLOCKS> hidden{};
    for (int64_t i = 0; i < count; i++)
      hidden[static_cast<size_t>(i)] = mask_.hidden(group.first_token + token, indices[i]);
    rescale(group, token, kernels_.scale_and_mask(scores, count * BLOCK, scale_, cap_, hidden.data()));
    const float unit = group.unit[token];
    if (is_rough_)
      kernels_.parts->rough_exponentials(scores, count * BLOCK, unit);
    else
      kernels_.exponentials(scores, count * BLOCK, has_powers_ ? 0 : unit, has_powers_ ? unit : 0);
  }
  kernels_.add_sums(group.scores, HELD, group.count, count * BLOCK, group.sum);

  // Runs of blocks whose values are all finite at once, the others one by one.
  const FloatRows weights = {group.scores, HELD, group.count};
  products_->take_weights(weights, count, group.scratch);
  int64_t first = 0;
  for (int64_t i = 0; i <= count; i++) {
    const bool is_end = i == count;
    if (!is_end && is_wild_[static_cast<size_t>((group.kv_head * mask_.block_count()) + indices[i])] == 0)
      continue;
    if (i > first)
      products_->add_values(weights, blocks.data(), first, i - first, group.output, padded_value_width_,
                            group.scratch);
    if (!is_end)
      add_careful(i, indices[i], blocks[static_cast<size_t>(i)], group);
    first = i + 1;
  }
}

/// One cell at a time, only for tokens that see it.
void Attention::add_careful(int64_t place, int64_t index, const CellBlock &block, const Group &group) const {
  for (int64_t token = 0; token < group.count; token++) {
    const uint32_t hidden = mask_.hidden(group.first_token + token, index);
    float *output = group.output + (token * padded_value_width_);
    for (int64_t cell = 0; cell < block.count; cell++) {
      if (((hidden >> cell) & 1) != 0)
        continue;
      const float weight = group.scores[(token * HELD) + (place * BLOCK) + cell];
      for (int64_t i = 0; i < value_width_; i++)
        output[i] = std::fma(weight, products_->value_at(block, cell, i), output[i]);
    }
  }
}

} // namespace llama_reward::prefill
