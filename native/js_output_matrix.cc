#include "js_output_matrix.h"

#include "args.h"
#include "error.h"
#include "handle.h"
#include "output_matrix.h"
#include "worker.h"
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <napi.h>
#include <string>
#include <utility>
#include <vector>

namespace llama_reward {
namespace {

using MatrixHandle = HandlePointer<OutputMatrix>;

// Keep ggml's 32-bit loop counters and our byte counts far from their limits.
constexpr int64_t MAX_WIDTH = 1 << 20;
constexpr int64_t MAX_VOCABULARY = 1 << 24;

ggml_type read_type(const Napi::Object &object) {
  const std::string name = read_string(object, "type");
  if (name == "f32")
    return GGML_TYPE_F32;
  if (name == "f16")
    return GGML_TYPE_F16;
  if (name == "bf16")
    return GGML_TYPE_BF16;
  throw NativeError("INVALID_ARGUMENT", "Expected f32, f16 or bf16 for type but received " + name);
}

double read_factor(const Napi::Object &object, const char *name, double smallest) {
  const Napi::Value value = object.Get(name);
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : NAN;
  if (std::isfinite(number) && number >= smallest)
    return number;
  throw NativeError("INVALID_ARGUMENT",
                    std::string("Expected a finite number that is not negative for ") + name);
}

void check_filled(const OutputMatrix &matrix) {
  if (matrix.missing_rows() > 0)
    throw NativeError("INVALID_ARGUMENT",
                      "The output matrix lacks " + std::to_string(matrix.missing_rows()) + " rows");
}

/// Rows are copied and stored at once: it is memory to memory, a few milliseconds for a slice.
Napi::Value append(const Napi::CallbackInfo &info, const MatrixHandle &handle) {
  return guarded(info.Env(), "INVALID_ARGUMENT", [&]() -> Napi::Value {
    const auto matrix = handle->get();
    const std::vector<uint8_t> rows = read_uint8_array(info[0], "rows");
    const size_t count = rows.size() / matrix->row_bytes();
    if (rows.size() % matrix->row_bytes() != 0 || static_cast<int64_t>(count) > matrix->missing_rows())
      throw NativeError("INVALID_ARGUMENT", "Expected at most " + std::to_string(matrix->missing_rows()) +
                                                " whole rows of " + std::to_string(matrix->row_bytes()) +
                                                " bytes but received " + std::to_string(rows.size()) +
                                                " bytes");
    matrix->append(rows);
    return info.Env().Undefined();
  });
}

std::vector<int32_t> read_tokens(const Napi::Value &value, size_t count, int64_t vocab_size) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_int32_array)
    throw NativeError("INVALID_ARGUMENT", "Expected an Int32Array for tokens");
  const auto array = value.As<Napi::Int32Array>();
  if (array.ElementLength() != count)
    throw NativeError("INVALID_ARGUMENT", "Expected " + std::to_string(count) +
                                              " tokens, one for each state, but received " +
                                              std::to_string(array.ElementLength()));
  std::vector<int32_t> tokens(count);
  for (size_t i = 0; i < count; i++) {
    tokens[i] = array[i];
    if (tokens[i] < 0 || tokens[i] >= vocab_size)
      throw NativeError("INVALID_ARGUMENT", "Expected tokens below " + std::to_string(vocab_size) +
                                                " but received " + std::to_string(tokens[i]));
  }
  return tokens;
}

Napi::Value to_float64_array(Napi::Env env, const std::vector<double> &values) {
  Napi::Float64Array array = Napi::Float64Array::New(env, values.size());
  if (!values.empty())
    std::memcpy(array.Data(), values.data(), values.size() * sizeof(double));
  return array;
}

Napi::Value log_probabilities(const Napi::CallbackInfo &info, const MatrixHandle &handle) {
  return promised(info.Env(), "INVALID_ARGUMENT", [&]() -> Napi::Value {
    auto matrix = handle->get();
    check_filled(*matrix);
    const Napi::Float32Array array = read_float32_array(info[0], "states");
    const auto width = static_cast<size_t>(matrix->options().hidden_size);
    if (array.ElementLength() % width != 0)
      throw NativeError("INVALID_ARGUMENT", "Expected states of " + std::to_string(width) +
                                                " numbers but received " +
                                                std::to_string(array.ElementLength()) + " numbers");
    std::vector<float> states(array.Data(), array.Data() + array.ElementLength());
    std::vector<int32_t> tokens = read_tokens(info[1], states.size() / width, matrix->options().vocab_size);
    return Task<std::vector<double>>::run(
        info.Env(), "INVALID_ARGUMENT",
        [matrix, states = std::move(states), tokens = std::move(tokens)] {
          return matrix->log_probabilities(states, tokens);
        },
        [](Napi::Env env, std::vector<double> &result) { return to_float64_array(env, result); });
  });
}

Napi::Value make_matrix(Napi::Env env, std::shared_ptr<OutputMatrix> matrix) {
  Napi::Object object = Napi::Object::New(env);
  auto handle = std::make_shared<Handle<OutputMatrix>>(std::move(matrix), "This output matrix");
  add_method(object, "append", [handle](const Napi::CallbackInfo &info) { return append(info, handle); });
  add_method(object, "logProbabilities",
             [handle](const Napi::CallbackInfo &info) { return log_probabilities(info, handle); });
  add_dispose(object, handle, [](OutputMatrix &) {});
  return object;
}

} // namespace

Napi::Value js_create_output_matrix(const Napi::CallbackInfo &info) {
  return promised(info.Env(), "INVALID_ARGUMENT", [&]() -> Napi::Value {
    const Napi::Object object = read_object(info[0], "options");
    OutputMatrixOptions options;
    options.vocab_size = read_integer(object, "vocabSize", 1, MAX_VOCABULARY);
    options.hidden_size = read_integer(object, "hiddenSize", 1, MAX_WIDTH);
    options.type = read_type(object);
    options.scale = read_factor(object, "scale", 0);
    options.cap = read_factor(object, "cap", 0);
    options.threads = static_cast<int32_t>(read_integer(object, "threads", 1, GGML_MAX_N_THREADS));
    return Task<std::shared_ptr<OutputMatrix>>::run(
        info.Env(), "OUT_OF_MEMORY", [options] { return OutputMatrix::create(options); },
        [](Napi::Env env, std::shared_ptr<OutputMatrix> &matrix) { return make_matrix(env, matrix); });
  });
}

} // namespace llama_reward
