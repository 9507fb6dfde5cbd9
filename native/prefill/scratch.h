#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace llama_reward::prefill {

/// Memory that grows and is kept, aligned to cache lines. Its content does not outlive `reserve`.
class Scratch {
 public:
  Scratch() = default;
  ~Scratch() { std::free(block_); }
  Scratch(const Scratch &) = delete;
  Scratch &operator=(const Scratch &) = delete;

  /// @throws std::bad_alloc
  void reserve(size_t bytes) {
    if (bytes <= size_)
      return;
    std::free(block_);
    block_ = nullptr;
    size_ = 0;
    block_ = std::malloc(bytes + ALIGNMENT);
    if (block_ == nullptr)
      throw std::bad_alloc();
    size_ = bytes;
  }

  float *floats() const {
    const size_t beyond = reinterpret_cast<uintptr_t>(block_) % ALIGNMENT;
    return reinterpret_cast<float *>(static_cast<char *>(block_) + (beyond == 0 ? 0 : ALIGNMENT - beyond));
  }

 private:
  static constexpr size_t ALIGNMENT = 64;
  void *block_ = nullptr;
  size_t size_ = 0;
};

} // namespace llama_reward::prefill
