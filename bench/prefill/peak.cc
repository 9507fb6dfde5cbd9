// What share of the processor's peak the prefill backend's products reach: shapes of a model of a billion parameters, in turns
// with loops that only multiply registers. Stands alone: bench/prefill/build.sh compiles it without ggml and without Node.
// Usage: peak [SECONDS_PER_LINE]. A line each: kernels, precision, type of the weights, shape n×k×m, threads, 10⁹ operations a
// second that count, the peak beside them, the share of it that all products of parts come to, and the largest error found.
// Medians of turns: where a neighbour has the core's other thread, the peak itself changes by more than twice within seconds.

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <immintrin.h>
#include <memory>
#include <thread>
#include <vector>

#include "../../native/backend.h"
#include "../../native/prefill/inputs.h"
#include "../../native/prefill/kernels.h"
#include "../../native/prefill/matmul.h"
#include "../../native/prefill/parts.h"
#include "../../native/prefill/scratch.h"
#include "float_traits.h"

#include "../../native/prefill/tiles.inl"

namespace {

using namespace llama_reward;
using namespace llama_reward::prefill;

/// Seconds that this process has computed, on all processors: what other processes take does not count.
double now() {
  timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// Runs work on threads at once; the seconds that each took on average.
double timed(int threads, const std::function<void(int)> &work) {
  std::atomic<int> ready{0};
  std::atomic<bool> go{false};
  std::vector<std::thread> others;
  for (int i = 1; i < threads; i++)
    others.emplace_back([&, i] {
      ready++;
      while (!go) {
      }
      work(i);
    });
  while (ready < threads - 1) {
  }
  const double start = now();
  go = true;
  work(0);
  for (std::thread &thread : others)
    thread.join();
  return (now() - start) / threads;
}

/// Waits until all have come.
class Barrier {
 public:
  explicit Barrier(int count) : count_(count) {}
  void wait() {
    const int round = round_;
    if (++arrived_ == count_) {
      arrived_ = 0;
      round_ = round + 1;
      return;
    }
    while (round_ == round)
      _mm_pause();
  }

 private:
  int count_;
  std::atomic<int> arrived_{0}, round_{0};
};

// Loops of nothing but products, with sums enough to hide how long one takes.

__attribute__((target("avx2,fma"))) void multiply_avx2(int64_t rounds) {
  __m256 sums[12], a = _mm256_set1_ps(1e-9f), b = _mm256_set1_ps(1.1f);
  for (__m256 &sum : sums)
    sum = _mm256_setzero_ps();
  for (int64_t i = 0; i < rounds; i++) {
#pragma GCC unroll 12
    for (__m256 &sum : sums)
      sum = _mm256_fmadd_ps(a, b, sum);
    asm volatile("" : "+x"(a), "+x"(b));
  }
  for (__m256 &sum : sums)
    asm volatile("" ::"x"(sum));
}

__attribute__((target("avx512f"))) void multiply_avx512(int64_t rounds) {
  __m512 sums[12], a = _mm512_set1_ps(1e-9f), b = _mm512_set1_ps(1.1f);
  for (__m512 &sum : sums)
    sum = _mm512_setzero_ps();
  for (int64_t i = 0; i < rounds; i++) {
#pragma GCC unroll 12
    for (__m512 &sum : sums)
      sum = _mm512_fmadd_ps(a, b, sum);
    asm volatile("" : "+v"(a), "+v"(b));
  }
  for (__m512 &sum : sums)
    asm volatile("" ::"v"(sum));
}

__attribute__((target("avx512f,avx512bf16"))) void multiply_bf16(int64_t rounds) {
  __m512 sums[12];
  __m512i a = _mm512_set1_epi32(0x30003000), b = _mm512_set1_epi32(0x3f803f80);
  for (__m512 &sum : sums)
    sum = _mm512_setzero_ps();
  for (int64_t i = 0; i < rounds; i++) {
#pragma GCC unroll 12
    for (__m512 &sum : sums)
      sum = _mm512_dpbf16_ps(sum, reinterpret_cast<__m512bh>(a), reinterpret_cast<__m512bh>(b));
    asm volatile("" : "+v"(a), "+v"(b));
  }
  for (__m512 &sum : sums)
    asm volatile("" ::"v"(sum));
}

__attribute__((target("avx512f,avx512bw"))) void multiply_amx(int64_t rounds) {
  // Not zeroed: the processor keeps no register for a tile that is, and has more left for sums than products ever do.
  alignas(64) static const uint16_t numbers[512] = {};
  configure_tiles();
  load_tile<4>(numbers, 64);
  load_tile<5>(numbers, 64);
  load_tile<6>(numbers, 64);
  load_tile<7>(numbers, 64);
  for (int64_t i = 0; i < rounds; i++) {
    multiply_tiles<0, 4, 6>();
    multiply_tiles<1, 4, 7>();
    multiply_tiles<2, 5, 6>();
    multiply_tiles<3, 5, 7>();
  }
  release_tiles();
}

/// A loop of nothing but products, for about a millisecond at a time.
class Peak {
 public:
  Peak(void (*loop)(int64_t), double operations_per_round) : loop_(loop), operations_(operations_per_round) {
    while (timed(1, [&](int) { loop_(rounds_); }) < 0.001)
      rounds_ *= 2;
  }

  /// Operations a second, now.
  double measure(int threads) const {
    return operations_ * static_cast<double>(rounds_) * threads / timed(threads, [&](int) { loop_(rounds_); });
  }

 private:
  void (*loop_)(int64_t);
  double operations_;
  int64_t rounds_ = 1000;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

struct Set {
  const char *wanted;
  Precision precision;
  void (*loop)(int64_t);
  double operations_per_round;
};

const Set SETS[] = {
    {"avx2", Precision::EXACT, multiply_avx2, 12 * 16},
    {"avx512", Precision::EXACT, multiply_avx512, 12 * 32},
    {"avx512bf16", Precision::FAST, multiply_bf16, 12 * 64},
    {"amx", Precision::FAST, multiply_amx, 4 * 16 * 16 * 64},
    {"amx", Precision::EXACT, multiply_amx, 4 * 16 * 16 * 64},
};

struct Matrices {
  std::vector<std::vector<char>> weights;
  std::vector<float> x, result;
  ggml_tensor w{}, input{}, output{};
};

/// `count` matrices of weights, so that they come from memory as in a model.
std::unique_ptr<Matrices> make(ggml_type type, int64_t n, int64_t k, int64_t m, int count) {
  auto made = std::make_unique<Matrices>();
  uint32_t state = 1;
  const auto next = [&state] {
    state = state * 1664525u + 1013904223u;
    return static_cast<float>(state >> 8) / 8388608.0f - 1.0f;
  };
  const size_t size = type == GGML_TYPE_F32 ? 4 : 2;
  std::vector<float> row(static_cast<size_t>(k));
  for (int i = 0; i < count; i++) {
    made->weights.emplace_back(static_cast<size_t>(k * m) * size);
    for (int64_t j = 0; j < m; j++) {
      if (i == 0 || j == 0)
        for (float &value : row)
          value = next();
      store_floats(type, row.data(), made->weights.back().data() + static_cast<size_t>(j * k) * size, k);
    }
  }
  made->x.resize(static_cast<size_t>(n * k));
  for (float &value : made->x)
    value = next();
  made->result.resize(static_cast<size_t>(n * m));
  const auto shape = [](ggml_tensor &tensor, ggml_type its, int64_t columns, int64_t rows, size_t bytes) {
    tensor.type = its;
    tensor.ne[0] = columns;
    tensor.ne[1] = rows;
    tensor.ne[2] = tensor.ne[3] = 1;
    tensor.nb[0] = bytes;
    tensor.nb[1] = bytes * static_cast<size_t>(columns);
    tensor.nb[2] = tensor.nb[3] = tensor.nb[1] * static_cast<size_t>(rows);
  };
  shape(made->w, type, k, m, size);
  shape(made->input, GGML_TYPE_F32, k, n, 4);
  shape(made->output, GGML_TYPE_F32, m, n, 4);
  made->w.op = GGML_OP_NONE;
  made->w.data = made->weights[0].data();
  made->input.data = made->x.data();
  made->output.data = made->result.data();
  made->output.op = GGML_OP_MUL_MAT;
  made->output.src[0] = &made->w;
  made->output.src[1] = &made->input;
  return made;
}

/// Largest error of some results, as a share of the sum of the products' sizes.
double error_of(const Matrices &it) {
  double worst = 0;
  const int64_t k = it.w.ne[0], m = it.w.ne[1], n = it.input.ne[1];
  std::vector<float> row(static_cast<size_t>(k));
  for (int64_t j = 0; j < m; j += 97) {
    load_floats(it.w.type, static_cast<const char *>(it.w.data) + static_cast<size_t>(j) * it.w.nb[1], row.data(), k);
    for (int64_t i = 0; i < n; i += 13) {
      double sum = 0, size = 1e-30;
      for (int64_t l = 0; l < k; l++) {
        const double product = static_cast<double>(row[static_cast<size_t>(l)]) * it.x[static_cast<size_t>(i * k + l)];
        sum += product;
        size += std::abs(product);
      }
      worst = std::max(worst, std::abs(it.result[static_cast<size_t>(i * m + j)] - sum) / size);
    }
  }
  return worst;
}

/// Of one product, and of the peak beside it.
struct Measured {
  double seconds, peak;
  /// Products of parts a second, over the peak.
  double share;
};

Measured measure(const Kernels &kernels, const Peak &peak, Matrices &it, int threads, Blocking blocking, double seconds) {
  MatMul probe(kernels, &it.output, threads, blocking);
  Scratch shared;
  size_t own_floats = probe.scratch_floats();
  if (probe.input_parts() > 0) {
    const Inputs inputs(kernels, &it.input, probe.input_parts(), false);
    shared.reserve(inputs.shared_floats() * sizeof(float));
    own_floats = std::max(own_floats, Inputs::scratch_floats());
  }
  std::vector<Scratch> scratch(static_cast<size_t>(threads));
  for (Scratch &own : scratch)
    own.reserve(own_floats * sizeof(float));
  const auto round = [&](int count) {
    std::vector<std::unique_ptr<Inputs>> inputs;
    std::vector<std::unique_ptr<MatMul>> products;
    std::vector<ggml_tensor> weights(static_cast<size_t>(count), it.w), outputs(static_cast<size_t>(count), it.output);
    for (int i = 0; i < count; i++) {
      const auto at = static_cast<size_t>(i);
      weights[at].data = it.weights[at % it.weights.size()].data();
      outputs[at].src[0] = &weights[at];
      products.push_back(std::make_unique<MatMul>(kernels, &outputs[at], threads, blocking));
      if (probe.input_parts() > 0)
        inputs.push_back(std::make_unique<Inputs>(kernels, &it.input, probe.input_parts(), false));
    }
    Barrier barrier(threads);
    return timed(threads,
                 [&](int thread) {
                   float *own = scratch[static_cast<size_t>(thread)].floats();
                   for (size_t i = 0; i < products.size(); i++) {
                     if (!inputs.empty()) {
                       inputs[i]->run(shared.floats(), own);
                       barrier.wait();
                     }
                     products[i]->run(shared.floats(), own);
                     barrier.wait();
                   }
                 }) /
           count;
  };
  constexpr int TURNS = 15;
  const int count = std::max(1, static_cast<int>(seconds / TURNS / round(1)));
  const double operations = 2.0 * static_cast<double>(it.w.ne[0] * it.w.ne[1] * it.input.ne[1]);
  std::vector<double> took, peaks, shares;
  for (int turn = 0; turn < TURNS; turn++) {
    const double before = peak.measure(threads);
    took.push_back(round(count));
    peaks.push_back((before + peak.measure(threads)) / 2);
    shares.push_back(operations * MatMul::product_count(kernels, it.w.type) / took.back() / peaks.back());
  }
  return {median(took), median(peaks), median(shares)};
}

} // namespace

int main(int argc, char **argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 0.3;
  bool is_good = true;
  for (const Set &set : SETS) {
    setenv("LLAMA_REWARD_PREFILL", set.wanted, 1);
    const Kernels *kernels = choose_kernels(set.precision);
    const char *precision = set.precision == Precision::FAST ? "fast" : "exact";
    const bool is_amx = std::strcmp(set.wanted, "amx") == 0;
    if (kernels == nullptr || (is_amx && std::strcmp(kernels->name, "AMX") != 0) ||
        (set.precision == Precision::FAST && kernels->parts == nullptr) ||
        (std::strcmp(set.wanted, "avx512") == 0 && kernels == avx2_kernels())) {
      std::printf("%-11s %-5s unavailable\n", set.wanted, precision);
      continue;
    }
    const Peak peak(set.loop, set.operations_per_round);
    const auto line = [&](Matrices &it, int threads, Blocking blocking) {
      const Measured measured = measure(*kernels, peak, it, threads, blocking, seconds);
      const double useful = 2.0 * static_cast<double>(it.w.ne[0] * it.w.ne[1] * it.input.ne[1]) / measured.seconds;
      it.w.data = it.weights[0].data();
      MatMul last(*kernels, &it.output, 1, blocking);
      Scratch shared, scratch, cutting;
      scratch.reserve(last.scratch_floats() * sizeof(float));
      if (last.input_parts() > 0) {
        Inputs inputs(*kernels, &it.input, last.input_parts(), false);
        shared.reserve(inputs.shared_floats() * sizeof(float));
        cutting.reserve(Inputs::scratch_floats() * sizeof(float));
        inputs.run(shared.floats(), cutting.floats());
      }
      last.run(shared.floats(), scratch.floats());
      const double error = error_of(it);
      const double bound = kernels->parts == nullptr ? 2e-6 : set.precision == Precision::FAST ? 8e-3 : 1e-5;
      is_good &= error <= bound;
      std::printf("%-11s %-5s %-4s %4lld x %lld x %-4lld %d thread%s %6.0f GFLOP/s, %3.0f %% of a peak of %.0f (stretch %lld, rows %lld), error %.1e%s\n",
                  kernels->name, precision, it.w.type == GGML_TYPE_BF16 ? "bf16" : it.w.type == GGML_TYPE_F16 ? "f16" : "f32",
                  static_cast<long long>(it.input.ne[1]), static_cast<long long>(it.w.ne[0]),
                  static_cast<long long>(it.w.ne[1]), threads, threads == 1 ? " " : "s", useful / 1e9,
                  100 * measured.share, measured.peak / 1e9,
                  static_cast<long long>(blocking.stretch), static_cast<long long>(blocking.rows), error,
                  error <= bound ? "" : " TOO LARGE");
      std::fflush(stdout);
    };
    for (const ggml_type type : {GGML_TYPE_BF16, GGML_TYPE_F16})
      for (const int64_t m : {2048, 8192})
        for (const int64_t n : {192, 512}) {
          const auto it = make(type, n, 2048, m, m == 2048 ? 8 : 2);
          for (const int threads : {1, 2})
            line(*it, threads, kernels->parts == nullptr ? USUAL_BLOCKING : kernels->parts->blocking);
        }
    if (!is_amx)
      continue;
    for (const ggml_type type : {GGML_TYPE_BF16, GGML_TYPE_F16}) {
      const auto it = make(type, 512, 2048, 2048, 8);
      for (const int64_t stretch : {256, 512, 1024, 2048})
        for (const int64_t rows : {32, 64, 128, 256})
          line(*it, 1, {stretch, rows});
    }
  }
  return is_good ? 0 : 1;
}
