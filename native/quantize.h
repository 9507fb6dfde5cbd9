#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace llama_reward {

/// What the columns of a matrix are multiplied with, as squares: llama.cpp's importance matrix.
struct Importance {
  std::string name;
  /// `[width]`
  std::vector<float> values;
};

struct QuantizeOptions {
  std::string input;
  std::string output;
  /// `q8_0`, `q6_k`, `q5_k_m` or `q4_k_m`
  std::string type;
  int32_t threads;
  /// Names of matrices that stay in 16 bits, and their type: `f16` or `bf16`.
  std::vector<std::string> kept;
  std::string kept_type;
  /// By matrix; none leaves every column equally important.
  std::vector<Importance> importance;
};

/// Quantizes a GGUF file with llama.cpp's own quantizer.
/// @throws NativeError MODEL_NOT_FOUND, INVALID_ARGUMENT, CONVERSION_FAILED with the log
void quantize_file(const QuantizeOptions &options);

} // namespace llama_reward
