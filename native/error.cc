#include "error.h"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <napi.h>
#include <new>

namespace llama_reward {

Napi::Error to_js_error(Napi::Env env, const NativeError &error) {
  Napi::Error js = Napi::Error::New(env, error.what());
  const Napi::Object value = js.Value();
  value.Set("code", error.code);
  const Napi::Object details = Napi::Object::New(env);
  for (const auto &[name, number] : error.numbers)
    details.Set(name, number);
  if (!error.log.empty()) {
    const Napi::Array lines = Napi::Array::New(env, error.log.size());
    for (size_t i = 0; i < error.log.size(); i++)
      lines.Set(static_cast<uint32_t>(i), error.log[i]);
    details.Set("log", lines);
  }
  value.Set("details", details);
  return js;
}

NativeError out_of_memory() {
  return {"OUT_OF_MEMORY", "The system refused memory for this operation. Close other programs, or use a "
                           "smaller context, batch or model type."};
}

NativeError current_exception_as_native(const char *fallback_code) {
  try {
    throw;
  } catch (const NativeError &error) {
    return error;
  } catch (const std::bad_alloc &) {
    return out_of_memory();
  } catch (const std::exception &error) {
    return {fallback_code, error.what()};
  } catch (...) {
    return {fallback_code, "llama.cpp threw something that is not a standard exception"};
  }
}

} // namespace llama_reward
