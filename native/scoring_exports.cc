// The exports of the addon that is shipped; bench/native has the file that takes this one's place.

#include <napi.h>

#include "extra_exports.h"

namespace llama_reward {

void add_extra_exports(Napi::Env /*env*/, Napi::Object /*exports*/) {}

} // namespace llama_reward
