#pragma once

#include <memory>

#include <napi.h>

#include "moments.h"

namespace llama_reward {

/// `createMoments(weights, withProducts, threads)`; see lib/score/native/native-addon.ts.
Napi::Value js_create_moments(const Napi::CallbackInfo &info);

/// The native object behind a `NativeMoments`.
std::shared_ptr<Moments> js_to_moments(const Napi::Value &value);

} // namespace llama_reward
