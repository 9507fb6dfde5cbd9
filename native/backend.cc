#include "backend.h"

#include <atomic>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "error.h"
#include "gpu_backends.h"
#include "library.h"
#include "log.h"
#include "prefill/backend.h"
#include "symbols.h"

namespace llama_reward {
namespace {

/// llama.cpp once it runs.
struct Running {
  BackendOptions options;
  Symbols symbols;
  BackendInfo info;
};

std::mutex start_mutex;
// Never freed: worker threads of a dying process may still be inside llama.cpp.
std::atomic<const Running *> started{nullptr};

const Running &require_started() {
  const Running *running = started.load();
  if (running == nullptr)
    throw NativeError("ADDON_NOT_FOUND", "llama.cpp is not loaded yet. Call initialize() first.");
  return *running;
}

std::map<std::string, std::string> read_features(const Symbols &symbols, ggml_backend_reg_t reg) {
  std::map<std::string, std::string> features;
  auto get = reinterpret_cast<ggml_backend_get_features_t>(
      symbols.ggml_backend_reg_get_proc_address(reg, "ggml_backend_get_features"));
  if (get != nullptr)
    for (const ggml_backend_feature *feature = get(reg); feature->name != nullptr; feature++)
      features[feature->name] = feature->value;
  return features;
}

std::unique_ptr<Running> start(const BackendOptions &options) {
  auto state = std::make_unique<Running>();
  state->options = options;
  state->symbols = open_libraries(options.libraries, state->info.version);
  const Symbols &symbols = state->symbols;
  symbols.llama_log_set(collect_log, nullptr);
  symbols.llama_backend_init();

  const LogScope log;
  // A build of llama.cpp for one machine has its backends linked in; then there is nothing to load.
  const bool is_linked_in = symbols.ggml_backend_reg_by_name("CPU") != nullptr;
  GpuBackendLoader gpu_backends(symbols);
  for (const std::string &directory : is_linked_in ? std::vector<std::string>() : options.directories) {
    gpu_backends.load_folder(directory);
    if (symbols.ggml_backend_reg_by_name("CPU") == nullptr)
      symbols.ggml_backend_load_all_from_path(directory.c_str());
  }
  ggml_backend_reg_t cpu = symbols.ggml_backend_reg_by_name("CPU");
  if (cpu == nullptr)
    throw NativeError("ADDON_NOT_FOUND", "llama.cpp's CPU backend (libggml-cpu-*) was not found beside " +
                                             options.libraries.llama + ". " + log.summary());

  state->info.gpu_backends = gpu_backends.loaded();
  state->info.failures = gpu_backends.failures();
  for (size_t i = 0; i < symbols.ggml_backend_reg_count(); i++)
    state->info.backends.emplace_back(symbols.ggml_backend_reg_name(symbols.ggml_backend_reg_get(i)));
  state->info.features = read_features(symbols, cpu);
  pin_addon();
  return state;
}

} // namespace

bool BackendOptions::operator==(const BackendOptions &other) const {
  return libraries.ggml_base == other.libraries.ggml_base && libraries.ggml == other.libraries.ggml &&
         libraries.llama == other.libraries.llama && directories == other.directories;
}

BackendInfo initialize_backend(const BackendOptions &options) {
  const std::scoped_lock lock(start_mutex);
  const Running *running = started.load();
  if (running == nullptr) {
    std::unique_ptr<Running> fresh = start(options);
    started.store(fresh.get());
    fresh->info.prefill = prefill::register_backend();
    fresh->info.fast_prefill = prefill::fast_name();
    running = fresh.release();
  } else if (!(running->options == options)) {
    throw NativeError("INVALID_ARGUMENT", "llama.cpp already runs in this process from " +
                                              running->options.libraries.llama +
                                              ", so it cannot be started from " + options.libraries.llama +
                                              ". Use one installation of llama-reward per process.");
  }
  return running->info;
}

const Symbols &api() {
  return require_started().symbols;
}

bool has_cpu_feature(const char *name) {
  return require_started().info.features.count(name) > 0;
}

void *cpu_function(const char *name) {
  const Symbols &symbols = api();
  ggml_backend_reg_t cpu = symbols.ggml_backend_reg_by_name("CPU");
  void *function = symbols.ggml_backend_reg_get_proc_address(cpu, name);
  if (function == nullptr)
    throw NativeError("ADDON_INCOMPATIBLE", std::string("llama.cpp's CPU backend has no function ") + name +
                                                ". Reinstall llama-reward.");
  return function;
}

} // namespace llama_reward
