#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "symbols.h"

namespace llama_reward {

/// Second moments of what a matrix is multiplied with: sums over all tokens, each as often as it weighs.
struct InputMoments {
  int64_t width = 0;
  double weight = 0;
  /// `[width]`, sums of squares.
  std::vector<float> squares;
  /// `[width, width]`, sums of products, the lower triangle only; empty where only squares are asked for.
  std::vector<float> products;
};

/// What weight matrices are multiplied with while a model runs, for quantizing them by what matters. Matrices
/// with the same input share its moments.
class Moments {
 public:
  /// @param weights the matrices, and how much each heeds what `weigh` says
  /// @param with_products whether products are summed, too: `width²` numbers for every input
  Moments(std::map<std::string, float> weights, bool with_products, int32_t threads);

  /// How much more than one each token of the next graphs counts, in order; empty for none. A matrix heeds it
  /// as a multiple.
  void weigh(std::vector<float> extra) { extra_ = std::move(extra); }

  /// Whether a node multiplies one of the matrices with an input that has not been summed yet. An evaluation
  /// callback asks this for each node in order, and calls `add` after those where it says so.
  bool wants(const ggml_tensor *node);
  /// @throws NativeError OUT_OF_MEMORY; INVALID_ARGUMENT where it has another number of tokens than was
  /// weighed
  void add(const ggml_tensor *node);

  /// @throws NativeError INVALID_ARGUMENT where the matrix was never multiplied
  const InputMoments &of(const std::string &weight) const;
  /// The matrices that were multiplied.
  std::vector<std::string> weights() const;

 private:
  /// @returns the sum of the weights
  double weigh_rows(std::vector<float> &rows, int64_t width, float heed) const;
  void add_products(const std::vector<float> &rows, InputMoments &moments) const;

  std::vector<float> extra_;
  std::map<std::string, float> wanted_;
  bool with_products_;
  int32_t threads_;
  /// Which matrix's input a matrix shares; itself for the first.
  std::map<std::string, std::string> shared_;
  /// By input, the first matrix that had it, while the names are being learnt.
  std::map<const ggml_tensor *, std::string> inputs_;
  std::map<std::string, InputMoments> moments_;
};

} // namespace llama_reward
