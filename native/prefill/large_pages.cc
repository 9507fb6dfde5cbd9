#include "large_pages.h"

#include <cstdint>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace llama_reward::prefill {

#ifdef __linux__

void advise_large_pages(void *memory, size_t size) {
  /// Of x86-64, and of AArch64 with small pages of 4 kB.
  constexpr uintptr_t LARGE_PAGE = uintptr_t{2} << 20;
  const auto begin = reinterpret_cast<uintptr_t>(memory);
  const uintptr_t first = (begin + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
  const uintptr_t last = (begin + size) / LARGE_PAGE * LARGE_PAGE;
  // Refused where the system has none: then small ones do.
  if (last > first)
    (void)madvise(reinterpret_cast<void *>(first), last - first, MADV_HUGEPAGE);
}

#else

void advise_large_pages(void * /*memory*/, size_t /*size*/) {}

#endif

} // namespace llama_reward::prefill
