#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace llama_reward::prefill {

/// Memory that grows and is kept, aligned to cache lines. Its content does not outlive `reserve`.
class Scratch {
 public:
  /// @throws std::bad_alloc
  void reserve(size_t bytes) {
    if (bytes <= size_)
      return;
    size_ = 0;
    // The old block first: both at once may be more than there is.
    std::vector<char>().swap(block_);
    block_.resize(bytes + ALIGNMENT);
    size_ = bytes;
  }

  float *floats() {
    const size_t beyond = reinterpret_cast<uintptr_t>(block_.data()) % ALIGNMENT;
    return reinterpret_cast<float *>(block_.data() + (beyond == 0 ? 0 : ALIGNMENT - beyond));
  }

 private:
  static constexpr size_t ALIGNMENT = 64;
  std::vector<char> block_;
  size_t size_ = 0;
};

} // namespace llama_reward::prefill
