#pragma once

#include <memory>
#include <string>
#include <utility>

#include "error.h"
#include "worker.h"

namespace llama_reward {

/// What a JavaScript object owns: a native object until `dispose`, then nothing. Every method is a closure
/// over its own handle and never looks at `this`, so a method borrowed onto another object cannot read the
/// wrong memory.
template <class Native>
class Handle {
 public:
  Handle(std::shared_ptr<Native> native, const char *what) : native_(std::move(native)), what_(what) {}

  /// @throws NativeError DISPOSED
  const std::shared_ptr<Native> &get() const {
    if (!native_)
      throw NativeError("DISPOSED", what_);
    return native_;
  }

  /// Gives the native object up; null when that happened before.
  std::shared_ptr<Native> release() { return std::move(native_); }

 private:
  std::shared_ptr<Native> native_;
  const char *what_;
};

template <class Native>
using HandlePointer = std::shared_ptr<Handle<Native>>;

/// Adds a method to `object`. `body` gets the call and must not depend on `this`.
template <class Body>
void add_method(Napi::Object object, const char *name, Body body) {
  object.Set(name, Napi::Function::New(object.Env(), std::move(body), name));
}

/// Adds `dispose(): Promise<void>`: frees the native object on another thread, once `settle` says nobody uses
/// it. A second call resolves at once.
template <class Native, class Settle>
void add_dispose(Napi::Object object, const HandlePointer<Native> &handle, Settle settle) {
  add_method(object, "dispose", [handle, settle](const Napi::CallbackInfo &info) -> Napi::Value {
    std::shared_ptr<Native> native = handle->release();
    return Task<Done>::run(
        info.Env(), "INVALID_ARGUMENT",
        [native = std::move(native), settle]() mutable {
          if (native)
            settle(*native);
          native.reset();
          return Done{};
        },
        deliver_undefined);
  });
}

/// Marks `object` as belonging to `handle`, so that another function can take it as an argument.
template <class Native>
void attach_handle(Napi::Object object, const napi_type_tag &tag, HandlePointer<Native> handle) {
  object.TypeTag(&tag);
  auto *owned = new HandlePointer<Native>(std::move(handle));
  const napi_status status = napi_wrap(
      object.Env(), object, owned,
      [](napi_env, void *data, void *) { delete static_cast<HandlePointer<Native> *>(data); }, nullptr,
      nullptr);
  if (status != napi_ok) {
    delete owned;
    throw Napi::Error::New(object.Env());
  }
}

/// The native object behind an argument. @throws NativeError INVALID_ARGUMENT, DISPOSED
template <class Native>
std::shared_ptr<Native> unwrap_handle(const Napi::Value &value, const napi_type_tag &tag,
                                      const char *expected) {
  void *data = nullptr;
  const bool is_ours = value.IsObject() && value.As<Napi::Object>().CheckTypeTag(&tag) &&
                       napi_unwrap(value.Env(), value, &data) == napi_ok;
  if (!is_ours)
    throw NativeError("INVALID_ARGUMENT",
                      std::string("Expected ") + expected + " but received something else");
  return (*static_cast<HandlePointer<Native> *>(data))->get();
}

} // namespace llama_reward
