import { readFileSync, writeFileSync } from "node:fs";

/**
 * Forgets this process's largest resident size so far, so that the next one is that of what follows. Only Linux can
 * (`/proc/self/clear_refs`, value 5: proc(5)); elsewhere the peak stays that of the whole process.
 */
export function resetPeakMemory(): void {
  try {
    writeFileSync("/proc/self/clear_refs", "5");
  } catch {
    // Not Linux, or a container that forbids it: the peak is then an upper bound.
  }
}

/** Largest resident size of this process in bytes, since `resetPeakMemory` where that works. */
export function peakMemoryBytes(): number {
  try {
    const match = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"));
    if (match) return Number(match[1]) * 1024;
  } catch {
    // Not Linux.
  }
  return process.resourceUsage().maxRSS * 1024;
}

/** Resident size of this process in bytes without pages of files, where the system tells (Linux: proc(5), `RssAnon`). */
export function anonymousBytes(): number | undefined {
  try {
    const match = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"));
    return match ? Number(match[1]) * 1024 : undefined;
  } catch {
    return undefined;
  }
}
