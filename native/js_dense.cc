#include "js_dense.h"

#include "args.h"
#include "dense.h"
#include "handle.h"

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

DenseLayer read_layer(const Napi::Object &object) {
  DenseLayer layer;
  layer.output_size = read_integer(object, "outputSize", 1, MAX_WIDTH);
  layer.input_size = read_integer(object, "inputSize", 1, MAX_WIDTH);
  layer.activation = read_activation(object);
  const Napi::Float32Array weight = read_float32_array(object.Get("weight"), "weight");
  check_size("weight", weight.ElementLength(), layer.output_size * layer.input_size);
  layer.weight = weight.Data();
  if (!object.Get("bias").IsUndefined()) {
    const Napi::Float32Array bias = read_float32_array(object.Get("bias"), "bias");
    check_size("bias", bias.ElementLength(), layer.output_size);
    layer.bias.assign(bias.Data(), bias.Data() + bias.ElementLength());
  }
  return layer;
}

std::vector<DenseLayer> read_layers(const Napi::Value &value) {
  if (!value.IsArray() || value.As<Napi::Array>().Length() == 0)
    throw NativeError("INVALID_ARGUMENT", "Expected a non-empty array for layers");
  const Napi::Array array = value.As<Napi::Array>();
  std::vector<DenseLayer> layers;
  for (uint32_t i = 0; i < array.Length(); i++) {
    layers.push_back(read_layer(read_object(array.Get(i), "layer")));
    if (i > 0 && layers[i].input_size != layers[i - 1].output_size)
      throw NativeError("INVALID_ARGUMENT", "Layer " + std::to_string(i) + " takes " +
                                                std::to_string(layers[i].input_size) +
                                                " numbers, but layer " + std::to_string(i - 1) + " gives " +
                                                std::to_string(layers[i - 1].output_size));
  }
  return layers;
}

/// Holds the weight arrays while another thread copies them: hundreds of megabytes would stall the event
/// loop.
std::shared_ptr<Napi::ObjectReference> keep_weights(const Napi::Array &layers) {
  Napi::Array weights = Napi::Array::New(layers.Env(), layers.Length());
  for (uint32_t i = 0; i < layers.Length(); i++)
    weights.Set(i, layers.Get(i).As<Napi::Object>().Get("weight"));
  return std::make_shared<Napi::ObjectReference>(Napi::Persistent(weights.As<Napi::Object>()));
}

/// Frees the copied weights at once: garbage collection does not see how large they are and may come late.
void detach(const Napi::Object &weights) {
  const Napi::Array arrays = weights.As<Napi::Array>();
  for (uint32_t i = 0; i < arrays.Length(); i++) {
    Napi::ArrayBuffer buffer = arrays.Get(i).As<Napi::Float32Array>().ArrayBuffer();
    // Two layers may share one buffer.
    if (!buffer.IsDetached())
      buffer.Detach();
  }
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
    auto layers = read_layers(info[0]);
    const auto threads = static_cast<int32_t>(read_integer(info[1], "threads", 1, GGML_MAX_N_THREADS));
    auto kept = keep_weights(info[0].As<Napi::Array>());
    return Task<std::shared_ptr<DenseNetwork>>::run(
        info.Env(), "INVALID_ARGUMENT",
        [layers = std::move(layers), threads] { return DenseNetwork::create(layers, threads); },
        // The reference ends with this function, on the JavaScript thread.
        [kept](Napi::Env env, std::shared_ptr<DenseNetwork> &network) {
          detach(kept->Value());
          return make_network(env, network);
        });
  });
}

} // namespace llama_reward
