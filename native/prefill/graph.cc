#include "graph.h"
#include "attention.h"
#include "cell_ages.h"
#include "gelu.h"
#include "inputs.h"
#include "kernels.h"
#include "mask.h"
#include "matmul.h"
#include "scratch.h"
#include "stopwatch.h"
#include "team.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <set>
#include <utility>
#include <vector>

namespace llama_reward::prefill {
namespace {

/// Casts to f16 that only attention computed here would read, and does not.
std::set<const ggml_tensor *> needless_casts(const ggml_cgraph &graph) {
  std::set<const ggml_tensor *> casts;
  const auto is_needless = [](const ggml_tensor *node, int source) {
    return source < 3 && Attention::takes(node) && Attention::uncast(node->src[source]) != node->src[source];
  };
  for (int i = 0; i < graph.n_nodes; i++)
    for (int source = 0; source < GGML_MAX_SRC; source++)
      if (graph.nodes[i]->src[source] != nullptr && is_needless(graph.nodes[i], source))
        casts.insert(graph.nodes[i]->src[source]);
  // Its second operand is what a cast writes: itself.
  for (int i = 0; i < graph.n_nodes; i++)
    for (int source = 0; source < GGML_MAX_SRC; source++)
      if (graph.nodes[i]->src[source] != nullptr && graph.nodes[i]->src[source] != graph.nodes[i] &&
          !is_needless(graph.nodes[i], source))
        casts.erase(graph.nodes[i]->src[source]);
  return casts;
}

} // namespace

Graph::Graph(const Kernels &kernels, ggml_cgraph &graph, int threads, const CellAges &ages, Scratch &scratch,
             Team *team)
    : kernels_(kernels), ages_(ages), threads_(threads), team_(team),
      stopwatches_(static_cast<size_t>(threads)), fusion_(kernels, graph), view_(graph) {
  const std::set<const ggml_tensor *> needless = needless_casts(graph);
  for (int i = 0; i < graph.n_nodes; i++) {
    const ggml_tensor *node = graph.nodes[i];
    if (needless.count(node) > 0 || fusion_.needless.count(node) > 0)
      continue;
    const bool is_computed = (node->flags & GGML_TENSOR_FLAG_COMPUTE) != 0;
    if (is_computed && (MatMul::takes(node) || Gelu::takes(node) || Attention::takes(node)))
      add(node);
    else
      nodes_.push_back(graph.nodes[i]);
  }
  // Steps follow one another, so all use the same memory. Kernels want it aligned to cache lines.
  constexpr size_t LINE = 64 / sizeof(float);
  scratch_floats_ = (scratch_floats_ + LINE - 1) / LINE * LINE;
  shared_floats_ = (shared_floats_ + LINE - 1) / LINE * LINE;
  scratch.reserve((shared_floats_ + (scratch_floats_ * static_cast<size_t>(threads_))) * sizeof(float));
  for (Step &step : steps_) {
    step.graph = this;
    step.shared = scratch.floats();
    step.scratch = scratch.floats() + shared_floats_;
    step.scratch_floats = scratch_floats_;
  }
  view_.nodes = nodes_.data();
  view_.n_nodes = static_cast<int>(nodes_.size());
  view_.size = std::max(view_.size, view_.n_nodes);
  // Another graph than the one that number may name.
  view_.uid = 0;
}

void Graph::add(const ggml_tensor *node) {
  if (node->op == GGML_OP_MUL_MAT) {
    matmuls_.emplace_back(kernels_, node, threads_);
    add_matmul(node, matmuls_.back());
    return;
  }
  if (node->op == GGML_OP_GLU || node->op == GGML_OP_UNARY) {
    gelus_.emplace_back(kernels_, node);
    Step step;
    step.kind = Step::Kind::GELU;
    step.gelu = &gelus_.back();
    add_step(node, step);
    return;
  }
  // It puts its own into the shared memory.
  cut_ = nullptr;
  attentions_.emplace_back(kernels_, node, mask_of(node));
  Attention &attention = attentions_.back();
  shared_floats_ = std::max(shared_floats_, attention.shared_floats());
  scratch_floats_ = std::max(scratch_floats_, attention.scratch_floats());
  for (const Step::Kind kind : {Step::Kind::PREPARE, Step::Kind::ATTEND}) {
    Step step;
    step.kind = kind;
    step.attention = &attention;
    add_step(node, step);
  }
}

void Graph::add_matmul(const ggml_tensor *node, MatMul &matmul) {
  scratch_floats_ = std::max(scratch_floats_, matmul.scratch_floats());
  const ggml_tensor *x = node->src[1];
  // Products of the same activations follow one another: queries, keys and values; gate and up.
  if (matmul.input_parts() > 0 && (cut_ != x || cut_parts_ != matmul.input_parts())) {
    inputs_.emplace_back(kernels_, x, matmul.input_parts(), fusion_.inputs.count(x) > 0);
    shared_floats_ = std::max(shared_floats_, inputs_.back().shared_floats());
    scratch_floats_ = std::max(scratch_floats_, Inputs::scratch_floats());
    Step step;
    step.kind = Step::Kind::CUT;
    step.inputs = &inputs_.back();
    add_step(node, step);
    cut_ = x;
    cut_parts_ = matmul.input_parts();
  }
  Step step;
  step.kind = Step::Kind::MATMUL;
  step.matmul = &matmul;
  add_step(node, step);
}

Mask &Graph::mask_of(const ggml_tensor *node) {
  for (const NamedMask &known : masks_)
    if (known.tensor == node->src[3])
      return *known.mask;
  std::vector<int32_t> order = ages_.order(Attention::uncast(node->src[1]));
  masks_.push_back({node->src[3], std::make_unique<Mask>(node->src[3], std::move(order))});
  Step step;
  step.kind = Step::Kind::MASK;
  step.mask = masks_.back().mask.get();
  add_step(node, step);
  return *masks_.back().mask;
}

void Graph::add_step(const ggml_tensor *node, Step step) {
  steps_.push_back(step);
  copies_.push_back(*node);
  ggml_tensor &copy = copies_.back();
  copy.op = GGML_OP_CUSTOM;
  const ggml_custom_op_params params{run_step, GGML_N_TASKS_MAX, &steps_.back()};
  static_assert(sizeof(params) <= sizeof(copy.op_params), "ggml's custom operations have changed");
  std::memset(copy.op_params, 0, sizeof(copy.op_params));
  std::memcpy(copy.op_params, &params, sizeof(params));
  nodes_.push_back(&copy);
}

void Graph::run_step(ggml_tensor * /*node*/, int thread, int /*threads*/, void *user_data) {
  const Step &step = *static_cast<const Step *>(user_data);
  if (step.graph->team_ == nullptr)
    run_timed(step, thread);
  else
    step.graph->team_->run([&step](int helper) { run_timed(step, helper); });
}

void Graph::run_timed(const Step &step, int thread) {
  Stopwatch &own = step.graph->stopwatches_[static_cast<size_t>(thread)];
  own.start();
  run_on(step, thread);
  own.stop();
}

double Graph::processor_share() const {
  double share = 1;
  for (const OwnStopwatch &own : stopwatches_)
    share = std::min(share, own.share());
  return share;
}

void Graph::run_on(const Step &step, int thread) {
  float *scratch = step.scratch + (static_cast<size_t>(thread) * step.scratch_floats);
  switch (step.kind) {
  case Step::Kind::CUT: {
    step.inputs->run(step.shared, scratch);
    return;
  }
  case Step::Kind::MATMUL: {
    step.matmul->run(step.shared, scratch);
    return;
  }
  case Step::Kind::GELU: {
    step.gelu->run();
    return;
  }
  case Step::Kind::MASK: {
    step.mask->run();
    return;
  }
  case Step::Kind::PREPARE: {
    step.attention->prepare(step.shared, scratch);
    return;
  }
  case Step::Kind::ATTEND: {
    step.attention->run(step.shared, scratch);
    return;
  }
  }
}

} // namespace llama_reward::prefill
