import { readFileSync } from "node:fs";

/** Whether a process with this id runs. One that has ended and waits for its parent to notice does not count. */
export function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    // No /proc on this system, or the process ended just now.
    return process.platform !== "linux";
  }
}
