// The one source of rows of the addon that is shipped; bench/native has the file that takes this one's place.

#include <cstdint>
#include <memory>

#include <napi.h>

#include "capture.h"
#include "row_source.h"

namespace llama_reward {

std::shared_ptr<RowSource> read_row_source(const Napi::Object & /*options*/, int32_t hidden_size) {
  return std::make_shared<Capture>(hidden_size);
}

} // namespace llama_reward
