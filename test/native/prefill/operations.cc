// The prefill backend's operations beside plain loops in double precision, over random shapes, strides, types and masks.
// Usage: operations LIBGGML_BASE KERNELS PRECISION CASES SEED. Prints the worst relative error of each operation, and fails
// beyond the bounds.

#include <dlfcn.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "../../../native/backend.h"
#include "../../../native/prefill/attention.h"
#include "../../../native/prefill/gelu.h"
#include "../../../native/prefill/inputs.h"
#include "../../../native/prefill/matmul.h"
#include "../../../native/prefill/scratch.h"

#ifdef LLAMA_REWARD_FLOATS_ONLY
// Without ggml: bench/prefill/build.sh.
#include "../../../bench/prefill/float_traits.h"
#else
namespace llama_reward {
namespace {
Symbols symbols;
}
const Symbols &api() {
  return symbols;
}
} // namespace llama_reward
#endif

namespace {

using namespace llama_reward;
using namespace llama_reward::prefill;

/// Whether ggml's table of types is there.
bool open_types([[maybe_unused]] const char *file) {
#ifndef LLAMA_REWARD_FLOATS_ONLY
  void *library = dlopen(file, RTLD_NOW);
  if (library == nullptr)
    return std::fprintf(stderr, "%s\n", dlerror()), false;
  symbols.ggml_get_type_traits =
      reinterpret_cast<decltype(symbols.ggml_get_type_traits)>(dlsym(library, "ggml_get_type_traits"));
#endif
  return api().ggml_get_type_traits != nullptr;
}

class Random {
 public:
  explicit Random(uint32_t seed) : engine_(seed) {}
  int64_t between(int64_t first, int64_t last) {
    return std::uniform_int_distribution<int64_t>(first, last)(engine_);
  }
  bool chance(double share) { return std::uniform_real_distribution<double>(0, 1)(engine_) < share; }
  float normal() { return static_cast<float>(std::normal_distribution<double>(0, 1)(engine_)); }
  template <class T> T one_of(std::initializer_list<T> values) {
    return values.begin()[between(0, static_cast<int64_t>(values.size()) - 1)];
  }

 private:
  std::mt19937 engine_;
};

/// A tensor with memory of its own, by hand: rows may lie further apart than they are long.
struct Tensor {
  ggml_tensor it{};
  std::vector<char> memory;

  Tensor(ggml_type type, std::vector<int64_t> shape, int64_t padding = 0) {
    const ggml_type_traits *traits = api().ggml_get_type_traits(type);
    shape.resize(4, 1);
    it.type = type;
    for (int i = 0; i < 4; i++)
      it.ne[i] = shape[static_cast<size_t>(i)];
    it.nb[0] = traits->type_size;
    it.nb[1] = traits->type_size * static_cast<size_t>(shape[0] / traits->blck_size + padding);
    it.nb[2] = it.nb[1] * static_cast<size_t>(shape[1]);
    it.nb[3] = it.nb[2] * static_cast<size_t>(shape[2]);
    // To the byte, so that a sanitizer sees what is read beyond.
    memory.resize(it.nb[3] * static_cast<size_t>(shape[3]) -
                  traits->type_size * static_cast<size_t>(padding));
    it.data = memory.data();
    it.op = GGML_OP_NONE;
  }

  char *row(int64_t i, int64_t j = 0) {
    return memory.data() + static_cast<size_t>(i) * it.nb[1] + static_cast<size_t>(j) * it.nb[2];
  }

  /// Stores numbers as the type can hold them, and gives back what it holds.
  std::vector<float> fill_row(int64_t i, int64_t j, const std::vector<float> &values) {
    const ggml_type_traits *traits = api().ggml_get_type_traits(it.type);
    const auto count = static_cast<int64_t>(values.size());
    std::vector<float> held(values);
    if (it.type == GGML_TYPE_F32) {
      std::memcpy(row(i, j), values.data(), values.size() * sizeof(float));
      return held;
    }
    traits->from_float_ref(values.data(), row(i, j), count);
    traits->to_float(row(i, j), held.data(), count);
    return held;
  }
};

template <class Work> void on_threads(int count, const Work &work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; i++)
    threads.emplace_back(work, i);
  for (std::thread &thread : threads)
    thread.join();
}

std::vector<float> normals(Random &random, int64_t count, float spread = 1) {
  std::vector<float> values(static_cast<size_t>(count));
  for (float &value : values)
    value = spread * random.normal();
  return values;
}

using Rows = std::vector<std::vector<float>>;

void cut(const Kernels &kernels, const ggml_tensor *x, int parts, bool has_operations, int threads, Scratch &shared) {
  Inputs inputs(kernels, x, parts, has_operations);
  shared.reserve(inputs.shared_floats() * sizeof(float));
  std::vector<Scratch> scratch(static_cast<size_t>(threads));
  for (Scratch &own : scratch)
    own.reserve(Inputs::scratch_floats() * sizeof(float));
  on_threads(threads, [&](int i) { inputs.run(shared.floats(), scratch[static_cast<size_t>(i)].floats()); });
}

/// Largest difference, as a share of what rounding each product once could cause.
double matmul_case(const Kernels &kernels, Random &random) {
  const ggml_type type = random.one_of({GGML_TYPE_F32, GGML_TYPE_F16, GGML_TYPE_BF16,
#ifndef LLAMA_REWARD_FLOATS_ONLY
                                        GGML_TYPE_Q8_0, GGML_TYPE_Q4_K, GGML_TYPE_Q5_K, GGML_TYPE_Q6_K, GGML_TYPE_Q4_0
#endif
  });
  const int64_t block = api().ggml_get_type_traits(type)->blck_size;
  const int64_t length = block * random.between(1, block == 1 ? 1200 : block == 32 ? 40 : 5);
  const int64_t rows = random.between(1, 150), count = random.between(1, 40);
  const bool is_padded = random.chance(0.3);
  Tensor weights(type, {length, rows});
  Tensor x(GGML_TYPE_F32, {length, count}, is_padded ? random.between(1, 9) : 0);
  Tensor result(GGML_TYPE_F32, {rows, count});
  result.it.op = GGML_OP_MUL_MAT;
  result.it.src[0] = &weights.it;
  result.it.src[1] = &x.it;
  Rows w, inputs;
  for (int64_t i = 0; i < rows; i++)
    w.push_back(weights.fill_row(i, 0, normals(random, length)));
  for (int64_t i = 0; i < count; i++)
    inputs.push_back(x.fill_row(i, 0, normals(random, length)));

  if (!MatMul::takes(&result.it))
    std::exit(std::fprintf(stderr, "a product was not taken\n"));
  const int threads = static_cast<int>(random.between(1, 3));
  MatMul matmul(kernels, &result.it, threads);
  std::vector<Scratch> scratch(static_cast<size_t>(threads));
  for (Scratch &own : scratch)
    own.reserve(matmul.scratch_floats() * sizeof(float));
  Scratch shared;
  if (matmul.input_parts() > 0)
    cut(kernels, &x.it, matmul.input_parts(), false, threads, shared);
  on_threads(threads, [&](int i) { matmul.run(shared.floats(), scratch[static_cast<size_t>(i)].floats()); });

  double worst = 0;
  for (int64_t i = 0; i < count; i++)
    for (int64_t j = 0; j < rows; j++) {
      double sum = 0, size = 0;
      for (size_t k = 0; k < static_cast<size_t>(length); k++) {
        const double product = static_cast<double>(inputs[static_cast<size_t>(i)][k]) * w[static_cast<size_t>(j)][k];
        sum += product;
        size += std::abs(product);
      }
      float got;
      std::memcpy(&got, result.row(i) + static_cast<size_t>(j) * sizeof(float), sizeof(got));
      worst = std::max(worst, std::abs(got - sum) / (size + 1e-30));
    }
  return std::isfinite(worst) ? worst : std::numeric_limits<double>::infinity();
}

void run_attention(const Kernels &kernels, const Tensor &result, Mask &bits, int threads) {
  if (!Attention::takes(&result.it))
    std::exit(std::fprintf(stderr, "an attention was not taken\n"));
  Attention attention(kernels, &result.it, bits);
  Scratch shared;
  shared.reserve(attention.shared_floats() * sizeof(float));
  std::vector<Scratch> scratch(static_cast<size_t>(threads));
  for (Scratch &own : scratch)
    own.reserve(attention.scratch_floats() * sizeof(float));
  on_threads(threads, [&](int) { bits.run(); });
  on_threads(threads, [&](int i) { attention.prepare(shared.floats(), scratch[static_cast<size_t>(i)].floats()); });
  on_threads(threads, [&](int i) { attention.run(shared.floats(), scratch[static_cast<size_t>(i)].floats()); });
}

/// Absolute difference of attention over values of spread 1.
double attention_case(const Kernels &kernels, Random &random) {
  const ggml_type type = random.one_of({GGML_TYPE_F32, GGML_TYPE_F16});
  const int64_t width = random.one_of<int64_t>({8, 16, 20, 32, 64, 80, 128, 256});
  const int64_t value_width = random.chance(0.8) ? width : 8 * random.between(1, 20);
  const int64_t kv_heads = random.between(1, 3), heads = kv_heads * random.between(1, 4);
  const int64_t tokens = random.between(1, 60), cells = random.between(1, 700);
  const float scale = 1.0f / std::sqrt(static_cast<float>(width));
  const float cap = random.chance(0.3) ? 5.0f : 0.0f;
  Tensor q(GGML_TYPE_F32, {width, tokens, heads}, random.between(0, 3));
  Tensor k(type, {width, cells, kv_heads}, random.between(0, 3));
  Tensor v(type, {value_width, cells, kv_heads}, random.between(0, 3));
  Tensor mask(GGML_TYPE_F16, {cells, tokens + random.between(0, 2)});
  Tensor result(GGML_TYPE_F32, {value_width, heads, tokens});
  result.it.op = GGML_OP_FLASH_ATTN_EXT;
  result.it.src[0] = &q.it;
  result.it.src[1] = &k.it;
  result.it.src[2] = &v.it;
  result.it.src[3] = &mask.it;
  const float parameters[3] = {scale, 0, cap};
  std::memcpy(result.it.op_params, parameters, sizeof(parameters));

  std::vector<Rows> queries, keys, values;
  for (int64_t h = 0; h < heads; h++) {
    queries.emplace_back();
    for (int64_t t = 0; t < tokens; t++)
      queries.back().push_back(q.fill_row(t, h, normals(random, width, 3)));
  }
  // A cell that overflowed belongs to another text: who does not see it must not feel it.
  const int64_t wild = random.chance(0.3) ? random.between(0, cells - 1) : -1;
  for (int64_t h = 0; h < kv_heads; h++) {
    keys.emplace_back();
    values.emplace_back();
    for (int64_t c = 0; c < cells; c++) {
      std::vector<float> key = normals(random, width), value = normals(random, value_width);
      if (c == wild) {
        key[0] = std::numeric_limits<float>::quiet_NaN();
        value[static_cast<size_t>(random.between(0, value_width - 1))] = std::numeric_limits<float>::infinity();
      }
      keys.back().push_back(k.fill_row(c, h, key));
      values.back().push_back(v.fill_row(c, h, value));
    }
  }
  const double density = random.one_of({0.02, 0.3, 0.9});
  const int64_t gap = random.between(0, cells);
  std::vector<std::vector<bool>> sees;
  for (int64_t t = 0; t < mask.it.ne[1]; t++) {
    std::vector<float> row(static_cast<size_t>(cells));
    sees.emplace_back();
    for (int64_t c = 0; c < cells; c++) {
      const bool is_seen = c != wild && c >= gap && random.chance(density);
      sees.back().push_back(is_seen);
      row[static_cast<size_t>(c)] = is_seen ? 0 : -std::numeric_limits<float>::infinity();
    }
    mask.fill_row(t, 0, row);
  }

  Mask bits(&mask.it);
  run_attention(kernels, result, bits, static_cast<int>(random.between(1, 3)));

  double worst = 0;
  for (int64_t h = 0; h < heads; h++)
    for (int64_t t = 0; t < tokens; t++) {
      const auto head = static_cast<size_t>(h), kv = static_cast<size_t>(h / (heads / kv_heads)), at = static_cast<size_t>(t);
      std::vector<double> output(static_cast<size_t>(value_width)), logits(static_cast<size_t>(cells));
      double largest = -std::numeric_limits<double>::infinity(), sum = 0;
      for (size_t c = 0; c < static_cast<size_t>(cells); c++) {
        if (!sees[at][c])
          continue;
        double logit = 0;
        for (size_t i = 0; i < static_cast<size_t>(width); i++)
          logit += static_cast<double>(queries[head][at][i]) * keys[kv][c][i];
        logit *= scale;
        logits[c] = cap == 0 ? logit : cap * std::tanh(logit / cap);
        largest = std::max(largest, logits[c]);
      }
      for (size_t c = 0; c < static_cast<size_t>(cells); c++) {
        if (!sees[at][c])
          continue;
        const double weight = std::exp(logits[c] - largest);
        sum += weight;
        for (size_t i = 0; i < output.size(); i++)
          output[i] += weight * values[kv][c][i];
      }
      for (size_t i = 0; i < output.size(); i++) {
        float got;
        std::memcpy(&got, result.memory.data() + head * result.it.nb[1] + at * result.it.nb[2] + i * sizeof(float),
                    sizeof(got));
        const double difference = std::abs(got - (sum == 0 ? 0 : output[i] / sum));
        worst = std::isfinite(difference) ? std::max(worst, difference) : difference;
        if (!std::isfinite(difference))
          return std::numeric_limits<double>::infinity();
      }
    }
  return worst;
}

/// The attention of some tokens, over cells of their own and others'.
struct PlacedAttention {
  Tensor q, k, v, mask, result;

  PlacedAttention(ggml_type type, int64_t width, int64_t kv_heads, int64_t heads, int64_t cells, int64_t tokens)
      : q(GGML_TYPE_F32, {width, tokens, heads}), k(type, {width, cells, kv_heads}), v(type, {width, cells, kv_heads}),
        mask(GGML_TYPE_F16, {cells, tokens}), result(GGML_TYPE_F32, {width, heads, tokens}) {
    result.it.op = GGML_OP_FLASH_ATTN_EXT;
    result.it.src[0] = &q.it;
    result.it.src[1] = &k.it;
    result.it.src[2] = &v.it;
    result.it.src[3] = &mask.it;
    const float parameters[3] = {1 / std::sqrt(static_cast<float>(width)), 0, 0};
    std::memcpy(result.it.op_params, parameters, sizeof(parameters));
  }

  template <class Sees> void fill_mask(int64_t token, const Sees &sees) {
    std::vector<float> row(static_cast<size_t>(mask.it.ne[0]));
    for (size_t c = 0; c < row.size(); c++)
      row[c] = sees(static_cast<int64_t>(c)) ? 0 : -std::numeric_limits<float>::infinity();
    mask.fill_row(token, 0, row);
  }
};

/// How many numbers of a text's attention change when its cells lie elsewhere, scattered among others', and other tokens
/// stand beside its own.
double placement_case(const Kernels &kernels, Random &random) {
  const ggml_type type = random.one_of({GGML_TYPE_F32, GGML_TYPE_F16});
  const int64_t width = random.one_of<int64_t>({16, 20, 64, 80, 128});
  const int64_t kv_heads = random.between(1, 2), heads = kv_heads * random.between(1, 2);
  // More than are held at once, too: their maximum grows on the way.
  const int64_t own = random.between(1, random.chance(0.2) ? 1500 : 200), tokens = random.between(1, std::min<int64_t>(own, 40));
  const int64_t all = own + random.between(0, 300), before = random.between(0, 30), after = random.between(0, 30);
  PlacedAttention home(type, width, kv_heads, heads, own, tokens);
  PlacedAttention away(type, width, kv_heads, heads, all, before + tokens + after);

  // Runs of cells, in any order; the text's are some of them.
  std::vector<std::vector<int32_t>> runs;
  for (int32_t cell = 0; cell < all;) {
    runs.emplace_back();
    for (int64_t left = random.between(1, 90); left > 0 && cell < all; left--)
      runs.back().push_back(cell++);
  }
  for (size_t i = runs.size(); i > 1; i--)
    std::swap(runs[i - 1], runs[static_cast<size_t>(random.between(0, static_cast<int64_t>(i) - 1))]);
  std::vector<int32_t> order, place;
  for (const std::vector<int32_t> &run : runs)
    order.insert(order.end(), run.begin(), run.end());
  std::vector<bool> is_own(static_cast<size_t>(all));
  for (size_t i = 0; i < order.size(); i++) {
    const auto missing = own - static_cast<int64_t>(place.size()), left = static_cast<int64_t>(order.size() - i);
    if (random.between(1, left) > missing)
      continue;
    place.push_back(order[i]);
    is_own[static_cast<size_t>(order[i])] = true;
  }

  for (int64_t h = 0; h < kv_heads; h++) {
    for (int64_t c = 0; c < all; c++) {
      away.k.fill_row(c, h, normals(random, width, 5));
      away.v.fill_row(c, h, normals(random, width));
    }
    for (int64_t c = 0; c < own; c++) {
      const std::vector<float> key = normals(random, width), value = normals(random, width);
      home.k.fill_row(c, h, key);
      home.v.fill_row(c, h, value);
      away.k.fill_row(place[static_cast<size_t>(c)], h, key);
      away.v.fill_row(place[static_cast<size_t>(c)], h, value);
    }
  }
  for (int64_t h = 0; h < heads; h++) {
    for (int64_t t = 0; t < before + tokens + after; t++)
      away.q.fill_row(t, h, normals(random, width, 3));
    for (int64_t t = 0; t < tokens; t++) {
      const std::vector<float> query = normals(random, width, 3);
      home.q.fill_row(t, h, query);
      away.q.fill_row(before + t, h, query);
    }
  }
  for (int64_t t = 0; t < before + tokens + after; t++)
    away.fill_mask(t, [&](int64_t cell) { return !is_own[static_cast<size_t>(cell)] && random.chance(0.5); });
  for (int64_t t = 0; t < tokens; t++) {
    const int64_t seen = own - tokens + t + 1;
    home.fill_mask(t, [&](int64_t cell) { return cell < seen; });
    std::vector<bool> sees(static_cast<size_t>(all));
    for (int64_t c = 0; c < seen; c++)
      sees[static_cast<size_t>(place[static_cast<size_t>(c)])] = true;
    away.fill_mask(before + t, [&](int64_t cell) { return sees[static_cast<size_t>(cell)]; });
  }

  Mask home_bits(&home.mask.it), away_bits(&away.mask.it, order);
  run_attention(kernels, home.result, home_bits, 1);
  run_attention(kernels, away.result, away_bits, static_cast<int>(random.between(1, 3)));
  int64_t changed = 0;
  for (int64_t t = 0; t < tokens; t++)
    for (int64_t h = 0; h < heads; h++)
      changed += std::memcmp(home.result.row(h, t), away.result.row(h, before + t), static_cast<size_t>(width) * sizeof(float)) != 0;
  return static_cast<double>(changed);
}

/// Difference of one value, gated or alone, as a share of its size.
double gelu_case(const Kernels &kernels, Random &random) {
  const int64_t width = random.between(1, 300), count = random.between(1, 9);
  Tensor gate(GGML_TYPE_F32, {width, count}, random.between(0, 3));
  Tensor up(GGML_TYPE_F32, {width, count}, random.between(0, 3));
  Tensor result(GGML_TYPE_F32, {width, count});
  const bool is_alone = random.between(0, 2) == 0;
  result.it.op = is_alone ? GGML_OP_UNARY : GGML_OP_GLU;
  result.it.op_params[0] =
      is_alone ? static_cast<int32_t>(GGML_UNARY_OP_GELU) : static_cast<int32_t>(GGML_GLU_OP_GEGLU);
  result.it.src[0] = &gate.it;
  result.it.src[1] = is_alone ? nullptr : &up.it;
  Rows gates, ups;
  for (int64_t i = 0; i < count; i++) {
    gates.push_back(gate.fill_row(i, 0, normals(random, width, 4)));
    ups.push_back(up.fill_row(i, 0, normals(random, width)));
  }
  if (!Gelu::takes(&result.it))
    std::exit(std::fprintf(stderr, "a GELU was not taken\n"));
  Gelu gelu(kernels, &result.it);
  on_threads(2, [&](int) { gelu.run(); });
  double worst = 0;
  for (int64_t i = 0; i < count; i++)
    for (size_t j = 0; j < static_cast<size_t>(width); j++) {
      const double x = gates[static_cast<size_t>(i)][j], u = is_alone ? 1 : ups[static_cast<size_t>(i)][j];
      const double value = 0.5 * x * (1 + std::tanh(std::sqrt(2 / 3.14159265358979323846) * (x + 0.044715 * x * x * x)));
      float got;
      std::memcpy(&got, result.row(i) + j * sizeof(float), sizeof(got));
      worst = std::max(worst, std::abs(got - value * u) / (std::abs(x * u) + 1e-30));
    }
  return worst;
}

/// Exponentials beside weights that are rounded anyway: difference as a share of the value. What is hidden becomes 0, and
/// what is no number stays so.
double exponentials_case(const Kernels &kernels, Random &random) {
  const int64_t count = 32 * random.between(1, 8);
  const float shift = 100 * random.normal();
  std::vector<float> logits = normals(random, count, 20);
  for (float &logit : logits)
    logit = random.chance(0.1) ? -std::numeric_limits<float>::infinity() : shift - std::min(std::abs(logit), 80.0F);
  const auto odd = static_cast<size_t>(random.between(0, count - 1));
  logits[odd] = std::numeric_limits<float>::quiet_NaN();
  std::vector<float> powers = logits;
  kernels.parts->rough_exponentials(powers.data(), count, shift);
  double worst = std::isnan(powers[odd]) ? 0 : std::numeric_limits<double>::infinity();
  for (size_t i = 0; i < powers.size(); i++) {
    if (i == odd)
      continue;
    // The difference is float32's, as for all that follows.
    const double value = std::exp(static_cast<double>(logits[i] - shift));
    worst = std::max(worst, std::abs(powers[i] - value) / (value + 1e-38));
  }
  return worst;
}

/// The sum of a number's parts, as `parts.h` lays them out.
double sum_of_parts(const uint16_t *cut, int parts, int64_t length, int64_t row, int64_t column) {
  const int64_t steps = (length + PART_STEP - 1) / PART_STEP;
  const uint16_t *at = cut + ((row / PART_ROWS * steps + column / PART_STEP) * parts * PART_UNIT) +
                       (row % PART_ROWS * PART_STEP) + column % PART_STEP;
  double sum = 0;
  for (int i = 0; i < parts; i++) {
    const uint32_t bits = static_cast<uint32_t>(at[i * PART_UNIT]) << 16;
    float part;
    std::memcpy(&part, &bits, sizeof(part));
    sum += static_cast<double>(part);
  }
  return sum;
}

/// Operations before a product that are done while its inputs are cut: difference of a number, as a share of its size
/// (of a gate, of its factors' sizes). Kernels without parts only compute the numbers.
double inputs_case(const Kernels &kernels, Random &random) {
  const int64_t width = random.between(1, 700), count = random.between(1, 40);
  const auto kind = random.one_of({GGML_OP_RMS_NORM, GGML_OP_GLU});
  const bool is_norm = kind == GGML_OP_RMS_NORM, is_silu = random.chance(0.5);
  const float epsilon = 1e-5F;
  Tensor first(GGML_TYPE_F32, {width, count}, random.between(0, 3));
  Tensor second(GGML_TYPE_F32, {width, is_norm ? 1 : count});
  Tensor norm(GGML_TYPE_F32, {width, count}), x(GGML_TYPE_F32, {width, count});
  norm.it.op = GGML_OP_RMS_NORM;
  norm.it.src[0] = &first.it;
  std::memcpy(norm.it.op_params, &epsilon, sizeof(epsilon));
  x.it.op = is_norm ? GGML_OP_MUL : GGML_OP_GLU;
  x.it.op_params[0] = is_norm ? 0 : static_cast<int32_t>(is_silu ? GGML_GLU_OP_SWIGLU : GGML_GLU_OP_GEGLU);
  x.it.src[0] = is_norm ? &norm.it : &first.it;
  x.it.src[1] = &second.it;
  if (is_norm && random.chance(0.5))
    std::swap(x.it.src[0], x.it.src[1]);
  Rows firsts, seconds;
  for (int64_t i = 0; i < count; i++)
    firsts.push_back(first.fill_row(i, 0, normals(random, width, random.chance(0.1) ? 60 : 3)));
  for (int64_t i = 0; i < second.it.ne[1]; i++)
    seconds.push_back(second.fill_row(i, 0, normals(random, width)));

  const auto source = RowSource::of_operations_before(kernels, &x.it);
  if (source == nullptr)
    std::exit(std::fprintf(stderr, "operations before a product were not taken\n"));
  const int parts = kernels.precision == Precision::FAST ? 1 : 3;
  Scratch shared;
  if (kernels.parts != nullptr)
    cut(kernels, &x.it, parts, true, 2, shared);
  double worst = 0;
  std::vector<float> own(static_cast<size_t>(width));
  for (int64_t i = 0; i < count; i++) {
    double squares = 0;
    for (const float value : firsts[static_cast<size_t>(i)])
      squares += static_cast<double>(value) * value;
    const double root = std::sqrt(squares / static_cast<double>(width) + epsilon);
    const float *computed = source->columns(i, source->factor(i), 0, width, own.data());
    for (int64_t k = 0; k < width; k++) {
      const double a = firsts[static_cast<size_t>(i)][static_cast<size_t>(k)];
      const double b = seconds[is_norm ? 0 : static_cast<size_t>(i)][static_cast<size_t>(k)];
      const double gate = is_silu ? a / (1 + std::exp(-a)) : 0.5 * a * (1 + std::tanh(std::sqrt(2 / 3.14159265358979323846) * (a + 0.044715 * a * a * a)));
      const double value = (is_norm ? a / root : gate) * b;
      // SiLU ends at 1e-36, where its power is no float32 number any more.
      const double size = std::abs(is_norm || is_silu ? value : a * b) + 1e-28;
      const double got = kernels.parts == nullptr
                             ? static_cast<double>(computed[k])
                             : sum_of_parts(reinterpret_cast<const uint16_t *>(shared.floats()), parts, width, i, k);
      worst = std::max(worst, std::abs(got - value) / size);
    }
  }
  return std::isfinite(worst) ? worst : std::numeric_limits<double>::infinity();
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 6)
    return 2;
  if (!open_types(argv[1]))
    return 2;
  setenv("LLAMA_REWARD_PREFILL", argv[2], 1);
  const bool is_fast = std::strcmp(argv[3], "fast") == 0;
  const Kernels *kernels = choose_kernels(is_fast ? Precision::FAST : Precision::EXACT);
  if (kernels == nullptr)
    return std::printf("unavailable\n"), 0;
  const int cases = std::atoi(argv[4]);
  Random random(static_cast<uint32_t>(std::atoi(argv[5])));

  struct Operation {
    const char *name;
    double (*run)(const Kernels &, Random &);
    double bound;
  };
  // Float32 sums of up to 1,200 products: the share of their sizes that stays within a few units in the last place. Of two
  // parts, as quantized weights have, 2⁻¹⁷ is left out, of one 2⁻⁹.
  const Operation operations[] = {
      {"matmul", matmul_case, kernels->parts == nullptr ? 2e-6 : is_fast ? 8e-3 : 1e-5}, {"attention", attention_case, is_fast && kernels->parts != nullptr ? 0.1 : 2e-5}, {"gelu", gelu_case, 5e-7},
      // One part is off by a rounding to 8 bits, three by what the operations are.
      {"inputs", inputs_case, is_fast && kernels->parts != nullptr ? 4e-3 : 6e-7},
      {"exponentials", exponentials_case, 1e-5},
      {"placement", placement_case, 0}};
  bool is_good = true;
  for (const Operation &operation : operations) {
    // Parts of neighbouring cells are multiplied together, with exponentials of their own.
    if (operation.run == (kernels->parts != nullptr ? placement_case : exponentials_case))
      continue;
    double worst = 0;
    for (int i = 0; i < cases; i++)
      worst = std::max(worst, operation.run(*kernels, random));
    std::printf("%s %s %d cases, worst %.2e, bound %.0e\n", kernels->name, operation.name, cases, worst, operation.bound);
    is_good &= worst <= operation.bound;
  }
  return is_good ? 0 : 1;
}
