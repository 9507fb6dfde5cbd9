#include "js_context.h"

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <memory>
#include <napi.h>
#include <string>
#include <utility>
#include <vector>

#include "args.h"
#include "batch.h"
#include "context.h"
#include "context_job.h"
#include "context_params.h"
#include "error.h"
#include "handle.h"
#include "js_model.h"
#include "js_moments.h"
#include "model.h"
#include "moments_capture.h"
#include "row_source.h"
#include "worker.h"

namespace llama_reward {
namespace {

using ContextHandle = HandlePointer<Context>;

constexpr int64_t MAX_INT32 = std::numeric_limits<int32_t>::max();
// Longer than any model's; llama.cpp takes about 60 bytes per cell for its own bookkeeping, before it asks
// whether the cache itself fits.
constexpr int64_t MAX_CELLS = 1 << 24;
// GGML_MAX_N_THREADS, above which ggml aborts.
constexpr int64_t MAX_THREADS = GGML_MAX_N_THREADS;

template <class Value>
Value read_choice(const Napi::Object &object, const char *name,
                  std::initializer_list<std::pair<const char *, Value>> choices) {
  const std::string text = read_string(object, name);
  std::string expected;
  for (const auto &[choice, value] : choices) {
    if (text == choice)
      return value;
    expected += (expected.empty() ? "" : ", ") + std::string(choice);
  }
  throw NativeError("INVALID_ARGUMENT",
                    "Expected one of " + expected + " for " + name + " but received " + text);
}

ContextOptions read_options(const Napi::Object &object) {
  ContextOptions options{};
  options.context_length = static_cast<uint32_t>(read_integer(object, "contextLength", 1, MAX_CELLS));
  options.batch_size = static_cast<uint32_t>(read_integer(object, "batchSize", 1, MAX_INT32));
  options.ubatch_size = static_cast<uint32_t>(read_integer(object, "ubatchSize", 1, MAX_INT32));
  options.max_outputs = static_cast<uint32_t>(read_integer(object, "maxOutputs", 1, MAX_INT32));
  options.threads = static_cast<int32_t>(read_integer(object, "threads", 1, MAX_THREADS));
  options.kv_type =
      read_choice<ggml_type>(object, "kvType", {{"f32", GGML_TYPE_F32}, {"f16", GGML_TYPE_F16}});
  options.flash_attention = read_choice<llama_flash_attn_type>(object, "flashAttention",
                                                               {{"auto", LLAMA_FLASH_ATTN_TYPE_AUTO},
                                                                {"on", LLAMA_FLASH_ATTN_TYPE_ENABLED},
                                                                {"off", LLAMA_FLASH_ATTN_TYPE_DISABLED}});
  options.max_kv_bytes = object.Get("maxKvBytes").IsUndefined()
                             ? 0
                             : static_cast<uint64_t>(read_integer(object, "maxKvBytes", 1, int64_t{1} << 53));
  return options;
}

Napi::Object to_js(Napi::Env env, const ContextInfo &info) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("contextLength", info.context_length);
  object.Set("batchSize", info.batch_size);
  object.Set("ubatchSize", info.ubatch_size);
  object.Set("maxOutputs", info.max_outputs);
  object.Set("maxSequences", info.max_sequences);
  object.Set("threads", info.threads);
  return object;
}

int32_t read_sequence(const Context &context, const Napi::Value &value, const char *name) {
  return static_cast<int32_t>(read_integer(value, name, 0, context.info().max_sequences - 1));
}

int32_t read_position(const Napi::Value &value, const char *name, int64_t min) {
  return static_cast<int32_t>(read_integer(value, name, min, MAX_INT32));
}

Napi::Value decode(const Napi::CallbackInfo &info, const ContextHandle &handle) {
  return promised(info.Env(), "DECODE_FAILED", [&]() -> Napi::Value {
    // Taken here, so that a second call meanwhile is refused at once; the thread gives it back.
    auto job = std::make_shared<ContextJob>(handle->get());
    const Napi::Object object = read_object(info[0], "batch");
    BatchArrays arrays{read_int32_array(object, "tokens"), read_int32_array(object, "positions"),
                       read_int32_array(object, "sequenceOffsets"), read_int32_array(object, "sequenceIds"),
                       read_int32_array(object, "outputs")};
    return Task<std::vector<float>>::run(
        info.Env(), "DECODE_FAILED",
        [job, arrays = std::move(arrays)]() mutable { return job->context().decode(std::move(arrays)); },
        [](Napi::Env env, std::vector<float> &rows) -> Napi::Value { return to_float32_array(env, rows); });
  });
}

/// Adds a method that edits the KV cache at once.
template <class Edit>
void add_edit(Napi::Object object, const char *name, const ContextHandle &handle, Edit edit) {
  add_method(object, name, [handle, edit](const Napi::CallbackInfo &info) -> Napi::Value {
    return guarded(info.Env(), "INVALID_ARGUMENT", [&]() -> Napi::Value {
      const ContextJob job(handle->get());
      return edit(info, job.context());
    });
  });
}

void add_edits(Napi::Object object, const ContextHandle &handle) {
  add_edit(object, "copySequence", handle, [](const Napi::CallbackInfo &info, Context &context) {
    context.cache().copy(read_sequence(context, info[0], "from"), read_sequence(context, info[1], "to"),
                         read_position(info[2], "start", 0), read_position(info[3], "end", -1));
    return info.Env().Undefined();
  });
  add_edit(object, "removeSequence", handle, [](const Napi::CallbackInfo &info, Context &context) {
    context.cache().remove(read_sequence(context, info[0], "sequence"), read_position(info[1], "start", 0),
                           read_position(info[2], "end", -1));
    return info.Env().Undefined();
  });
  add_edit(object, "sequenceRange", handle,
           [](const Napi::CallbackInfo &info, Context &context) -> Napi::Value {
             const auto [first, last] = context.cache().range(read_sequence(context, info[0], "sequence"));
             Napi::Object range = Napi::Object::New(info.Env());
             range.Set("first", first);
             range.Set("last", last);
             return range;
           });
  add_edit(object, "clear", handle, [](const Napi::CallbackInfo &info, Context &context) {
    context.cache().clear(info[0].IsBoolean() && info[0].As<Napi::Boolean>().Value());
    return info.Env().Undefined();
  });
}

/// Not a job: it is meant for the one that runs.
Napi::Value cancel(const Napi::CallbackInfo &info, const ContextHandle &handle) {
  return guarded(info.Env(), "INVALID_ARGUMENT", [&]() -> Napi::Value {
    handle->get()->cancel();
    return info.Env().Undefined();
  });
}

Napi::Value make_context(Napi::Env env, std::shared_ptr<Context> context) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("info", to_js(env, context->info()));
  auto handle = std::make_shared<Handle<Context>>(std::move(context), "This context");
  add_method(object, "decode", [handle](const Napi::CallbackInfo &info) { return decode(info, handle); });
  add_method(object, "cancel", [handle](const Napi::CallbackInfo &info) { return cancel(info, handle); });
  add_edits(object, handle);
  add_dispose(object, handle, [](Context &native) { native.gate().wait_until_idle(); });
  return object;
}

/// What is computed by the prefill backend, whole graphs at once, cannot be watched on the way.
std::shared_ptr<RowSource> read_rows(const Napi::Object &object, const Model &model) {
  const Napi::Value moments = object.Get("moments");
  if (moments.IsUndefined())
    return read_row_source(object, model.info().hidden_size);
  if (model.info().is_prefilled)
    throw NativeError("INVALID_ARGUMENT", "Expected a model loaded without prefill for moments");
  return std::make_shared<MomentsCapture>(model.info().hidden_size, js_to_moments(moments));
}

} // namespace

Napi::Value js_create_context(const Napi::CallbackInfo &info) {
  return promised(info.Env(), "CONTEXT_FAILED", [&]() -> Napi::Value {
    auto model = js_to_model(info[0]);
    const Napi::Object object = read_object(info[1], "options");
    const ContextOptions options = read_options(object);
    auto rows = read_rows(object, *model);
    return Task<std::shared_ptr<Context>>::run(
        info.Env(), "CONTEXT_FAILED",
        [model, options, rows] { return Context::create(model, options, rows); },
        [](Napi::Env env, std::shared_ptr<Context> &context) { return make_context(env, context); });
  });
}

} // namespace llama_reward
