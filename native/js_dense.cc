#include "js_dense.h"

#include "args.h"
#include "dense.h"
#include "handle.h"
#include "worker.h"
#include <cstddef>
#include <cstdint>
#include <memory>
#include <napi.h>
#include <string>
#include <utility>
#include <vector>

namespace llama_reward {
namespace {

using NetworkHandle = HandlePointer<DenseNetwork>;

// Keeps ggml's 32-bit loop counters and our byte counts far from their limits.
constexpr int64_t MAX_WIDTH = 1 << 20;

Activation read_activation(const Napi::Object &object) {
  const std::string name = read_string(object, "activation");
  if (name == "none")
    return Activation::None;
  if (name == "relu")
    return Activation::Relu;
  if (name == "selu")
    return Activation::Selu;
  throw NativeError("INVALID_ARGUMENT", "Expected none, relu or selu for activation but received " + name);
}

void check_size(const char *name, size_t actual, int64_t expected) {
  if (actual != static_cast<size_t>(expected))
    throw NativeError("INVALID_ARGUMENT", std::string("Expected ") + std::to_string(expected) +
                                              " numbers for " + name + " but received " +
                                              std::to_string(actual));
}

std::vector<float> copy(const Napi::Float32Array &array) {
  return array.ElementLength() == 0 ? std::vector<float>()
                                    : std::vector<float>(array.Data(), array.Data() + array.ElementLength());
}

/// Each property is looked up once, and an array is copied before the next look-up: a getter may run any
/// JavaScript, which may free, shrink or transfer the memory behind an array that was read before.
/// @param weights receives the weight's array
DenseLayer read_layer(const Napi::Object &object, std::vector<Napi::Float32Array> &weights) {
  DenseLayer layer;
  layer.output_size = read_integer(object, "outputSize", 1, MAX_WIDTH);
  layer.input_size = read_integer(object, "inputSize", 1, MAX_WIDTH);
  layer.activation = read_activation(object);
  const Napi::Float32Array weight = read_float32_array(object.Get("weight"), "weight");
  check_size("weight", weight.ElementLength(), layer.output_size * layer.input_size);
  layer.weight = copy(weight);
  weights.push_back(weight);
  const Napi::Value bias = object.Get("bias");
  if (!bias.IsUndefined()) {
    const Napi::Float32Array array = read_float32_array(bias, "bias");
    check_size("bias", array.ElementLength(), layer.output_size);
    layer.bias = copy(array);
  }
  return layer;
}

std::vector<DenseLayer> read_layers(const Napi::Value &value, std::vector<Napi::Float32Array> &weights) {
  if (!value.IsArray() || value.As<Napi::Array>().Length() == 0)
    throw NativeError("INVALID_ARGUMENT", "Expected a non-empty array for layers");
  const auto array = value.As<Napi::Array>();
  std::vector<DenseLayer> layers;
  for (uint32_t i = 0; i < array.Length(); i++) {
    layers.push_back(read_layer(read_object(array.Get(i), "layer"), weights));
    if (i > 0 && layers[i].input_size != layers[i - 1].output_size)
      throw NativeError("INVALID_ARGUMENT", "Layer " + std::to_string(i) + " takes " +
                                                std::to_string(layers[i].input_size) +
                                                " numbers, but layer " + std::to_string(i - 1) + " gives " +
                                                std::to_string(layers[i - 1].output_size));
  }
  return layers;
}

/// Frees the copied weights at once: garbage collection does not see how large they are and may come late.
/// Memory that cannot be detached (shared, WebAssembly's) stays, and so does what is detached already.
void detach(const std::vector<Napi::Float32Array> &weights) {
  for (const Napi::Float32Array &array : weights)
    napi_detach_arraybuffer(array.Env(), array.ArrayBuffer());
}

Napi::Value forward(const Napi::CallbackInfo &info, const NetworkHandle &handle) {
  return promised(info.Env(), "INVALID_ARGUMENT", [&]() -> Napi::Value {
    auto network = handle->get();
    const Napi::Float32Array array = read_float32_array(info[0], "rows");
    if (array.ElementLength() % static_cast<size_t>(network->input_size()) != 0)
      throw NativeError("INVALID_ARGUMENT", "Expected rows of " + std::to_string(network->input_size()) +
                                                " numbers but received " +
                                                std::to_string(array.ElementLength()) + " numbers");
    std::vector<float> rows(array.Data(), array.Data() + array.ElementLength());
    return Task<std::vector<float>>::run(
        info.Env(), "INVALID_ARGUMENT",
        [network, rows = std::move(rows)]() mutable { return network->forward(std::move(rows)); },
        [](Napi::Env env, std::vector<float> &result) -> Napi::Value {
          return to_float32_array(env, result);
        });
  });
}

Napi::Value make_network(Napi::Env env, std::shared_ptr<DenseNetwork> network) {
  Napi::Object object = Napi::Object::New(env);
  auto handle = std::make_shared<Handle<DenseNetwork>>(std::move(network), "This dense network");
  add_method(object, "forward", [handle](const Napi::CallbackInfo &info) { return forward(info, handle); });
  add_dispose(object, handle, [](DenseNetwork &) {});
  return object;
}

} // namespace

Napi::Value js_create_dense_network(const Napi::CallbackInfo &info) {
  return promised(info.Env(), "INVALID_ARGUMENT", [&]() -> Napi::Value {
    std::vector<Napi::Float32Array> weights;
    auto layers = read_layers(info[0], weights);
    const auto threads = static_cast<int32_t>(read_integer(info[1], "threads", 1, GGML_MAX_N_THREADS));
    detach(weights);
    return Task<std::shared_ptr<DenseNetwork>>::run(
        info.Env(), "INVALID_ARGUMENT",
        [layers = std::move(layers), threads]() mutable {
          return DenseNetwork::create(std::move(layers), threads);
        },
        [](Napi::Env env, std::shared_ptr<DenseNetwork> &network) { return make_network(env, network); });
  });
}

} // namespace llama_reward
