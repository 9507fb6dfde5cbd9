#include "tensors.h"

#include <cstddef>
#include <string>

#include "backend.h"
#include "error.h"

namespace llama_reward {

void FreeTensorContext::operator()(ggml_context *context) const {
  api().ggml_free(context);
}

void FreeTensorBuffer::operator()(ggml_backend_buffer *buffer) const {
  api().ggml_backend_buffer_free(buffer);
}

TensorContextPointer make_tensor_context(size_t tensors, bool with_graph) {
  const size_t bytes =
      (tensors * api().ggml_tensor_overhead()) + (with_graph ? api().ggml_graph_overhead() : 0);
  TensorContextPointer context(api().ggml_init({bytes, nullptr, true}));
  if (!context)
    throw NativeError("OUT_OF_MEMORY", "The system refused memory for a matrix multiplication.");
  return context;
}

TensorBufferPointer allocate_tensors(ggml_context *context, const char *what) {
  TensorBufferPointer buffer(
      api().ggml_backend_alloc_ctx_tensors_from_buft(context, api().ggml_backend_cpu_buffer_type()));
  if (!buffer)
    throw NativeError("OUT_OF_MEMORY", std::string("The system refused memory for ") + what + ".");
  return buffer;
}

} // namespace llama_reward
