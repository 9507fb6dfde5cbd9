#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <napi.h>

namespace llama_reward {

/// An error on its way to JavaScript: becomes an `Error` with `code` and `details` there, which `fromNative`
/// in lib/score/native/from-native.ts turns into a typed class. May be made on any thread.
class NativeError : public std::runtime_error {
 public:
  NativeError(std::string code, const std::string &message)
      : std::runtime_error(message), code(std::move(code)) {}

  /// Adds a number to `details`.
  NativeError &&with(std::string name, double value) && {
    numbers.emplace_back(std::move(name), value);
    return std::move(*this);
  }

  /// Adds llama.cpp's log lines to `details.log`.
  NativeError &&with_log(std::vector<std::string> lines) && {
    log = std::move(lines);
    return std::move(*this);
  }

  std::string code;
  std::vector<std::pair<std::string, double>> numbers;
  std::vector<std::string> log;
};

/// The JavaScript error for a NativeError. JavaScript thread only.
Napi::Error to_js_error(Napi::Env env, const NativeError &error);

NativeError out_of_memory();

/// Describes the exception in flight as a NativeError; call inside `catch (...)`.
NativeError current_exception_as_native(const char *fallback_code);

/// Runs a synchronous JavaScript-facing function and throws its failure as a JavaScript error.
template <class Body>
auto guarded(Napi::Env env, const char *fallback_code, Body body) -> decltype(body()) {
  try {
    return body();
  } catch (const Napi::Error &) {
    throw;
  } catch (...) {
    throw to_js_error(env, current_exception_as_native(fallback_code));
  }
}

} // namespace llama_reward
