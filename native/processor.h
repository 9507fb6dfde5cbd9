#pragma once

namespace llama_reward {

/// Physical cores that this process may use, on Windows and macOS, where Node counts logical processors only;
/// 0 where the system does not tell, and on Linux, whose files TypeScript reads.
int physical_cores();

} // namespace llama_reward
