#pragma once

#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include "../backend.h"
#include "ggml-backend-impl.h"
#include "ggml-cpu.h"

namespace llama_reward::prefill {

/// The CPU backend's functions beyond ggml's common interface.
struct CpuFunctions {
  decltype(&ggml_threadpool_new) new_pool = nullptr;
  decltype(&ggml_threadpool_free) free_pool = nullptr;
  decltype(&ggml_backend_cpu_set_threadpool) set_pool = nullptr;
  ggml_backend_set_n_threads_t set_threads = nullptr;

  /// Whether all are there.
  bool find(ggml_backend_reg_t cpu) {
    const auto find_one = [cpu](auto &function, const char *name) {
      function = reinterpret_cast<std::decay_t<decltype(function)>>(
          api().ggml_backend_reg_get_proc_address(cpu, name));
      return function != nullptr;
    };
    return find_one(new_pool, "ggml_threadpool_new") && find_one(free_pool, "ggml_threadpool_free") &&
           find_one(set_pool, "ggml_backend_cpu_set_threadpool") &&
           find_one(set_threads, "ggml_backend_set_n_threads");
  }
};
struct FreePool {
  const CpuFunctions *functions = nullptr;
  void operator()(ggml_threadpool *pool) const { functions->free_pool(pool); }
};
struct FreeBackend {
  void operator()(ggml_backend_t backend) const { api().ggml_backend_free(backend); }
};

/// A CPU backend with threads that wait between graphs instead of being made anew.
struct CpuBackend {
  std::unique_ptr<ggml_backend, FreeBackend> cpu;
  std::unique_ptr<ggml_threadpool, FreePool> pool;
  int threads = 0;

  /// @throws std::bad_alloc
  ggml_backend_t with(ggml_backend_dev_t device, const CpuFunctions &functions, int wanted) {
    if (cpu == nullptr)
      cpu.reset(api().ggml_backend_dev_init(device, nullptr));
    if (cpu == nullptr)
      throw std::bad_alloc();
    if (threads == wanted)
      return cpu.get();
    ggml_threadpool_params params = api().ggml_threadpool_params_default(wanted);
    // Between graphs they sleep: other programs may want the processor.
    params.poll = 0;
    std::unique_ptr<ggml_threadpool, FreePool> fresh(functions.new_pool(&params), {&functions});
    if (fresh == nullptr)
      throw std::bad_alloc();
    functions.set_threads(cpu.get(), wanted);
    functions.set_pool(cpu.get(), fresh.get());
    pool = std::move(fresh);
    threads = wanted;
    return cpu.get();
  }
};

} // namespace llama_reward::prefill
