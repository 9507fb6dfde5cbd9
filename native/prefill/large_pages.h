#pragma once

#include <cstddef>

namespace llama_reward::prefill {

/// Asks the system to back memory that nobody has touched yet by large pages, where they fit in whole.
/// Whether it does is its own choice; nothing but speed depends on it.
void advise_large_pages(void *memory, size_t size);

} // namespace llama_reward::prefill
