#include "fusion.h"

#include "attention.h"
#include "kernels.h"
#include "matmul.h"
#include "row_source.h"

namespace llama_reward::prefill {
namespace {

bool is_computed(const ggml_tensor *node) {
  return (node->flags & GGML_TENSOR_FLAG_COMPUTE) != 0;
}

/// Whether a node only names memory.
bool is_name(const ggml_tensor *node) {
  return node->op == GGML_OP_NONE || node->op == GGML_OP_VIEW || node->op == GGML_OP_RESHAPE ||
         node->op == GGML_OP_PERMUTE || node->op == GGML_OP_TRANSPOSE;
}

/// Whether nobody but nodes of the graph reads a node's result.
bool is_intermediate(const ggml_tensor *node) {
  return is_computed(node) && node->view_src == nullptr && (node->flags & GGML_TENSOR_FLAG_OUTPUT) == 0;
}

int uses_of(const ggml_tensor *x, const ggml_tensor *node) {
  int uses = 0;
  for (const ggml_tensor *source : node->src)
    uses += source == x ? 1 : 0;
  return uses;
}

/// Whether only products read the result of the node at `index`, and all of them can read the parts that the
/// first has made.
bool is_for_products(const ggml_cgraph &graph, int index) {
  const ggml_tensor *x = graph.nodes[index];
  int left = ggml_node_get_use_count(&graph, index);
  if (!is_intermediate(x) || left == 0)
    return false;
  bool has_begun = false;
  bool is_overwritten = false;
  // Who looks at a graph's last node, as those do that measure activations, may look at its inputs.
  for (int i = index + 1; i < graph.n_nodes - 1 && left > 0; i++) {
    const ggml_tensor *node = graph.nodes[i];
    const bool is_product = is_computed(node) && MatMul::takes(node);
    if (uses_of(x, node) > 0) {
      if (!is_product || node->src[1] != x || is_overwritten)
        return false;
      has_begun = true;
      left--;
    } else if (!has_begun) {
      // By the time of the first, what it reads may be gone.
      if (!is_name(node))
        return false;
    } else if (is_product || Attention::takes(node)) {
      // It puts its own into the shared memory.
      is_overwritten = true;
    }
  }
  return left == 0;
}

/// The RMS norm that a product with weights follows, and nobody else reads; null where there is none.
const ggml_tensor *norm_before(const ggml_cgraph &graph, int index) {
  int i = index - 1;
  while (i >= 0 && is_name(graph.nodes[i]))
    i--;
  if (i < 0 || graph.nodes[i]->op != GGML_OP_RMS_NORM)
    return nullptr;
  const bool is_alone = is_intermediate(graph.nodes[i]) && ggml_node_get_use_count(&graph, i) == 1;
  return is_alone && uses_of(graph.nodes[i], graph.nodes[index]) == 1 ? graph.nodes[i] : nullptr;
}

} // namespace

Fusion::Fusion(const Kernels &kernels, const ggml_cgraph &graph) {
  if (kernels.parts == nullptr || graph.use_counts == nullptr)
    return;
  for (int i = 0; i < graph.n_nodes; i++) {
    const ggml_tensor *node = graph.nodes[i];
    if (RowSource::of_operations_before(kernels, node) == nullptr)
      continue;
    const ggml_tensor *norm = node->op == GGML_OP_MUL ? norm_before(graph, i) : nullptr;
    if ((node->op == GGML_OP_MUL && norm == nullptr) || !is_for_products(graph, i))
      continue;
    inputs.insert(node);
    needless.insert(node);
    if (norm != nullptr)
      needless.insert(norm);
  }
}

} // namespace llama_reward::prefill
