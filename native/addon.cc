// The addon's exports; the whole surface is described in lib/score/native/native-addon.ts.

#include <cstddef>
#include <cstdint>
#include <napi.h>
#include <string>
#include <utility>
#include <vector>

#include "args.h"
#include "backend.h"
#include "device.h"
#include "error.h"
#include "extra_exports.h"
#include "gguf_file.h"
#include "gpu_backends.h"
#include "js_context.h"
#include "js_dense.h"
#include "js_model.h"
#include "js_moments.h"
#include "js_output_matrix.h"
#include "processor.h"
#include "quantize.h"
#include "worker.h"

namespace llama_reward {
namespace {

Napi::Array to_js(Napi::Env env, const std::vector<std::string> &strings) {
  Napi::Array array = Napi::Array::New(env, strings.size());
  for (size_t i = 0; i < strings.size(); i++)
    array.Set(static_cast<uint32_t>(i), strings[i]);
  return array;
}

Napi::Array to_js(Napi::Env env, const std::vector<GpuBackend> &backends) {
  Napi::Array array = Napi::Array::New(env, backends.size());
  for (size_t i = 0; i < backends.size(); i++) {
    const Napi::Object backend = Napi::Object::New(env);
    backend.Set("file", backends[i].path);
    backend.Set("log", to_js(env, backends[i].log));
    array.Set(static_cast<uint32_t>(i), backend);
  }
  return array;
}

Napi::Value to_js(Napi::Env env, const GgufOutline &outline) {
  const Napi::Object numbers = Napi::Object::New(env);
  for (const auto &[name, value] : outline.numbers)
    numbers.Set(name, value);
  const Napi::Array tensors = Napi::Array::New(env, outline.tensors.size());
  for (size_t i = 0; i < outline.tensors.size(); i++) {
    const Napi::HandleScope scope(env);
    const Napi::Object tensor = Napi::Object::New(env);
    tensor.Set("name", outline.tensors[i].first);
    tensor.Set("sizeBytes", static_cast<double>(outline.tensors[i].second));
    tensors.Set(static_cast<uint32_t>(i), tensor);
  }
  Napi::Object object = Napi::Object::New(env);
  object.Set("architecture", outline.architecture);
  object.Set("numbers", numbers);
  object.Set("tensors", tensors);
  return object;
}

Napi::Value initialize(const Napi::CallbackInfo &info) {
  return guarded(info.Env(), "ADDON_NOT_FOUND", [&]() -> Napi::Value {
    const Napi::Object object = read_object(info[0], "libraries");
    BackendOptions options;
    options.libraries = {read_string(object, "ggmlBase"), read_string(object, "ggml"),
                         read_string(object, "llama")};
    options.directories = read_strings(object.Get("backendDirectories"), "backendDirectories");
    const BackendInfo backend = initialize_backend(options);

    const Napi::Object features = Napi::Object::New(info.Env());
    for (const auto &[name, value] : backend.features)
      features.Set(name, value);
    Napi::Object result = Napi::Object::New(info.Env());
    result.Set("version", backend.version);
    result.Set("backends", to_js(info.Env(), backend.backends));
    result.Set("prefill", backend.prefill);
    result.Set("fastPrefill", backend.fast_prefill);
    result.Set("features", features);
    result.Set("gpuBackends", to_js(info.Env(), backend.gpu_backends));
    result.Set("failures", to_js(info.Env(), backend.failures));
    return result;
  });
}

Napi::Value devices(const Napi::CallbackInfo &info) {
  return guarded(info.Env(), "ADDON_NOT_FOUND", [&]() -> Napi::Value {
    const std::vector<Device> devices = list_devices();
    Napi::Array array = Napi::Array::New(info.Env(), devices.size());
    for (size_t i = 0; i < devices.size(); i++) {
      const Napi::Object device = Napi::Object::New(info.Env());
      device.Set("name", devices[i].name);
      device.Set("description", devices[i].description);
      device.Set("backend", devices[i].backend);
      device.Set("kind", devices[i].kind);
      device.Set("memoryTotalBytes", static_cast<double>(devices[i].memory_total));
      device.Set("memoryFreeBytes", static_cast<double>(devices[i].memory_free));
      array.Set(static_cast<uint32_t>(i), device);
    }
    return array;
  });
}

Napi::Value physical_cores(const Napi::CallbackInfo &info) {
  return Napi::Number::New(info.Env(), llama_reward::physical_cores());
}

Napi::Value read_outline(const Napi::CallbackInfo &info) {
  return promised(info.Env(), "MODEL_LOAD_FAILED", [&]() -> Napi::Value {
    const std::string path = read_string(read_object(info[0], "options"), "path");
    return Task<GgufOutline>::run(
        info.Env(), "MODEL_LOAD_FAILED", [path] { return read_gguf_outline(path); },
        [](Napi::Env env, GgufOutline &outline) { return to_js(env, outline); });
  });
}

std::vector<Importance> read_importance(const Napi::Value &value) {
  std::vector<Importance> all;
  if (value.IsUndefined())
    return all;
  if (!value.IsArray())
    throw NativeError("INVALID_ARGUMENT", "Expected an array for importance");
  const auto array = value.As<Napi::Array>();
  for (uint32_t i = 0; i < array.Length(); i++) {
    const Napi::Object object = read_object(array.Get(i), "importance");
    std::string name = read_string(object, "name");
    const Napi::Float32Array values = read_float32_array(object.Get("values"), "values");
    all.push_back({std::move(name), {values.Data(), values.Data() + values.ElementLength()}});
  }
  return all;
}

Napi::Value quantize(const Napi::CallbackInfo &info) {
  return promised(info.Env(), "CONVERSION_FAILED", [&]() -> Napi::Value {
    const Napi::Object object = read_object(info[0], "options");
    const QuantizeOptions options{
        read_string(object, "input"),
        read_string(object, "output"),
        read_string(object, "type"),
        static_cast<int32_t>(read_integer(object, "threads", 1, GGML_MAX_N_THREADS)),
        object.Get("kept").IsUndefined() ? std::vector<std::string>()
                                         : read_strings(object.Get("kept"), "kept"),
        object.Get("keptType").IsUndefined() ? std::string("f16") : read_string(object, "keptType"),
        read_importance(object.Get("importance"))};
    return Task<Done>::run(
        info.Env(), "CONVERSION_FAILED",
        [options] {
          quantize_file(options);
          return Done{};
        },
        deliver_undefined);
  });
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  exports.Set("headerVersion", LLAMA_REWARD_HEADER_VERSION);
  exports.Set("initialize", Napi::Function::New(env, initialize, "initialize"));
  exports.Set("devices", Napi::Function::New(env, devices, "devices"));
  exports.Set("physicalCores", Napi::Function::New(env, physical_cores, "physicalCores"));
  exports.Set("loadModel", Napi::Function::New(env, js_load_model, "loadModel"));
  exports.Set("readOutline", Napi::Function::New(env, read_outline, "readOutline"));
  exports.Set("createContext", Napi::Function::New(env, js_create_context, "createContext"));
  exports.Set("createDenseNetwork", Napi::Function::New(env, js_create_dense_network, "createDenseNetwork"));
  exports.Set("createOutputMatrix", Napi::Function::New(env, js_create_output_matrix, "createOutputMatrix"));
  exports.Set("createMoments", Napi::Function::New(env, js_create_moments, "createMoments"));
  exports.Set("quantize", Napi::Function::New(env, quantize, "quantize"));
  add_extra_exports(env, exports);
  return exports;
}

} // namespace
} // namespace llama_reward

namespace {

// The macro makes a name of this one, so it cannot be a qualified one.
Napi::Object init_addon(Napi::Env env, Napi::Object exports) {
  return llama_reward::init(env, exports);
}

} // namespace

NODE_API_MODULE(llama_reward, init_addon)
