#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>

#include "kernels.h"
#include "parts.h"
#ifdef LLAMA_REWARD_X86_KERNELS
#include "instruction_sets.h"
#endif

namespace llama_reward::prefill {

#if defined(LLAMA_REWARD_X86_KERNELS) || defined(LLAMA_REWARD_NEON_KERNELS)
namespace {

/// In the order in which they grow.
enum class Level : uint8_t { OFF, NEON, AVX2, AVX512, AVX512_BF16, AMX };

struct NamedLevel {
  const char *name;
  Level level;
};
#ifdef LLAMA_REWARD_X86_KERNELS
constexpr std::array LEVELS = {NamedLevel{"amx", Level::AMX}, NamedLevel{"avx512bf16", Level::AVX512_BF16},
                               NamedLevel{"avx512", Level::AVX512}, NamedLevel{"avx2", Level::AVX2},
                               NamedLevel{"off", Level::OFF}};
#else
constexpr std::array LEVELS = {NamedLevel{"neon", Level::NEON}, NamedLevel{"off", Level::OFF}};
#endif

/// The most that may be used.
Level read_limit() {
  // Once, before other threads use llama.cpp.
  // NOLINTNEXTLINE(concurrency-mt-unsafe)
  const char *name = std::getenv("LLAMA_REWARD_PREFILL");
  if (name == nullptr || *name == '\0')
    return LEVELS.front().level;
  std::string known;
  for (const NamedLevel &each : LEVELS) {
    if (std::strcmp(name, each.name) == 0)
      return each.level;
    known += std::string(known.empty() ? "" : ", ") + each.name;
  }
  throw std::invalid_argument("The environment variable LLAMA_REWARD_PREFILL is \"" + std::string(name) +
                              "\". It may be one of " + known + ", or unset.");
}

} // namespace
#endif

#ifdef LLAMA_REWARD_X86_KERNELS
namespace {

/// The float32 kernels, with products of parts in the place of theirs.
Kernels with_parts(const char *name, const PartKernels *parts, Precision precision) {
  Kernels kernels = *avx512_kernels();
  kernels.name = name;
  kernels.add_sums = parts->add_sums;
  kernels.parts = parts;
  kernels.precision = precision;
  return kernels;
}

const Kernels *with_amx(const PartKernels *parts, Precision precision) {
  static const Kernels exact = with_parts("AMX", parts, Precision::EXACT);
  static const Kernels fast = with_parts("AMX", parts, Precision::FAST);
  return precision == Precision::FAST ? &fast : &exact;
}

const Kernels *with_avx512_bf16() {
  static const Kernels fast = with_parts("AVX512-BF16", avx512_bf16_parts(), Precision::FAST);
  return &fast;
}

} // namespace

const Kernels *choose_kernels(Precision precision) {
  const InstructionSets sets;
  const Level limit = read_limit();
  if (limit >= Level::AMX && sets.has_avx512_bf16())
    if (const PartKernels *parts = amx_parts(); parts != nullptr)
      return with_amx(parts, precision);
  // Intel's processors multiply bfloat16 by AVX-512 at about half the rate of float32 (77 beside 135 GFLOP/s
  // of a thread of an Emerald Rapids): there only where it is named.
  const bool is_worth_it = sets.is_amd() || limit == Level::AVX512_BF16;
  if (limit >= Level::AVX512_BF16 && is_worth_it && precision == Precision::FAST && sets.has_avx512_bf16())
    return with_avx512_bf16();
  if (limit >= Level::AVX512 && sets.has_avx512())
    return avx512_kernels();
  return limit >= Level::AVX2 && sets.has_avx2() ? avx2_kernels() : nullptr;
}

#elif defined(LLAMA_REWARD_NEON_KERNELS)

const Kernels *choose_kernels(Precision /*precision*/) {
  return read_limit() >= Level::NEON ? neon_kernels() : nullptr;
}

#else

const Kernels *choose_kernels(Precision /*precision*/) {
  return nullptr;
}

#endif

} // namespace llama_reward::prefill
