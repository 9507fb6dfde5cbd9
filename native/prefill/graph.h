#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "attention.h"
#include "cell_ages.h"
#include "fusion.h"
#include "gelu.h"
#include "ggml-impl.h"
#include "inputs.h"
#include "kernels.h"
#include "mask.h"
#include "matmul.h"
#include "scratch.h"
#include "stopwatch.h"
#include "team.h"

namespace llama_reward::prefill {

/// A graph in which the operations computed here have taken the place of ggml's. The other nodes are the same
/// ones, so that ggml's CPU backend computes the whole in one go: with threads of its own, or on one thread
/// that a team helps with the steps of the operations computed here.
class Graph {
 public:
  /// @param ages of the caches' cells, this graph's noted
  /// @param team null: ggml's threads do the steps
  /// @throws std::bad_alloc
  Graph(const Kernels &kernels, ggml_cgraph &graph, int threads, const CellAges &ages, Scratch &scratch,
        Team *team = nullptr);
  ~Graph() = default;
  Graph(const Graph &) = delete;
  Graph &operator=(const Graph &) = delete;

  /// What to compute in the graph's place.
  ggml_cgraph *view() { return &view_; }
  /// The smallest share of their time at work that a thread had a processor, once all is computed.
  double processor_share() const;

 private:
  /// One custom node: a step of an operation, done by all threads together.
  struct Step {
    enum class Kind : uint8_t { CUT, MATMUL, GELU, MASK, PREPARE, ATTEND } kind = Kind::MATMUL;
    Inputs *inputs = nullptr;
    MatMul *matmul = nullptr;
    Gelu *gelu = nullptr;
    Mask *mask = nullptr;
    Attention *attention = nullptr;
    Graph *graph = nullptr;
    float *shared = nullptr;
    float *scratch = nullptr;
    size_t scratch_floats = 0;
  };
  static void run_step(ggml_tensor *node, int thread, int threads, void *user_data);
  static void run_timed(const Step &step, int thread);
  static void run_on(const Step &step, int thread);

  void add(const ggml_tensor *node);
  void add_matmul(const ggml_tensor *node, MatMul &matmul);
  void add_step(const ggml_tensor *node, Step step);
  Mask &mask_of(const ggml_tensor *node);

  const Kernels &kernels_;
  const CellAges &ages_;
  int threads_;
  Team *team_;
  /// By thread, in cache lines of their own.
  struct alignas(64) OwnStopwatch : Stopwatch {};
  std::vector<OwnStopwatch> stopwatches_;
  Fusion fusion_;
  std::deque<Inputs> inputs_;
  std::deque<MatMul> matmuls_;
  std::deque<Gelu> gelus_;
  std::deque<Attention> attentions_;
  struct NamedMask {
    const ggml_tensor *tensor;
    std::unique_ptr<Mask> mask;
  };
  std::vector<NamedMask> masks_;
  std::deque<Step> steps_;
  std::deque<ggml_tensor> copies_;
  std::vector<ggml_tensor *> nodes_;
  size_t shared_floats_ = 0, scratch_floats_ = 0;
  /// Whose parts the shared memory holds, and how many.
  const ggml_tensor *cut_ = nullptr;
  int cut_parts_ = 0;
  ggml_cgraph view_;
};

} // namespace llama_reward::prefill
