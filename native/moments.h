#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "symbols.h"

namespace llama_reward {

/// Second moments of what a matrix is multiplied with: sums over all tokens.
struct InputMoments {
  int64_t width = 0;
  int64_t tokens = 0;
  /// `[width]`, sums of squares.
  std::vector<float> squares;
  /// `[width, width]`, sums of products, the lower triangle only; empty where only squares are asked for.
  std::vector<float> products;
};

/// What weight matrices are multiplied with while a model runs, for quantizing them by what matters. Matrices
/// with the same input share its moments.
class Moments {
 public:
  /// @param weights names of the matrices
  /// @param with_products whether products are summed, too: `width²` numbers for every input
  Moments(const std::vector<std::string> &weights, bool with_products, int32_t threads);

  /// Whether a node multiplies one of the matrices with an input that has not been summed yet. An evaluation
  /// callback asks this for each node in order, and calls `add` after those where it says so.
  bool wants(const ggml_tensor *node);
  /// @throws NativeError OUT_OF_MEMORY
  void add(const ggml_tensor *node);

  /// @throws NativeError INVALID_ARGUMENT where the matrix was never multiplied
  const InputMoments &of(const std::string &weight) const;
  /// The matrices that were multiplied.
  std::vector<std::string> weights() const;

 private:
  void add_products(const std::vector<float> &rows, InputMoments &moments) const;

  std::set<std::string> wanted_;
  bool with_products_;
  int32_t threads_;
  /// Which matrix's input a matrix shares; itself for the first.
  std::map<std::string, std::string> shared_;
  /// By input, the first matrix that had it, while the names are being learnt.
  std::map<const ggml_tensor *, std::string> inputs_;
  std::map<std::string, InputMoments> moments_;
};

} // namespace llama_reward
