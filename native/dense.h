#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "symbols.h"
#include "tensors.h"

namespace llama_reward {

enum class Activation : uint8_t { None, Relu, Selu };

/// One layer: `activation(x · Wᵀ + b)`.
struct DenseLayer {
  /// `[outputSize, inputSize]`, row-major; empty once the network is made.
  std::vector<float> weight;
  int64_t output_size = 0;
  int64_t input_size = 0;
  /// `[outputSize]`, or empty.
  std::vector<float> bias;
  Activation activation = Activation::None;
};

/// A stack of dense layers in float32, multiplied by llama.cpp's CPU backend, which has a fast kernel per
/// processor. Immutable once made: any number of threads may call `forward` at the same time.
class DenseNetwork {
 public:
  /// Takes the weights over. @throws NativeError OUT_OF_MEMORY
  static std::shared_ptr<DenseNetwork> create(std::vector<DenseLayer> layers, int32_t threads);
  ~DenseNetwork() = default;
  DenseNetwork(const DenseNetwork &) = delete;
  DenseNetwork &operator=(const DenseNetwork &) = delete;

  int64_t input_size() const { return layers_.front().input_size; }
  /// @param rows `[n, inputSize]`; @returns `[n, outputSize]`
  std::vector<float> forward(std::vector<float> rows) const;

 private:
  DenseNetwork(std::vector<DenseLayer> layers, int32_t threads);

  std::vector<DenseLayer> layers_;
  int32_t threads_;
  TensorContextPointer context_;
  TensorBufferPointer buffer_;
  std::vector<ggml_tensor *> weights_;
};

} // namespace llama_reward
