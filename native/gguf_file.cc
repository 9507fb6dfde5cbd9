#include "gguf_file.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <vector>

#include "backend.h"
#include "error.h"
#include "log.h"

namespace llama_reward {
namespace {

// LLAMA_MAX_LAYERS of llama.cpp v0.4.0 and v0.5.0 (src/llama-hparams.h).
constexpr uint32_t MAX_LAYERS = 512;

struct FreeGguf {
  void operator()(gguf_context *file) const { api().gguf_free(file); }
};
using GgufPointer = std::unique_ptr<gguf_context, FreeGguf>;

/// The header only; null when it cannot be read.
GgufPointer open_header(const std::string &path) {
  return GgufPointer(api().gguf_init_from_file(path.c_str(), {true, nullptr}));
}

[[noreturn]] void refuse(const std::string &path, const std::string &what) {
  throw NativeError("MODEL_LOAD_FAILED",
                    path + " is damaged: " + what + ". Convert or download the file again.");
}

/// Index of a key of the given type; -1 without one.
int64_t find_key(const gguf_context *file, const std::string &name, gguf_type type) {
  const int64_t key = api().gguf_find_key(file, name.c_str());
  return key >= 0 && api().gguf_get_kv_type(file, key) == type ? key : -1;
}

void check_layer_count(const gguf_context *file, const std::string &path) {
  const int64_t architecture = find_key(file, "general.architecture", GGUF_TYPE_STRING);
  if (architecture < 0)
    return;
  const std::string name = api().gguf_get_val_str(file, architecture);
  const int64_t key = find_key(file, name + ".block_count", GGUF_TYPE_UINT32);
  if (key < 0)
    return;
  const uint32_t count = api().gguf_get_val_u32(file, key);
  if (count == 0 || count > MAX_LAYERS)
    refuse(path, "it claims " + std::to_string(count) + " layers");
}

void check_vocabulary(const gguf_context *file, const std::string &path) {
  const int64_t key = find_key(file, "tokenizer.ggml.tokens", GGUF_TYPE_ARRAY);
  if (key < 0 || api().gguf_get_arr_type(file, key) != GGUF_TYPE_STRING)
    return;
  const size_t count = api().gguf_get_arr_n(file, key);
  std::unordered_map<std::string_view, size_t> ids;
  ids.reserve(count);
  for (size_t id = 0; id < count; id++) {
    const std::string_view text = api().gguf_get_arr_str(file, key, id);
    // llama.cpp gives empty texts a name of their own.
    if (text.empty())
      continue;
    const auto [other, is_new] = ids.emplace(text, id);
    if (!is_new)
      refuse(path, "tokens " + std::to_string(other->second) + " and " + std::to_string(id) +
                       " have the same text");
  }
}

} // namespace

void require_readable_file(const std::string &path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(std::filesystem::u8path(path), error))
    throw NativeError("MODEL_NOT_FOUND", "There is no model file " + path +
                                             (error ? ": " + error.message() : "") + ". Check the path.");
}

GgufOutline read_gguf_outline(const std::string &path) {
  require_readable_file(path);
  const LogScope log;
  const GgufPointer file = open_header(path);
  if (!file)
    throw NativeError("MODEL_LOAD_FAILED", path + " is no GGUF file, or a damaged one: " + log.summary() +
                                               ". Convert or download the file again.")
        .with_log(log.lines());
  GgufOutline outline;
  const int64_t architecture = find_key(file.get(), "general.architecture", GGUF_TYPE_STRING);
  if (architecture >= 0)
    outline.architecture = api().gguf_get_val_str(file.get(), architecture);
  for (int64_t key = 0; key < api().gguf_get_n_kv(file.get()); key++)
    if (api().gguf_get_kv_type(file.get(), key) == GGUF_TYPE_UINT32)
      outline.numbers[api().gguf_get_key(file.get(), key)] = api().gguf_get_val_u32(file.get(), key);
  for (int64_t i = 0; i < api().gguf_get_n_tensors(file.get()); i++)
    outline.tensors.emplace_back(api().gguf_get_tensor_name(file.get(), i),
                                 api().gguf_get_tensor_size(file.get(), i));
  return outline;
}

std::vector<int32_t> read_token_types(const std::string &path) {
  const GgufPointer file = open_header(path);
  const int64_t key = file ? find_key(file.get(), "tokenizer.ggml.token_type", GGUF_TYPE_ARRAY) : -1;
  if (key < 0 || api().gguf_get_arr_type(file.get(), key) != GGUF_TYPE_INT32)
    return {};
  const auto *types = static_cast<const int32_t *>(api().gguf_get_arr_data(file.get(), key));
  return {types, types + api().gguf_get_arr_n(file.get(), key)};
}

bool has_quantized_tensors(const std::string &path) {
  const LogScope log;
  const GgufPointer file = open_header(path);
  for (int64_t i = 0; file != nullptr && i < api().gguf_get_n_tensors(file.get()); i++) {
    const ggml_type type = api().gguf_get_tensor_type(file.get(), i);
    if (type != GGML_TYPE_F32 && type != GGML_TYPE_F16 && type != GGML_TYPE_BF16)
      return true;
  }
  return false;
}

bool is_complete_gguf(const std::string &path) {
  std::error_code error;
  const uintmax_t size = std::filesystem::file_size(std::filesystem::u8path(path), error);
  const GgufPointer file = error ? nullptr : open_header(path);
  if (!file)
    return false;
  size_t end = 0;
  for (int64_t i = 0; i < api().gguf_get_n_tensors(file.get()); i++)
    end = std::max(end,
                   api().gguf_get_tensor_offset(file.get(), i) + api().gguf_get_tensor_size(file.get(), i));
  return end > 0 && api().gguf_get_data_offset(file.get()) + end <= size;
}

void check_gguf_header(const std::string &path) {
  const GgufPointer file = open_header(path);
  if (!file)
    return;
  check_layer_count(file.get(), path);
  check_vocabulary(file.get(), path);
}

} // namespace llama_reward
