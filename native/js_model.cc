#include "js_model.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <napi.h>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "args.h"
#include "error.h"
#include "handle.h"
#include "load_model.h"
#include "model.h"
#include "prefill/kernels.h"
#include "worker.h"

namespace llama_reward {
namespace {

using ModelHandle = HandlePointer<Model>;

// Random; Node-API compares it to tell our objects from others.
constexpr napi_type_tag MODEL_TAG = {0x6d1f6d0c5f0d4e3bULL, 0x9a5c27c1b8e14f72ULL};

Napi::Object to_js(Napi::Env env, const ModelInfo &info) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("architecture", info.architecture);
  object.Set("description", info.description);
  object.Set("hiddenSize", info.hidden_size);
  object.Set("layerCount", info.layer_count);
  object.Set("headCount", info.head_count);
  object.Set("kvHeadCount", info.kv_head_count);
  object.Set("vocabSize", info.vocab_size);
  object.Set("trainContextLength", info.train_context_length);
  object.Set("slidingWindow", info.sliding_window);
  object.Set("parameterCount", static_cast<double>(info.parameter_count));
  object.Set("sizeBytes", static_cast<double>(info.size_bytes));
  object.Set("kvElementsPerCell", static_cast<double>(info.kv_elements_per_cell));
  object.Set("isPrefilled", info.is_prefilled);
  object.Set("precision", info.precision == prefill::Precision::FAST ? "fast" : "exact");
  return object;
}

Napi::Value to_js(Napi::Env env, const std::vector<std::vector<int32_t>> &token_lists) {
  Napi::Array arrays = Napi::Array::New(env, token_lists.size());
  for (size_t i = 0; i < token_lists.size(); i++) {
    const Napi::HandleScope scope(env);
    Napi::Int32Array array = Napi::Int32Array::New(env, token_lists[i].size());
    std::copy(token_lists[i].begin(), token_lists[i].end(), array.Data());
    arrays.Set(static_cast<uint32_t>(i), array);
  }
  return arrays;
}

Napi::Value tokenize(const Napi::CallbackInfo &info, const ModelHandle &handle) {
  return promised(info.Env(), "INVALID_ARGUMENT", [&]() -> Napi::Value {
    using Tokens = std::vector<std::vector<int32_t>>;
    auto model = handle->get();
    auto texts = read_strings(info[0], "texts");
    auto parse_special = read_uint8_array(info[1], "parseSpecial");
    return Task<Tokens>::run(
        info.Env(), "INVALID_ARGUMENT",
        [model, texts = std::move(texts), parse_special = std::move(parse_special)] {
          return model->vocabulary().tokenize(texts, parse_special);
        },
        [](Napi::Env env, Tokens &tokens) { return to_js(env, tokens); });
  });
}

Napi::Value special_tokens(const Napi::CallbackInfo &info, const ModelHandle &handle) {
  return guarded(info.Env(), "INVALID_ARGUMENT", [&]() -> Napi::Value {
    const auto tokens = handle->get()->vocabulary().special_tokens();
    Napi::Array array = Napi::Array::New(info.Env(), tokens.size());
    for (size_t i = 0; i < tokens.size(); i++) {
      const Napi::Object token = Napi::Object::New(info.Env());
      token.Set("id", tokens[i].id);
      token.Set("text", tokens[i].text);
      token.Set("isControl", tokens[i].is_control);
      array.Set(static_cast<uint32_t>(i), token);
    }
    return array;
  });
}

Napi::Value metadata(const Napi::CallbackInfo &info, const ModelHandle &handle) {
  return guarded(info.Env(), "INVALID_ARGUMENT", [&]() -> Napi::Value {
    if (!info[0].IsString())
      throw NativeError("INVALID_ARGUMENT", "Expected a string for key");
    const auto value = handle->get()->metadata(info[0].As<Napi::String>().Utf8Value());
    return value ? Napi::Value(Napi::String::New(info.Env(), *value)) : info.Env().Undefined();
  });
}

Napi::Value make_model(Napi::Env env, std::shared_ptr<Model> model) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("info", to_js(env, model->info()));
  auto handle = std::make_shared<Handle<Model>>(std::move(model), "This model");
  add_method(object, "tokenize", [handle](const Napi::CallbackInfo &info) { return tokenize(info, handle); });
  add_method(object, "specialTokens",
             [handle](const Napi::CallbackInfo &info) { return special_tokens(info, handle); });
  add_method(object, "longestToken", [handle](const Napi::CallbackInfo &info) -> Napi::Value {
    return guarded(info.Env(), "INVALID_ARGUMENT", [&]() -> Napi::Value {
      return Napi::Number::New(info.Env(), handle->get()->vocabulary().longest_token());
    });
  });
  add_method(object, "metadata", [handle](const Napi::CallbackInfo &info) { return metadata(info, handle); });
  add_dispose(object, handle, [](Model &) {});
  attach_handle(object, MODEL_TAG, handle);
  return object;
}

/// One positive count per device, `gpuLayers` in all; llama.cpp trusts the list's length.
std::vector<int32_t> read_device_layers(const Napi::Object &object, const ModelOptions &options) {
  if (object.Get("deviceLayers").IsUndefined())
    return {};
  const std::vector<int32_t> layers = read_int32_array(object, "deviceLayers");
  const int64_t sum = std::accumulate(layers.begin(), layers.end(), int64_t{0});
  const bool is_positive = std::all_of(layers.begin(), layers.end(), [](int32_t count) { return count > 0; });
  if (layers.empty() || layers.size() != options.devices.size() || sum != options.gpu_layers || !is_positive)
    throw NativeError("INVALID_ARGUMENT", "Expected a positive number of layers for each device, " +
                                              std::to_string(options.gpu_layers) +
                                              " in all, for deviceLayers");
  return layers;
}

ModelOptions read_options(const Napi::Object &object) {
  ModelOptions options;
  options.path = read_string(object, "path");
  options.gpu_layers =
      static_cast<int32_t>(read_integer(object, "gpuLayers", 0, std::numeric_limits<int32_t>::max()));
  options.devices = read_strings(object.Get("devices"), "devices");
  options.device_layers = read_device_layers(object, options);
  options.use_mmap = read_bool(object, "useMmap", true);
  options.prefill = read_bool(object, "prefill", false);
  options.precision = read_bool(object, "fast", false) ? prefill::Precision::FAST : prefill::Precision::EXACT;
  options.vocab_only = read_bool(object, "vocabOnly", false);
  return options;
}

} // namespace

Napi::Value js_load_model(const Napi::CallbackInfo &info) {
  return guarded(info.Env(), "MODEL_LOAD_FAILED", [&]() -> Napi::Value {
    const ModelOptions options = read_options(read_object(info[0], "options"));
    auto state = std::make_shared<LoadState>();
    Napi::Object load = Napi::Object::New(info.Env());
    load.Set("result",
             Task<std::shared_ptr<Model>>::run(
                 info.Env(), "MODEL_LOAD_FAILED", [options, state] { return load_model(options, *state); },
                 [](Napi::Env env, std::shared_ptr<Model> &model) { return make_model(env, model); }));
    add_method(load, "progress", [state](const Napi::CallbackInfo &call) -> Napi::Value {
      return Napi::Number::New(call.Env(), state->progress.load());
    });
    add_method(load, "cancel", [state](const Napi::CallbackInfo &) { state->cancelled.store(true); });
    return load;
  });
}

std::shared_ptr<Model> js_to_model(const Napi::Value &value) {
  return unwrap_handle<Model>(value, MODEL_TAG, "a model of this addon");
}

} // namespace llama_reward
