#include "backend.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>

#include "../backend.h"
#include "../error.h"
#include "cell_ages.h"
#include "cpu_backend.h"
#include "ggml-backend-impl.h"
#include "graph.h"
#include "kernels.h"
#include "large_pages.h"
#include "scratch.h"
#include "team.h"

namespace llama_reward::prefill {
namespace {

thread_local bool is_wanted = false;
thread_local Precision wanted_precision = Precision::EXACT;

/// The exact ones, and those for little precision, which may be the same.
const Kernels *kernels = nullptr;
const Kernels *fast_kernels = nullptr;
ggml_backend_dev_t cpu_device = nullptr;
ggml_backend_device own_device;
ggml_backend_reg registry;
ggml_backend_buffer_type buffer_type;

/// Whose turn it is not: a value that is none of llama.cpp's device types, so that its loops over devices
/// pass over ours. (Those that choose GPUs by themselves stop the process at the type META.)
constexpr auto NO_TYPE = static_cast<enum ggml_backend_dev_type>(7);

CpuFunctions cpu_functions;

/// Share of its time that a thread has a processor on a quiet machine, and graphs in a row that must show it.
constexpr double QUIET_SHARE = 0.97;
constexpr int QUIET_GRAPHS = 4;

/// One context's. ggml's threads spin while they wait for one another, which is quickest on a quiet machine
/// and ruinous on a busy one, where a team helps one thread instead. Which of the two it is, the last graphs
/// tell.
struct State {
  int threads = GGML_DEFAULT_N_THREADS;
  int quiet_graphs = 0;
  const Kernels *own_kernels = wanted_precision == Precision::FAST ? fast_kernels : kernels;
  CellAges ages;
  Scratch scratch;
  CpuBackend alone, together;
  std::unique_ptr<Team> team;
  int team_threads = 0;
  Abort abort;

  ggml_status compute(ggml_cgraph &cgraph) {
    const bool is_quiet = threads > 1 && quiet_graphs >= QUIET_GRAPHS;
    if (!is_quiet && team_threads != threads) {
      team = std::make_unique<Team>(threads);
      team_threads = threads;
    }
    ages.note(cgraph);
    Graph graph(*own_kernels, cgraph, threads, ages, scratch, is_quiet ? nullptr : team.get());
    const ggml_status status = is_quiet
                                   ? together.compute(graph.view(), cpu_device, cpu_functions, threads, abort)
                                   : alone.compute(graph.view(), cpu_device, cpu_functions, 1, abort);
    quiet_graphs = graph.processor_share() >= QUIET_SHARE ? std::min(quiet_graphs + 1, QUIET_GRAPHS) : 0;
    return status;
  }
};

State &state_of(ggml_backend_t backend) {
  return *static_cast<State *>(backend->context);
}

ggml_status compute(ggml_backend_t backend, ggml_cgraph *cgraph) {
  try {
    return state_of(backend).compute(*cgraph);
  } catch (const std::bad_alloc &) {
    return GGML_STATUS_ALLOC_FAILED;
  } catch (...) {
    return GGML_STATUS_FAILED;
  }
}

void set_threads(ggml_backend_t backend, int threads) {
  state_of(backend).threads = std::max(1, threads);
}

void set_abort(ggml_backend_t backend, ggml_abort_callback is_wanted, void *user_data) {
  state_of(backend).abort = {is_wanted, user_data};
}

ggml_guid guid = {'l', 'l', 'a', 'm', 'a', '-', 'r', 'e', 'w', 'a', 'r', 'd', 'p', 'r', 'e', '1'};

ggml_backend_t make_backend(ggml_backend_dev_t own, const char * /*unused*/) {
  auto backend = std::make_unique<ggml_backend>();
  backend->guid = &guid;
  backend->device = own;
  backend->iface.get_name = [](ggml_backend_t) { return "prefill"; };
  backend->iface.free = [](ggml_backend_t it) {
    delete static_cast<State *>(it->context);
    delete it;
  };
  backend->iface.graph_compute = compute;
  backend->context = new State;
  return backend.release();
}

void describe_device() {
  ggml_backend_device_i &iface = own_device.iface;
  iface.get_name = [](ggml_backend_dev_t) { return "PREFILL"; };
  iface.get_description = [](ggml_backend_dev_t) { return kernels->name; };
  iface.get_memory = [](ggml_backend_dev_t, size_t *free, size_t *total) { *free = *total = 0; };
  // llama.cpp takes accelerators by itself.
  iface.get_type = [](ggml_backend_dev_t)->enum ggml_backend_dev_type {
    return is_wanted ? GGML_BACKEND_DEVICE_TYPE_ACCEL : NO_TYPE;
  };
  iface.get_props = [](ggml_backend_dev_t own, ggml_backend_dev_props *props) {
    *props = {};
    props->name = own->iface.get_name(own);
    props->description = own->iface.get_description(own);
    props->type = own->iface.get_type(own);
    props->caps.buffer_from_host_ptr = true;
  };
  iface.init_backend = make_backend;
  iface.get_buffer_type = [](ggml_backend_dev_t) { return &buffer_type; };
  iface.buffer_from_host_ptr = [](ggml_backend_dev_t, void *memory, size_t size, size_t) {
    return api().ggml_backend_cpu_buffer_from_ptr(memory, size);
  };
  // Everything the CPU can do, so that a graph stays in one piece.
  iface.supports_op = [](ggml_backend_dev_t, const ggml_tensor *node) {
    return api().ggml_backend_dev_supports_op(cpu_device, node);
  };
  iface.supports_buft = [](ggml_backend_dev_t, ggml_backend_buffer_type_t type) {
    return api().ggml_backend_dev_supports_buft(cpu_device, type);
  };
  own_device.reg = &registry;
}

void describe_registry() {
  registry.api_version = GGML_BACKEND_API_VERSION;
  registry.iface.get_name = [](ggml_backend_reg_t) { return "PREFILL"; };
  registry.iface.get_device_count = [](ggml_backend_reg_t) { return size_t{1}; };
  registry.iface.get_device = [](ggml_backend_reg_t, size_t) { return &own_device; };
  registry.iface.get_proc_address = [](ggml_backend_reg_t, const char *name) -> void * {
    if (std::strcmp(name, "ggml_backend_set_n_threads") == 0)
      return reinterpret_cast<void *>(set_threads);
    if (std::strcmp(name, "ggml_backend_set_abort_callback") == 0)
      return reinterpret_cast<void *>(set_abort);
    return nullptr;
  };
}

/// The CPU backend's memory, in large pages where the system has them: rows of activations are as far apart
/// as the matrix is wide, so that a block of results touches a page for each of its rows.
ggml_backend_buffer_t allocate(ggml_backend_buffer_type_t type, size_t size) {
  ggml_backend_buffer_t buffer = api().ggml_backend_cpu_buffer_type()->iface.alloc_buffer(type, size);
  if (buffer != nullptr)
    advise_large_pages(buffer->iface.get_base(buffer), size);
  return buffer;
}

/// Plain memory under a name of its own: weights would else go into the CPU backend's repacked buffers, which
/// only it can read.
void describe_buffer_type() {
  buffer_type = *api().ggml_backend_cpu_buffer_type();
  buffer_type.iface.get_name = [](ggml_backend_buffer_type_t) { return "PREFILL"; };
  buffer_type.iface.alloc_buffer = allocate;
  buffer_type.device = &own_device;
}

/// Whether the structures of this llama.cpp are laid out as those this was compiled with, as far as values
/// known otherwise can tell.
bool has_known_layout() {
  ggml_backend_buffer_type_t cpu = api().ggml_backend_cpu_buffer_type();
  ggml_backend_reg_t reg = api().ggml_backend_dev_backend_reg(cpu_device);
  return reg->api_version == GGML_BACKEND_API_VERSION && cpu_device->reg == reg &&
         reg->iface.get_device(reg, 0) == cpu_device &&
         cpu_device->iface.get_type(cpu_device) == GGML_BACKEND_DEVICE_TYPE_CPU && cpu->iface.is_host(cpu) &&
         std::strcmp(reg->iface.get_name(reg), "CPU") == 0;
}

} // namespace

std::string register_backend() {
  try {
    kernels = choose_kernels(Precision::EXACT);
    fast_kernels = choose_kernels(Precision::FAST);
  } catch (const std::invalid_argument &error) {
    throw NativeError("INVALID_ARGUMENT", error.what());
  }
  cpu_device = api().ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU);
  if (kernels == nullptr || cpu_device == nullptr || !has_known_layout() ||
      !cpu_functions.find(api().ggml_backend_dev_backend_reg(cpu_device))) {
    kernels = nullptr;
    return "";
  }
  describe_device();
  describe_registry();
  describe_buffer_type();
  api().ggml_backend_register(&registry);
  return kernels->name;
}

std::string fast_name() {
  return kernels != nullptr && fast_kernels != kernels ? fast_kernels->name : "";
}

Use::Use(bool wanted, Precision precision) : before_(is_wanted), precision_before_(wanted_precision) {
  is_wanted = wanted && kernels != nullptr;
  wanted_precision = precision;
}

Use::~Use() {
  is_wanted = before_;
  wanted_precision = precision_before_;
}

bool is_running() {
  return kernels != nullptr;
}

bool leaves_quantized() {
#ifdef LLAMA_REWARD_NEON_KERNELS
  return true;
#else
  return false;
#endif
}

bool is_own(ggml_backend_dev_t device) {
  return device == &own_device;
}

} // namespace llama_reward::prefill
