#pragma once

#include <cstddef>
#include <memory>

#include "symbols.h"

namespace llama_reward {

struct FreeTensorContext {
  void operator()(ggml_context *context) const;
};
struct FreeTensorBuffer {
  void operator()(ggml_backend_buffer *buffer) const;
};

/// Descriptions of tensors and graphs.
using TensorContextPointer = std::unique_ptr<ggml_context, FreeTensorContext>;
/// What the tensors of a context hold. To be freed before it.
using TensorBufferPointer = std::unique_ptr<ggml_backend_buffer, FreeTensorBuffer>;

/// Room for the descriptions of tensors and of one graph; their data lies in buffers.
/// @throws NativeError OUT_OF_MEMORY
TensorContextPointer make_tensor_context(size_t tensors, bool with_graph);

/// Memory for all tensors of a context, in the CPU backend. @param what named in the message
/// @throws NativeError OUT_OF_MEMORY
TensorBufferPointer allocate_tensors(ggml_context *context, const char *what);

} // namespace llama_reward
