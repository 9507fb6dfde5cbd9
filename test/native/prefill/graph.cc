// What the prefill backend makes of a graph: which nodes it computes itself, which it drops, what it leaves alone.
// Usage: graph LIBGGML_BASE. Prints a line for each check, and fails with the first that does not hold.

#include <dlfcn.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "../../../native/backend.h"
#include "../../../native/prefill/graph.h"
#include "../../../native/prefill/parts.h"

namespace llama_reward {
namespace {
Symbols symbols;
}
const Symbols &api() {
  return symbols;
}
} // namespace llama_reward

namespace {

using namespace llama_reward;
using namespace llama_reward::prefill;

constexpr int64_t WIDTH = 32, TOKENS = 192, CELLS = 4096, HEADS = 2;

void check(bool holds, const char *what) {
  if (!holds)
    std::exit(std::printf("FAILED: %s\n", what));
  std::printf("%s\n", what);
}

struct Tensor : ggml_tensor {
  std::vector<float> memory;

  Tensor(ggml_type stored, std::vector<int64_t> shape, ggml_op made_by = GGML_OP_NONE) : ggml_tensor{} {
    shape.resize(4, 1);
    type = stored;
    op = made_by;
    flags = GGML_TENSOR_FLAG_COMPUTE;
    nb[0] = type == GGML_TYPE_F16 ? 2 : 4;
    for (int i = 0; i < 4; i++) {
      ne[i] = shape[static_cast<size_t>(i)];
      nb[i + 1 < 4 ? i + 1 : 3] = nb[i] * static_cast<size_t>(ne[i]);
    }
    memory.resize(static_cast<size_t>(ne[0] * ne[1] * ne[2]));
    data = memory.data();
  }
};

/// Attention as llama.cpp builds it over an f32 cache: keys and values are views, cast to f16.
struct AttentionGraph {
  Tensor cache{GGML_TYPE_F32, {WIDTH, CELLS, HEADS}};
  Tensor view{GGML_TYPE_F32, {WIDTH, CELLS, HEADS}, GGML_OP_VIEW};
  Tensor keys{GGML_TYPE_F16, {WIDTH, CELLS, HEADS}, GGML_OP_CPY};
  Tensor values{GGML_TYPE_F16, {WIDTH, CELLS, HEADS}, GGML_OP_CPY};
  Tensor queries{GGML_TYPE_F32, {WIDTH, TOKENS, HEADS}};
  Tensor mask{GGML_TYPE_F16, {CELLS, TOKENS}};
  Tensor sinks{GGML_TYPE_F32, {HEADS}};
  Tensor attention{GGML_TYPE_F32, {WIDTH, HEADS, TOKENS}, GGML_OP_FLASH_ATTN_EXT};
  Tensor other{GGML_TYPE_F32, {WIDTH, CELLS, HEADS}, GGML_OP_CPY};
  std::vector<ggml_tensor *> nodes{&keys, &values, &attention};
  CellAges ages;
  Scratch scratch;

  AttentionGraph() {
    view.view_src = &cache;
    keys.src[0] = values.src[0] = &view;
    // As ggml_cast makes them.
    keys.src[1] = &keys;
    values.src[1] = &values;
    attention.src[0] = &queries;
    attention.src[1] = &keys;
    attention.src[2] = &values;
    attention.src[3] = &mask;
    set_bias(0);
  }

  void set_bias(float bias) {
    const float parameters[3] = {1 / std::sqrt(static_cast<float>(WIDTH)), bias, 0};
    std::memcpy(attention.op_params, parameters, sizeof(parameters));
  }

  ggml_cgraph graph() {
    ggml_cgraph whole{};
    whole.nodes = nodes.data();
    whole.n_nodes = whole.size = static_cast<int>(nodes.size());
    return whole;
  }

  std::vector<ggml_op> computed(const Kernels &kernels) {
    ggml_cgraph whole = graph();
    Graph mine(kernels, whole, 1, ages, scratch);
    std::vector<ggml_op> operations;
    for (int i = 0; i < mine.view()->n_nodes; i++)
      operations.push_back(mine.view()->nodes[i]->op);
    return operations;
  }
};

/// Operations before products as llama.cpp builds them: an RMS norm for two products, a gate for a third.
struct ProductGraph {
  static constexpr int64_t ROWS = 4;
  Tensor x{GGML_TYPE_F32, {WIDTH, ROWS}};
  Tensor scales{GGML_TYPE_F32, {WIDTH}};
  Tensor weights{GGML_TYPE_F32, {WIDTH, WIDTH}};
  Tensor norm{GGML_TYPE_F32, {WIDTH, ROWS}, GGML_OP_RMS_NORM};
  Tensor scaled{GGML_TYPE_F32, {WIDTH, ROWS}, GGML_OP_MUL};
  Tensor gate{GGML_TYPE_F32, {WIDTH, ROWS}, GGML_OP_MUL_MAT};
  Tensor up{GGML_TYPE_F32, {WIDTH, ROWS}, GGML_OP_MUL_MAT};
  Tensor gated{GGML_TYPE_F32, {WIDTH, ROWS}, GGML_OP_GLU};
  Tensor down{GGML_TYPE_F32, {WIDTH, ROWS}, GGML_OP_MUL_MAT};
  Tensor sum{GGML_TYPE_F32, {WIDTH, ROWS}, GGML_OP_ADD};
  std::vector<ggml_tensor *> nodes{&norm, &scaled, &gate, &up, &gated, &down, &sum};
  CellAges ages;
  Scratch scratch;

  ProductGraph() {
    norm.src[0] = &x;
    scaled.src[0] = &norm;
    scaled.src[1] = &scales;
    gate.src[0] = up.src[0] = down.src[0] = &weights;
    gate.src[1] = up.src[1] = &scaled;
    gated.src[0] = &gate;
    gated.src[1] = &up;
    gated.op_params[0] = static_cast<int32_t>(GGML_GLU_OP_SWIGLU);
    down.src[1] = &gated;
    sum.src[0] = &down;
    sum.src[1] = &x;
  }

  /// @param elsewhere read by one more node, of another graph
  std::vector<ggml_op> computed(const Kernels &kernels, const ggml_tensor *elsewhere = nullptr) {
    constexpr size_t SLOTS = 64;
    std::vector<ggml_tensor *> keys(SLOTS);
    std::vector<ggml_bitset_t> used(ggml_bitset_size(SLOTS));
    std::vector<int32_t> counts(SLOTS);
    ggml_cgraph whole{};
    whole.nodes = nodes.data();
    whole.n_nodes = whole.size = static_cast<int>(nodes.size());
    whole.visited_hash_set = {SLOTS, used.data(), keys.data()};
    whole.use_counts = counts.data();
    const auto count = [&](const ggml_tensor *tensor) {
      const size_t at = ggml_hash_find(&whole.visited_hash_set, tensor);
      ggml_bitset_set(used.data(), at);
      keys[at] = const_cast<ggml_tensor *>(tensor);
      counts[at]++;
    };
    for (const ggml_tensor *node : nodes)
      for (const ggml_tensor *source : node->src)
        if (source != nullptr)
          count(source);
    if (elsewhere != nullptr)
      count(elsewhere);
    Graph mine(kernels, whole, 1, ages, scratch);
    std::vector<ggml_op> operations;
    for (int i = 0; i < mine.view()->n_nodes; i++)
      operations.push_back(mine.view()->nodes[i]->op);
    return operations;
  }
};

/// Writes cells of the graph's cache, as llama.cpp does for each batch.
struct Write {
  std::vector<int64_t> numbers;
  Tensor rows, node{GGML_TYPE_F32, {WIDTH * HEADS, CELLS}, GGML_OP_SET_ROWS};

  Write(AttentionGraph &attention, std::vector<int64_t> cells)
      : numbers(std::move(cells)), rows(GGML_TYPE_I64, {static_cast<int64_t>(numbers.size())}) {
    rows.data = numbers.data();
    node.view_src = &attention.cache;
    node.src[1] = &rows;
    attention.nodes.insert(attention.nodes.begin(), &node);
    const ggml_cgraph whole = attention.graph();
    attention.ages.note(whole);
    attention.nodes.erase(attention.nodes.begin());
  }
};

int64_t products = 0;
const Kernels *counted = nullptr;

void count_products(const float *x, int64_t x_stride, int64_t rows, const float *panel, int64_t panel_stride,
                    int64_t length, float *c, int64_t c_stride, int64_t columns_used, bool add) {
  products += rows * length * columns_used;
  counted->multiply(x, x_stride, rows, panel, panel_stride, length, c, c_stride, columns_used, add);
}

void count_parts(const uint16_t *x, const uint16_t *const *panels, int64_t run_count, int64_t run_steps, Parts parts,
                 int64_t rows, float *c, int64_t c_stride, int64_t columns, bool add) {
  products += rows * run_count * run_steps * PART_STEP * columns;
  counted->parts->multiply(x, panels, run_count, run_steps, parts, rows, c, c_stride, columns, add);
}

/// Products of an attention in which each token sees the cells that `sees` says.
template <class Sees> int64_t products_of(const Kernels &kernels, const Sees &sees) {
  AttentionGraph attention;
  auto *bits = reinterpret_cast<uint16_t *>(attention.mask.data);
  constexpr uint16_t MINUS_INFINITY = 0xfc00;
  for (int64_t token = 0; token < TOKENS; token++)
    for (int64_t cell = 0; cell < CELLS; cell++)
      bits[(token * CELLS) + cell] = sees(token, cell) ? 0 : MINUS_INFINITY;
  counted = &kernels;
  Kernels counting = kernels;
  counting.multiply = count_products;
  PartKernels counting_parts{};
  if (kernels.parts != nullptr) {
    counting_parts = *kernels.parts;
    counting_parts.multiply = count_parts;
    counting.parts = &counting_parts;
  }
  products = 0;
  ggml_cgraph whole = attention.graph();
  Graph mine(counting, whole, 1, attention.ages, attention.scratch);
  for (int i = 0; i < mine.view()->n_nodes; i++) {
    ggml_tensor *node = mine.view()->nodes[i];
    ggml_custom_op_params run;
    std::memcpy(&run, node->op_params, sizeof(run));
    run.fun(node, 0, 1, run.userdata);
  }
  return products;
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 2)
    return 2;
  void *library = dlopen(argv[1], RTLD_NOW);
  if (library == nullptr)
    return std::fprintf(stderr, "%s\n", dlerror()), 2;
  symbols.ggml_get_type_traits =
      reinterpret_cast<decltype(symbols.ggml_get_type_traits)>(dlsym(library, "ggml_get_type_traits"));
  const Kernels *kernels = choose_kernels(Precision::EXACT);
  if (kernels == nullptr)
    return std::printf("unavailable\n"), 0;

  const std::vector<ggml_op> steps(3, GGML_OP_CUSTOM);
  const std::vector<ggml_op> untouched{GGML_OP_CPY, GGML_OP_CPY, GGML_OP_FLASH_ATTN_EXT};
  {
    AttentionGraph plain;
    check(plain.computed(*kernels) == steps, "an f32 cache is read as it is: its casts are dropped");
  }
  {
    AttentionGraph with_sinks;
    with_sinks.attention.src[4] = &with_sinks.sinks;
    check(with_sinks.computed(*kernels) == untouched, "attention with sinks is left to ggml, with its casts");
  }
  {
    AttentionGraph with_alibi;
    with_alibi.set_bias(8);
    check(with_alibi.computed(*kernels) == untouched, "attention with ALiBi is left to ggml, with its casts");
  }
  {
    AttentionGraph shared;
    shared.other.src[0] = &shared.keys;
    shared.nodes.push_back(&shared.other);
    const std::vector<ggml_op> kept{GGML_OP_CPY, GGML_OP_CUSTOM, GGML_OP_CUSTOM, GGML_OP_CUSTOM, GGML_OP_CPY};
    check(shared.computed(*kernels) == kept, "a cast that another node reads is computed");
  }

  Kernels with_parts = *kernels;
  PartKernels no_parts{};
  no_parts.blocking = USUAL_BLOCKING;
  with_parts.parts = kernels->parts == nullptr ? &no_parts : kernels->parts;
  const std::vector<ggml_op> cut_and_multiplied(2, GGML_OP_CUSTOM);
  const auto joined = [](std::vector<std::vector<ggml_op>> parts) {
    std::vector<ggml_op> all;
    for (const std::vector<ggml_op> &part : parts)
      all.insert(all.end(), part.begin(), part.end());
    return all;
  };
  const std::vector<ggml_op> by_ggml{GGML_OP_RMS_NORM, GGML_OP_MUL};
  const std::vector<ggml_op> two_products(3, GGML_OP_CUSTOM);
  const std::vector<ggml_op> gate_within = joined({cut_and_multiplied, {GGML_OP_ADD}});
  const std::vector<ggml_op> gate_by_ggml = joined({{GGML_OP_GLU}, gate_within});
  {
    ProductGraph plain;
    check(plain.computed(with_parts) == joined({two_products, gate_within}),
          "a norm and a gate are done where their products' inputs are cut");
    Kernels floats = *kernels;
    floats.parts = nullptr;
    const std::vector<ggml_op> products(2, GGML_OP_CUSTOM);
    check(plain.computed(floats) == joined({by_ggml, products, {GGML_OP_GLU, GGML_OP_CUSTOM, GGML_OP_ADD}}),
          "products in float32 read what ggml has made");
    check(plain.computed(with_parts, &plain.scaled) == joined({by_ggml, two_products, gate_within}),
          "a norm that another graph reads is computed");
    check(plain.computed(with_parts, &plain.norm) == joined({by_ggml, two_products, gate_within}),
          "a norm that is read without its weights is computed");
  }
  {
    ProductGraph read;
    read.sum.src[1] = &read.gated;
    check(read.computed(with_parts) == joined({two_products, gate_by_ggml}), "a gate that a sum reads is computed");
    read.sum.src[1] = &read.x;
    read.gated.flags |= GGML_TENSOR_FLAG_OUTPUT;
    check(read.computed(with_parts) == joined({two_products, gate_by_ggml}), "a gate that is an output is computed");
  }
  {
    ProductGraph last;
    last.nodes.pop_back();
    check(last.computed(with_parts) == joined({two_products, {GGML_OP_GLU}, cut_and_multiplied}),
          "what the last node reads is computed, for who looks at it");
  }
  {
    ProductGraph between;
    Tensor other{GGML_TYPE_F32, {WIDTH, ProductGraph::ROWS}, GGML_OP_MUL_MAT};
    other.src[0] = &between.weights;
    other.src[1] = &between.x;
    between.nodes.insert(between.nodes.begin() + 3, &other);
    check(between.computed(with_parts) == joined({by_ggml, two_products, {GGML_OP_CUSTOM, GGML_OP_CUSTOM, GGML_OP_CUSTOM}, gate_within}),
          "a norm is computed where another product comes between its own");
  }

  {
    AttentionGraph written;
    check(written.ages.order(&written.view).empty(), "a new cache has its own order");
    const Write first(written, {0, 1, 2, 3, 40, 41}), second(written, {50, 51, 52});
    check(written.ages.order(&written.view).empty(), "cells written from the first on have their own order");
    const Write third(written, {2, 3, 60});
    const std::vector<int32_t> order = written.ages.order(&written.view);
    const std::vector<int32_t> oldest{0, 1, 40, 41, 50, 51, 52, 2, 3, 60, 4, 5};
    check(order.size() == CELLS && std::equal(oldest.begin(), oldest.end(), order.begin()),
          "cells written again come last, and behind them those that never were");
  }

  // Two products, with keys and with values, for each token, head, cell and number; in blocks of 32 cells.
  constexpr int64_t PER_BLOCK = 2 * BLOCK * WIDTH * HEADS;
  const int64_t all = products_of(*kernels, [](int64_t, int64_t) { return true; });
  check(all == TOKENS * (CELLS / BLOCK) * PER_BLOCK, "every block that is seen is computed");
  constexpr int64_t WINDOW = 64, FIRST = 2048;
  const int64_t window = products_of(*kernels, [](int64_t token, int64_t cell) {
    return cell <= FIRST + token && cell > FIRST + token - WINDOW;
  });
  // A group of 24 or 32 tokens looks back over 64 and as many cells, which touch at most four blocks.
  check(window <= TOKENS * 4 * PER_BLOCK, "blocks outside a sliding window are passed over");
  // Two texts of several groups in one cache, each with 512 cells.
  constexpr int64_t TEXT = 96, OWN = 512;
  const int64_t texts = products_of(
      *kernels, [](int64_t token, int64_t cell) { return cell / OWN == token / TEXT; });
  check(texts == TOKENS * (OWN / BLOCK) * PER_BLOCK, "blocks of other sequences are passed over");
  return 0;
}
