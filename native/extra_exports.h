#pragma once

#include <napi.h>

namespace llama_reward {

/// What an addon exports beside the functions for scoring: nothing in the one that is shipped. Defined once
/// per addon.
void add_extra_exports(Napi::Env env, Napi::Object exports);

} // namespace llama_reward
