#include "quantize.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "backend.h"
#include "error.h"
#include "gguf_file.h"
#include "log.h"

namespace llama_reward {
namespace {

// llama.cpp keeps up to 8 GiB of rows in memory by default. The bound counts source rows, of which it needs a
// few at once per thread; this is plenty for the widest matrices.
constexpr size_t MAX_BUFFER_BYTES = size_t{256} << 20;

llama_ftype file_type(const std::string &name) {
  if (name == "q8_0")
    return LLAMA_FTYPE_MOSTLY_Q8_0;
  if (name == "q6_k")
    return LLAMA_FTYPE_MOSTLY_Q6_K;
  if (name == "q5_k_m")
    return LLAMA_FTYPE_MOSTLY_Q5_K_M;
  if (name == "q4_k_m")
    return LLAMA_FTYPE_MOSTLY_Q4_K_M;
  throw NativeError("INVALID_ARGUMENT",
                    "Expected q8_0, q6_k, q5_k_m or q4_k_m for type but received " + name);
}

/// What names a matrix and no other, as the regular expression that llama.cpp wants.
std::vector<std::string> patterns_of(const std::vector<std::string> &names) {
  std::vector<std::string> patterns;
  for (const std::string &name : names) {
    std::string pattern = "^";
    for (const char letter : name)
      pattern += letter == '.' ? std::string("\\.") : std::string(1, letter);
    patterns.push_back(pattern + "$");
  }
  return patterns;
}

/// Ends with an entry without a pattern.
std::vector<llama_model_tensor_override> overrides_of(const std::vector<std::string> &patterns,
                                                      ggml_type type) {
  std::vector<llama_model_tensor_override> overrides;
  overrides.reserve(patterns.size() + 1);
  for (const std::string &pattern : patterns)
    overrides.push_back({pattern.c_str(), type});
  overrides.push_back({nullptr, GGML_TYPE_COUNT});
  return overrides;
}

/// Ends with an entry without a name.
std::vector<llama_model_imatrix_data> importance_of(const std::vector<Importance> &all) {
  std::vector<llama_model_imatrix_data> entries;
  entries.reserve(all.size() + 1);
  for (const Importance &one : all)
    entries.push_back({one.name.c_str(), one.values.data(), one.values.size()});
  entries.push_back({nullptr, nullptr, 0});
  return entries;
}

} // namespace

void quantize_file(const QuantizeOptions &options) {
  llama_model_quantize_params params = api().llama_model_quantize_default_params();
  params.ftype = file_type(options.type);
  params.nthread = options.threads;
  params.max_buf_size = MAX_BUFFER_BYTES;
  const std::vector<std::string> patterns = patterns_of(options.kept);
  const auto overrides = overrides_of(patterns, options.kept_type == "bf16" ? GGML_TYPE_BF16 : GGML_TYPE_F16);
  if (!patterns.empty())
    params.tt_overrides = overrides.data();
  const auto importance = importance_of(options.importance);
  if (!options.importance.empty())
    params.imatrix = importance.data();

  std::error_code error;
  if (!std::filesystem::is_regular_file(std::filesystem::u8path(options.input), error))
    throw NativeError("MODEL_NOT_FOUND", "There is no model file " + options.input + ". Check the path.");

  const LogScope log;
  if (api().llama_model_quantize(options.input.c_str(), options.output.c_str(), &params) != 0)
    throw NativeError("CONVERSION_FAILED",
                      "llama.cpp cannot quantize " + options.input + " to " + options.type + ": " +
                          log.summary() +
                          ". Check that the input is a complete f32, f16 or bf16 GGUF and that " +
                          options.output + " can be written.")
        .with_log(log.lines());
  // llama.cpp does not notice a failed write (v0.5.0: its stream throws for failbit, a full disk sets
  // badbit).
  if (!is_complete_gguf(options.output))
    throw NativeError("CONVERSION_FAILED",
                      "Writing " + options.output + " failed halfway. Check that the disk has room for it.")
        .with_log(log.lines());
}

} // namespace llama_reward
