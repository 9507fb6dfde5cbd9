#pragma once

#include <napi.h>

namespace llama_reward {

/// `createOutputMatrix(options): Promise<NativeOutputMatrix>`
Napi::Value js_create_output_matrix(const Napi::CallbackInfo &info);

} // namespace llama_reward
