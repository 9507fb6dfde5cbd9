#include "model.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "backend.h"
#include "error.h"
#include "gguf_file.h"
#include "log.h"

namespace llama_reward {
namespace {

bool on_load_progress(float progress, void *user_data) {
  auto *state = static_cast<LoadState *>(user_data);
  state->progress.store(progress);
  return !state->cancelled.load();
}

/// llama.cpp wants a list that ends with null. Empty means "choose among all GPUs", except that without GPU
/// layers no GPU is touched at all: merely making a context would take memory there.
std::vector<ggml_backend_dev_t> choose_devices(const ModelOptions &options) {
  std::vector<ggml_backend_dev_t> devices;
  for (const std::string &name : options.devices) {
    ggml_backend_dev_t device = find_device(name);
    const auto type = api().ggml_backend_dev_type(device);
    if (type == GGML_BACKEND_DEVICE_TYPE_GPU || type == GGML_BACKEND_DEVICE_TYPE_IGPU)
      devices.push_back(device);
  }
  if (!options.devices.empty() || options.gpu_layers == 0)
    devices.push_back(nullptr);
  return devices;
}

/// llama.cpp's `n_gpu_layers` counts from the end, and the output layer is the first it places (v0.5.0,
/// llama_model_base::load_tensors). It cannot stay on the CPU alone: the capture stops the part of the graph
/// that runs on one device, and the output matrix must be in the part with the final norm.
int32_t with_output_layer(int32_t layers) {
  return layers == 0 ? 0 : std::min(layers, std::numeric_limits<int32_t>::max() - 1) + 1;
}

/// Shares of the devices as llama.cpp wants them, which always reads `llama_max_devices` of them; the output
/// layer belongs to the last device.
std::vector<float> split_over(const ModelOptions &options) {
  std::vector<float> shares(options.device_layers.begin(), options.device_layers.end());
  if (shares.empty())
    return shares;
  shares.back() += 1;
  if (shares.size() > api().llama_max_devices())
    throw NativeError("INVALID_ARGUMENT", "llama.cpp splits a model over " +
                                              std::to_string(api().llama_max_devices()) +
                                              " devices at most. Name fewer.");
  shares.resize(api().llama_max_devices());
  return shares;
}

std::vector<int32_t> tokenize_text(const llama_vocab *vocab, const std::string &text, bool parse_special) {
  if (text.size() > static_cast<size_t>(std::numeric_limits<int32_t>::max()))
    throw NativeError("INVALID_ARGUMENT",
                      "A text of " + std::to_string(text.size()) +
                          " bytes cannot be tokenized; the limit is 2147483647. Shorten it.");
  const auto length = static_cast<int32_t>(text.size());
  // Rarely more tokens than bytes, so one call nearly always does; a negative result is the size that is
  // needed.
  std::vector<int32_t> tokens(text.size() + 8);
  int32_t count = api().llama_tokenize(vocab, text.data(), length, tokens.data(),
                                       static_cast<int32_t>(tokens.size()), false, parse_special);
  if (count == std::numeric_limits<int32_t>::min())
    throw NativeError("INVALID_ARGUMENT", "A text gives more than 2147483647 tokens. Shorten it.");
  if (count < 0) {
    tokens.resize(static_cast<size_t>(-count));
    count = api().llama_tokenize(vocab, text.data(), length, tokens.data(), -count, false, parse_special);
  }
  tokens.resize(static_cast<size_t>(count));
  tokens.shrink_to_fit();
  return tokens;
}

/// Bytes of a part that a long SentencePiece text is cut into.
constexpr size_t PART_BYTES = 1 << 12;

/// Reading a vocabulary leaves megabytes of freed blocks behind, which glibc would keep for this process.
void give_back_free_memory() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

} // namespace

std::shared_ptr<Model> Model::load(const ModelOptions &options, LoadState &state) {
  require_readable_file(options.path);
  std::vector<ggml_backend_dev_t> devices = choose_devices(options);

  const std::vector<float> shares = split_over(options);

  llama_model_params params = api().llama_model_default_params();
  params.n_gpu_layers = with_output_layer(options.gpu_layers);
  params.tensor_split = shares.empty() ? nullptr : shares.data();
  params.devices = devices.empty() ? nullptr : devices.data();
  params.load_mode = options.use_mmap ? LLAMA_LOAD_MODE_MMAP : LLAMA_LOAD_MODE_NONE;
  params.vocab_only = options.vocab_only;
  params.progress_callback = on_load_progress;
  params.progress_callback_user_data = &state;

  LogScope log;
  check_gguf_header(options.path);
  llama_model *model = api().llama_model_load_from_file(options.path.c_str(), params);
  if (model == nullptr) {
    if (state.cancelled.load())
      throw NativeError("MODEL_LOAD_CANCELLED", "Loading " + options.path + " was cancelled.");
    if (log.is_out_of_memory())
      throw NativeError("OUT_OF_MEMORY", "There is not enough memory for " + options.path + ": " +
                                             log.summary() +
                                             ". Use fewer GPU layers, or a smaller type of the model.")
          .with_log(log.lines());
    throw NativeError("MODEL_LOAD_FAILED",
                      "llama.cpp cannot load " + options.path + ": " + log.summary() +
                          ". Check that the file is complete and of a supported architecture.")
        .with_log(log.lines());
  }
  std::vector<int32_t> token_types = read_token_types(options.path);
  give_back_free_memory();
  state.progress.store(1);
  return std::shared_ptr<Model>(new Model(model, options, std::move(token_types)));
}

Model::Model(llama_model *model, const ModelOptions &options, std::vector<int32_t> token_types)
    : model_(model), gpu_layers_(options.gpu_layers), vocab_only_(options.vocab_only),
      vocab_(api().llama_model_get_vocab(model)), token_types_(std::move(token_types)), info_(read_info()) {}

Model::~Model() {
  api().llama_model_free(model_);
}

ModelInfo Model::read_info() const {
  const Symbols &llama = api();
  ModelInfo info{};
  char description[256];
  llama.llama_model_desc(model_, description, sizeof description);
  info.description = description;
  info.architecture = metadata("general.architecture").value_or("");
  info.vocab_size = llama.llama_vocab_n_tokens(vocab_);
  // llama.cpp knows no dimensions then, and aborts when asked for the heads of a model without layers.
  if (vocab_only_)
    return info;
  info.hidden_size = llama.llama_model_n_embd(model_);
  info.layer_count = llama.llama_model_n_layer(model_);
  info.head_count = llama.llama_model_n_head(model_);
  info.kv_head_count = llama.llama_model_n_head_kv(model_);
  info.train_context_length = llama.llama_model_n_ctx_train(model_);
  info.sliding_window = llama.llama_model_n_swa(model_);
  info.parameter_count = llama.llama_model_n_params(model_);
  info.size_bytes = llama.llama_model_size(model_);
  const uint64_t head_size =
      info.head_count > 0 ? static_cast<uint64_t>(info.hidden_size / info.head_count) : 0;
  const std::string attention = info.architecture + ".attention.";
  info.kv_elements_per_cell = static_cast<uint64_t>(info.layer_count) *
                              static_cast<uint64_t>(info.kv_head_count) *
                              (metadata_number(attention + "key_length", head_size) +
                               metadata_number(attention + "value_length", head_size));
  return info;
}

uint64_t Model::metadata_number(const std::string &key, uint64_t fallback) const {
  const auto text = metadata(key);
  return text ? std::strtoull(text->c_str(), nullptr, 10) : fallback;
}

std::optional<std::string> Model::metadata(const std::string &key) const {
  // Returns the length, or -1 for a key that does not exist or is an array.
  const int32_t length = api().llama_model_meta_val_str(model_, key.c_str(), nullptr, 0);
  if (length < 0)
    return std::nullopt;
  std::string value(static_cast<size_t>(length) + 1, '\0');
  api().llama_model_meta_val_str(model_, key.c_str(), value.data(), value.size());
  value.resize(static_cast<size_t>(length));
  return value;
}

std::vector<SpecialToken> Model::special_tokens() const {
  std::vector<SpecialToken> tokens;
  if (api().llama_vocab_type(vocab_) == LLAMA_VOCAB_TYPE_NONE)
    return tokens;
  for (int32_t id = 0; id < info_.vocab_size; id++) {
    const int32_t type = token_type(id);
    if (type == LLAMA_TOKEN_TYPE_CONTROL || type == LLAMA_TOKEN_TYPE_USER_DEFINED)
      tokens.push_back({id, api().llama_vocab_get_text(vocab_, id), type == LLAMA_TOKEN_TYPE_CONTROL});
  }
  return tokens;
}

int32_t Model::token_type(int32_t id) const {
  const auto index = static_cast<size_t>(id);
  return index < token_types_.size() ? token_types_[index] : LLAMA_TOKEN_TYPE_NORMAL;
}

int32_t Model::longest_token() const {
  size_t longest = 1;
  if (api().llama_vocab_type(vocab_) == LLAMA_VOCAB_TYPE_NONE)
    return 1;
  for (int32_t id = 0; id < info_.vocab_size; id++) {
    const int32_t type = token_type(id);
    if (type == LLAMA_TOKEN_TYPE_CONTROL || type == LLAMA_TOKEN_TYPE_UNUSED)
      continue;
    const std::string text = api().llama_vocab_get_text(vocab_, id);
    const auto characters = std::count_if(
        text.begin(), text.end(), [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; });
    longest = std::max(longest, static_cast<size_t>(characters));
  }
  return static_cast<int32_t>(longest);
}

const TextCuts &Model::cuts() const {
  std::call_once(cuts_once_, [this] { cuts_ = std::make_unique<TextCuts>(vocab_); });
  return *cuts_;
}

std::vector<int32_t> Model::tokenize_one(const std::string &text, bool parse_special) const {
  if (text.size() <= PART_BYTES || api().llama_vocab_type(vocab_) != LLAMA_VOCAB_TYPE_SPM)
    return tokenize_text(vocab_, text, parse_special);
  // llama.cpp would put its space in front of every part: later ones bring the character before them along, whose
  // tokens are then left out.
  const bool adds_space = metadata("tokenizer.ggml.add_space_prefix").value_or("true") == "true";
  std::vector<size_t> ends = cuts().find(text, PART_BYTES);
  ends.push_back(text.size());
  std::vector<int32_t> tokens;
  size_t start = 0;
  for (const size_t end : ends) {
    const size_t lead = adds_space && start > 0 ? character_before(text, start) : start;
    const auto part = tokenize_text(vocab_, text.substr(lead, end - lead), parse_special);
    const size_t skipped =
        lead == start ? 0 : tokenize_text(vocab_, text.substr(lead, start - lead), parse_special).size();
    tokens.insert(tokens.end(), part.begin() + static_cast<std::ptrdiff_t>(skipped), part.end());
    start = end;
  }
  return tokens;
}

std::vector<std::vector<int32_t>> Model::tokenize(const std::vector<std::string> &texts,
                                                  const std::vector<uint8_t> &parse_special) const {
  // llama.cpp aborts the process when such a model is asked.
  if (api().llama_vocab_type(vocab_) == LLAMA_VOCAB_TYPE_NONE)
    throw NativeError("INVALID_ARGUMENT", "This model file has no vocabulary, so it cannot tokenize text.");
  if (parse_special.size() != texts.size())
    throw NativeError("INVALID_ARGUMENT", "Expected " + std::to_string(texts.size()) +
                                              " entries for parseSpecial, one per text, but received " +
                                              std::to_string(parse_special.size()));
  std::vector<std::vector<int32_t>> tokens;
  tokens.reserve(texts.size());
  for (size_t i = 0; i < texts.size(); i++)
    tokens.push_back(tokenize_one(texts[i], parse_special[i] != 0));
  return tokens;
}

} // namespace llama_reward
