#include "args.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <napi.h>
#include <string>
#include <vector>

#include "error.h"

namespace llama_reward {
namespace {

std::string describe(const Napi::Value &value) {
  switch (value.Type()) {
  case napi_undefined:
    return "undefined";
  case napi_null:
    return "null";
  case napi_boolean:
    return value.As<Napi::Boolean>().Value() ? "true" : "false";
  case napi_number:
    return value.ToString().Utf8Value();
  case napi_string:
    return "a string";
  case napi_function:
    return "a function";
  case napi_object:
    if (value.IsTypedArray())
      return "another typed array";
    return value.IsArray() ? "an array" : "an object";
  default:
    return "something else";
  }
}

[[noreturn]] void fail(const std::string &expected, const char *name, const Napi::Value &value) {
  throw NativeError("INVALID_ARGUMENT",
                    "Expected " + expected + " for " + name + " but received " + describe(value));
}

template <class Array, class Element>
std::vector<Element> copy_typed(const Napi::Value &value, napi_typedarray_type type, const char *kind,
                                const char *name) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != type)
    fail(kind, name, value);
  const auto array = value.As<Array>();
  const size_t count = array.ElementLength();
  return count == 0 ? std::vector<Element>() : std::vector<Element>(array.Data(), array.Data() + count);
}

} // namespace

Napi::Object read_object(const Napi::Value &value, const char *name) {
  if (!value.IsObject() || value.IsFunction())
    fail("an object", name, value);
  return value.As<Napi::Object>();
}

std::string read_string(const Napi::Object &object, const char *name) {
  const Napi::Value value = object.Get(name);
  if (!value.IsString())
    fail("a string", name, value);
  return value.As<Napi::String>().Utf8Value();
}

bool read_bool(const Napi::Object &object, const char *name, bool fallback) {
  const Napi::Value value = object.Get(name);
  if (value.IsUndefined())
    return fallback;
  if (!value.IsBoolean())
    fail("a boolean", name, value);
  return value.As<Napi::Boolean>().Value();
}

int64_t read_integer(const Napi::Value &value, const char *name, int64_t min, int64_t max) {
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : NAN;
  const bool is_in_range = number >= static_cast<double>(min) && number <= static_cast<double>(max);
  // Not a number is in no range.
  if (!is_in_range || std::floor(number) != number)
    fail("an integer from " + std::to_string(min) + " to " + std::to_string(max), name, value);
  return static_cast<int64_t>(number);
}

int64_t read_integer(const Napi::Object &object, const char *name, int64_t min, int64_t max) {
  return read_integer(object.Get(name), name, min, max);
}

std::vector<std::string> read_strings(const Napi::Value &value, const char *name) {
  if (!value.IsArray())
    fail("an array of strings", name, value);
  const auto array = value.As<Napi::Array>();
  std::vector<std::string> strings;
  strings.reserve(array.Length());
  for (uint32_t i = 0; i < array.Length(); i++) {
    // A scope per element: a batch of thousands of texts must not pile up handles.
    const Napi::HandleScope scope(value.Env());
    const Napi::Value element = array.Get(i);
    if (!element.IsString())
      fail("a string", name, element);
    strings.push_back(element.As<Napi::String>().Utf8Value());
  }
  return strings;
}

std::vector<int32_t> read_int32_array(const Napi::Object &object, const char *name) {
  return copy_typed<Napi::Int32Array, int32_t>(object.Get(name), napi_int32_array, "an Int32Array", name);
}

std::vector<uint8_t> read_uint8_array(const Napi::Value &value, const char *name) {
  return copy_typed<Napi::Uint8Array, uint8_t>(value, napi_uint8_array, "a Uint8Array", name);
}

Napi::Float32Array read_float32_array(const Napi::Value &value, const char *name) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_float32_array)
    fail("a Float32Array", name, value);
  return value.As<Napi::Float32Array>();
}

Napi::Float32Array to_float32_array(Napi::Env env, const std::vector<float> &values) {
  Napi::Float32Array array = Napi::Float32Array::New(env, values.size());
  if (!values.empty())
    std::memcpy(array.Data(), values.data(), values.size() * sizeof(float));
  return array;
}

} // namespace llama_reward
