#include "cell_ages.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

#include "attention.h"

namespace llama_reward::prefill {
namespace {

/// The rows that a node writes of a stored tensor, whose numbers llama.cpp sets before the graph runs.
bool writes_cells(const ggml_tensor *node) {
  if (node->op != GGML_OP_SET_ROWS || node->view_src == nullptr)
    return false;
  const ggml_tensor *rows = node->src[1];
  return rows->op == GGML_OP_NONE && rows->type == GGML_TYPE_I64 && rows->data != nullptr;
}

/// What attention computed here reads keys from.
std::set<const ggml_tensor *> key_caches(const ggml_cgraph &graph) {
  std::set<const ggml_tensor *> caches;
  for (int i = 0; i < graph.n_nodes; i++)
    if (Attention::takes(graph.nodes[i]))
      caches.insert(Attention::uncast(graph.nodes[i]->src[1])->view_src);
  return caches;
}

} // namespace

void CellAges::note(const ggml_cgraph &graph) {
  const std::set<const ggml_tensor *> caches = key_caches(graph);
  int64_t most = 0;
  for (int i = 0; i < graph.n_nodes; i++) {
    const ggml_tensor *node = graph.nodes[i];
    if (!writes_cells(node) || caches.count(node->view_src) == 0)
      continue;
    const auto *cells = static_cast<const int64_t *>(node->src[1]->data);
    const int64_t count = node->src[1]->ne[0];
    std::vector<uint64_t> &ages = ages_[node->view_src];
    ages.resize(static_cast<size_t>(node->ne[1]));
    for (int64_t place = 0; place < count; place++)
      if (cells[place] >= 0 && cells[place] < node->ne[1])
        ages[static_cast<size_t>(cells[place])] = now_ + static_cast<uint64_t>(place) + 1;
    most = std::max(most, count);
  }
  now_ += static_cast<uint64_t>(most);
}

std::vector<int32_t> CellAges::order(const ggml_tensor *keys) const {
  const auto known = ages_.find(keys->view_src);
  const auto count = static_cast<size_t>(keys->ne[1]);
  if (known == ages_.end() || keys->view_offs != 0 || known->second.size() < count)
    return {};
  const std::vector<uint64_t> &ages = known->second;
  // No token sees a cell that was never written: wherever it lies is in order.
  uint64_t last = 0;
  bool is_ascending = true;
  for (size_t cell = 0; cell < count && is_ascending; cell++) {
    is_ascending = ages[cell] == 0 || ages[cell] > last;
    last = std::max(last, ages[cell]);
  }
  if (is_ascending)
    return {};
  const auto rank = [&ages](int32_t cell) {
    const uint64_t age = ages[static_cast<size_t>(cell)];
    return std::make_pair(age == 0 ? std::numeric_limits<uint64_t>::max() : age, cell);
  };
  std::vector<int32_t> cells(count);
  std::iota(cells.begin(), cells.end(), 0);
  std::sort(cells.begin(), cells.end(),
            [&rank](int32_t left, int32_t right) { return rank(left) < rank(right); });
  return cells;
}

} // namespace llama_reward::prefill
