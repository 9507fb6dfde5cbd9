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
  ggml_backend_set_abort_callback_t set_abort = nullptr;
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
           find_one(set_abort, "ggml_backend_set_abort_callback") &&
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
struct FreePlan {
  ggml_backend_t cpu;
  void operator()(ggml_backend_graph_plan_t plan) const { api().ggml_backend_graph_plan_free(cpu, plan); }
};

/// What llama.cpp asks between two nodes, on one of the threads: whether to stop.
struct Abort {
  ggml_abort_callback is_wanted = nullptr;
  void *user_data = nullptr;
};

/// A CPU backend with threads that wait between graphs instead of being made anew.
class CpuBackend {
 public:
  /// @throws std::bad_alloc
  ggml_status compute(ggml_cgraph *graph, ggml_backend_dev_t device, const CpuFunctions &functions,
                      int wanted, Abort abort) {
    ggml_backend_t backend = with(device, functions, wanted);
    functions.set_abort(backend, abort.is_wanted, abort.user_data);
    // A plan has working memory of its own. The backend's, which grows, would be freed twice after it could
    // not (v0.5.0, ggml_backend_cpu_graph_compute).
    const std::unique_ptr<void, FreePlan> plan(api().ggml_backend_graph_plan_create(backend, graph),
                                               {backend});
    return plan == nullptr ? GGML_STATUS_ALLOC_FAILED
                           : api().ggml_backend_graph_plan_compute(backend, plan.get());
  }

 private:
  ggml_backend_t with(ggml_backend_dev_t device, const CpuFunctions &functions, int wanted) {
    if (cpu_ == nullptr)
      cpu_.reset(api().ggml_backend_dev_init(device, nullptr));
    if (cpu_ == nullptr)
      throw std::bad_alloc();
    if (threads_ == wanted)
      return cpu_.get();
    ggml_threadpool_params params = api().ggml_threadpool_params_default(wanted);
    // Between graphs they sleep: other programs may want the processor.
    params.poll = 0;
    std::unique_ptr<ggml_threadpool, FreePool> fresh(functions.new_pool(&params), {&functions});
    if (fresh == nullptr)
      throw std::bad_alloc();
    functions.set_threads(cpu_.get(), wanted);
    functions.set_pool(cpu_.get(), fresh.get());
    pool_ = std::move(fresh);
    threads_ = wanted;
    return cpu_.get();
  }

  std::unique_ptr<ggml_backend, FreeBackend> cpu_;
  std::unique_ptr<ggml_threadpool, FreePool> pool_;
  int threads_ = 0;
};

} // namespace llama_reward::prefill
