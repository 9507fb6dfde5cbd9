#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <variant>

#include "error.h"

namespace llama_reward {

/// The one way to leave the main thread: runs `work` on a libuv thread and settles a promise with what
/// `deliver` makes of its result. `work` must own everything it touches (shared_ptr copies, plain structs);
/// `deliver` runs on the JavaScript thread. If the environment is torn down meanwhile, the result is dropped.
template <class Result>
class Task : public Napi::AsyncWorker {
 public:
  using Work = std::function<Result()>;
  using Deliver = std::function<Napi::Value(Napi::Env, Result &)>;

  static Napi::Promise run(Napi::Env env, const char *fallback_code, Work work, Deliver deliver) {
    auto *task = new Task(env, fallback_code, std::move(work), std::move(deliver));
    Napi::Promise promise = task->deferred_.Promise();
    task->Queue();
    return promise;
  }

 protected:
  void Execute() override {
    try {
      outcome_ = work_();
    } catch (...) {
      describe_failure();
    }
    // What the work captured may be the last owner of a model or context: let it go here, not on the main
    // thread.
    work_ = nullptr;
  }

  void OnOK() override {
    const Napi::Env env = Env();
    try {
      if (auto *result = std::get_if<Result>(&outcome_))
        deferred_.Resolve(deliver_(env, *result));
      else if (const auto *error = std::get_if<NativeError>(&outcome_))
        deferred_.Reject(to_js_error(env, *error).Value());
      else
        deferred_.Reject(to_js_error(env, out_of_memory()).Value());
    } catch (const Napi::Error &error) {
      deferred_.Reject(error.Value());
    }
  }

 private:
  Task(Napi::Env env, const char *fallback_code, Work work, Deliver deliver)
      : Napi::AsyncWorker(env, "llama-reward"), deferred_(Napi::Promise::Deferred::New(env)),
        fallback_code_(fallback_code), work_(std::move(work)), deliver_(std::move(deliver)) {}

  /// Inside `catch (...)`. Leaves no outcome where there was not even memory for the error's own words.
  void describe_failure() {
    try {
      outcome_ = current_exception_as_native(fallback_code_);
    } catch (...) {
      outcome_ = std::monostate();
    }
  }

  Napi::Promise::Deferred deferred_;
  const char *fallback_code_;
  Work work_;
  Deliver deliver_;
  /// Neither result nor error: memory ran out.
  std::variant<std::monostate, Result, NativeError> outcome_;
};

/// Result of work that only has effects.
struct Done {};

inline Napi::Value deliver_undefined(Napi::Env env, Done & /*done*/) {
  return env.Undefined();
}

/// A promise already rejected, for arguments that fail before anything is queued.
inline Napi::Promise rejected(Napi::Env env, const Napi::Error &error) {
  auto deferred = Napi::Promise::Deferred::New(env);
  deferred.Reject(error.Value());
  return deferred.Promise();
}

/// Runs a promise-returning JavaScript-facing function; whatever it throws rejects the promise.
template <class Body>
Napi::Value promised(Napi::Env env, const char *fallback_code, Body body) {
  try {
    return body();
  } catch (const Napi::Error &error) {
    return rejected(env, error);
  } catch (...) {
    return rejected(env, to_js_error(env, current_exception_as_native(fallback_code)));
  }
}

} // namespace llama_reward
