#include "large_pages.h"

#include <cstddef>

#ifdef __linux__
#include <memory>
#include <sys/mman.h>
#endif

namespace llama_reward::prefill {

#ifdef __linux__

void advise_large_pages(void *memory, size_t size) {
  // Of x86-64, and of AArch64 with small pages of 4 kB.
  constexpr size_t LARGE_PAGE = size_t{2} << 20;
  // Refused where the system has none: then small ones do.
  if (std::align(LARGE_PAGE, LARGE_PAGE, memory, size) != nullptr)
    (void)madvise(memory, size / LARGE_PAGE * LARGE_PAGE, MADV_HUGEPAGE);
}

#else

void advise_large_pages(void * /*memory*/, size_t /*size*/) {}

#endif

} // namespace llama_reward::prefill
