#include "processor.h"

#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <vector>
#elif defined(__APPLE__)
#include <cstddef>
#include <sys/sysctl.h>
#endif

namespace llama_reward {

#ifdef _WIN32

int physical_cores() {
  using Core = SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX;
  // 0 where the process has processors of several groups, and may use all.
  DWORD_PTR allowed = 0;
  DWORD_PTR installed = 0;
  if (GetProcessAffinityMask(GetCurrentProcess(), &allowed, &installed) == 0)
    allowed = 0;
  DWORD bytes = 0;
  GetLogicalProcessorInformationEx(RelationProcessorCore, nullptr, &bytes);
  std::vector<char> entries(bytes);
  if (bytes == 0 || GetLogicalProcessorInformationEx(RelationProcessorCore,
                                                     reinterpret_cast<Core *>(entries.data()), &bytes) == 0)
    return 0;
  int count = 0;
  for (DWORD at = 0; at < bytes;) {
    const auto *core = reinterpret_cast<const Core *>(entries.data() + at);
    if (allowed == 0 || (core->Processor.GroupMask[0].Mask & allowed) != 0)
      count++;
    at += core->Size;
  }
  return count;
}

#elif defined(__APPLE__)

int physical_cores() {
  int count = 0;
  size_t size = sizeof(count);
  return sysctlbyname("hw.physicalcpu", &count, &size, nullptr, 0) == 0 ? count : 0;
}

#else

int physical_cores() {
  return 0;
}

#endif

} // namespace llama_reward
