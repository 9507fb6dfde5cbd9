// What the benchmark and some tests compare scoring with: llama.cpp's own embeddings path, and bare decoding.
// Takes the place of native/scoring_rows.cc in the benchmark's addon, whose contexts have three options more:
//
//   embeddings        llama.cpp's own embeddings path, every token an output
//   bare              plain `llama_decode` with its logits; decode then gives no rows
//   cancelAfterNodes  a decode cancels itself when so many nodes of its graph are computed

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <napi.h>

#include "args.h"
#include "backend.h"
#include "batch.h"
#include "capture.h"
#include "error.h"
#include "row_source.h"

namespace llama_reward {
namespace {

class EmbeddingRows : public RowSource {
 public:
  explicit EmbeddingRows(int32_t hidden_size) : width_(static_cast<size_t>(hidden_size)) {}

  void prepare(llama_context_params &params) override {
    params.embeddings = true;
    params.n_outputs_max = 0;
  }

  void start(const Batch & /*batch*/) override {}

  std::vector<float> finish(llama_context *context, const Batch &batch) override {
    std::vector<float> rows;
    rows.reserve(batch.outputs().size() * width_);
    for (const int32_t index : batch.outputs()) {
      const float *row = api().llama_get_embeddings_ith(context, index);
      if (row == nullptr)
        throw NativeError("DECODE_FAILED",
                          "llama.cpp gave no embedding for token " + std::to_string(index) + ".");
      rows.insert(rows.end(), row, row + width_);
    }
    return rows;
  }

 private:
  size_t width_;
};

class NoRows : public RowSource {
 public:
  void prepare(llama_context_params & /*params*/) override {}
  void start(const Batch & /*batch*/) override {}

  std::vector<float> finish(llama_context *context, const Batch & /*batch*/) override {
    api().llama_synchronize(context);
    return {};
  }
};

/// In the place of the context's own question whether to stop, which is asked after each node, too.
class CancelledCapture : public Capture {
 public:
  CancelledCapture(int32_t hidden_size, int64_t nodes) : Capture(hidden_size), nodes_(nodes) {}

  void prepare(llama_context_params &params) override {
    Capture::prepare(params);
    params.abort_callback = [](void *self) { return --static_cast<CancelledCapture *>(self)->left_ <= 0; };
    params.abort_callback_data = this;
  }

  void start(const Batch &batch) override {
    Capture::start(batch);
    left_ = nodes_;
  }

 private:
  int64_t nodes_, left_ = 0;
};

} // namespace

std::shared_ptr<RowSource> read_row_source(const Napi::Object &options, int32_t hidden_size) {
  if (read_bool(options, "embeddings", false))
    return std::make_shared<EmbeddingRows>(hidden_size);
  if (read_bool(options, "bare", false))
    return std::make_shared<NoRows>();
  if (!options.Get("cancelAfterNodes").IsUndefined())
    return std::make_shared<CancelledCapture>(
        hidden_size, read_integer(options, "cancelAfterNodes", 1, std::numeric_limits<int32_t>::max()));
  return std::make_shared<Capture>(hidden_size);
}

} // namespace llama_reward
