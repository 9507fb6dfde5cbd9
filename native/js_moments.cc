#include "js_moments.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <napi.h>
#include <string>
#include <utility>
#include <vector>

#include "args.h"
#include "error.h"
#include "fitted_rounding.h"
#include "handle.h"
#include "moments.h"
#include "worker.h"

namespace llama_reward {
namespace {

using MomentsHandle = HandlePointer<Moments>;

// Random; Node-API compares it to tell our objects from others.
constexpr napi_type_tag MOMENTS_TAG = {0x3f0b4a3d9ae14c55ULL, 0x8e2f7d6190c4ab13ULL};

void expect_weights(const std::vector<float> &weights) {
  for (const float weight : weights) {
    if (!(weight >= 0) || !std::isfinite(weight))
      throw NativeError("INVALID_ARGUMENT",
                        "Expected weights of at least 0 but received " + std::to_string(weight));
  }
}

/// Names of matrices, and how much each heeds what tokens weigh: 1 unless it is said.
std::map<std::string, float> read_weights(const Napi::Object &options) {
  const std::vector<std::string> names = read_strings(options.Get("weights"), "weights");
  std::vector<float> heed(names.size(), 1);
  if (!options.Get("heed").IsUndefined()) {
    const Napi::Float32Array array = read_float32_array(options.Get("heed"), "heed");
    heed.assign(array.Data(), array.Data() + array.ElementLength());
    expect_weights(heed);
  }
  if (heed.size() != names.size())
    throw NativeError("INVALID_ARGUMENT", "Expected heed for " + std::to_string(names.size()) +
                                              " matrices but received " + std::to_string(heed.size()));
  std::map<std::string, float> weights;
  for (size_t i = 0; i < names.size(); i++)
    weights.emplace(names[i], heed[i]);
  return weights;
}

Napi::Value mean_squares(const Napi::CallbackInfo &info, const MomentsHandle &handle) {
  return guarded(info.Env(), "INVALID_ARGUMENT", [&]() -> Napi::Value {
    const auto moments = handle->get();
    const std::vector<std::string> weights = moments->weights();
    Napi::Array array = Napi::Array::New(info.Env(), weights.size());
    for (size_t i = 0; i < weights.size(); i++) {
      const Napi::HandleScope scope(info.Env());
      const InputMoments &input = moments->of(weights[i]);
      std::vector<float> means = input.squares;
      for (float &value : means)
        value /= static_cast<float>(input.weight);
      const Napi::Object object = Napi::Object::New(info.Env());
      object.Set("name", weights[i]);
      object.Set("values", to_float32_array(info.Env(), means));
      array.Set(static_cast<uint32_t>(i), object);
    }
    return array;
  });
}

Napi::Value weigh(const Napi::CallbackInfo &info, const MomentsHandle &handle) {
  return guarded(info.Env(), "INVALID_ARGUMENT", [&]() -> Napi::Value {
    const Napi::Float32Array array = read_float32_array(info[0], "weights");
    std::vector<float> weights(array.Data(), array.Data() + array.ElementLength());
    expect_weights(weights);
    handle->get()->weigh(std::move(weights));
    return info.Env().Undefined();
  });
}

Napi::Value round(const Napi::CallbackInfo &info, const MomentsHandle &handle) {
  return promised(info.Env(), "INVALID_ARGUMENT", [&]() -> Napi::Value {
    auto moments = handle->get();
    const Napi::Object options = read_object(info[0], "options");
    const std::string name = read_string(options, "weight");
    const auto threads = static_cast<int32_t>(read_integer(options, "threads", 1, GGML_MAX_N_THREADS));
    const Napi::Float32Array array = read_float32_array(options.Get("values"), "values");
    std::vector<float> values(array.Data(), array.Data() + array.ElementLength());
    return Task<std::vector<uint8_t>>::run(
        info.Env(), "INVALID_ARGUMENT",
        [moments, name, threads, values = std::move(values)] {
          return round_to_q8_0(values, moments->of(name), threads);
        },
        [](Napi::Env env, std::vector<uint8_t> &blocks) -> Napi::Value {
          Napi::Uint8Array result = Napi::Uint8Array::New(env, blocks.size());
          std::copy(blocks.begin(), blocks.end(), result.Data());
          return result;
        });
  });
}

} // namespace

Napi::Value js_create_moments(const Napi::CallbackInfo &info) {
  return guarded(info.Env(), "INVALID_ARGUMENT", [&]() -> Napi::Value {
    const Napi::Object options = read_object(info[0], "options");
    auto handle = std::make_shared<Handle<Moments>>(
        std::make_shared<Moments>(
            read_weights(options), read_bool(options, "withProducts", false),
            static_cast<int32_t>(read_integer(options, "threads", 1, GGML_MAX_N_THREADS))),
        "These moments");
    Napi::Object object = Napi::Object::New(info.Env());
    add_method(object, "meanSquares",
               [handle](const Napi::CallbackInfo &call) { return mean_squares(call, handle); });
    add_method(object, "weigh", [handle](const Napi::CallbackInfo &call) { return weigh(call, handle); });
    add_method(object, "roundToQ8", [handle](const Napi::CallbackInfo &call) { return round(call, handle); });
    add_dispose(object, handle, [](Moments &) {});
    attach_handle(object, MOMENTS_TAG, handle);
    return object;
  });
}

std::shared_ptr<Moments> js_to_moments(const Napi::Value &value) {
  return unwrap_handle<Moments>(value, MOMENTS_TAG, "moments of this addon");
}

} // namespace llama_reward
