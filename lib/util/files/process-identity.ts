import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { codeOf } from "../caught.js";

/** A process, told apart from later ones that get the same id. */
export interface ProcessIdentity {
  host: string;
  pid: number;
  /** When it started, in a form that only equality is asked of; null where the system does not tell. */
  started: string | null;
}

/** Fields of `/proc/<pid>/stat` behind the program's name, which may hold spaces: the start time is field 22 of all (proc_pid_stat(5)). */
const START_TIME_AFTER_NAME = 19;

/** This process. */
export function ownIdentity(): ProcessIdentity {
  return { host: hostname(), pid: process.pid, started: startOf(process.pid) };
}

/** Whether a process of this host is the one that is meant, and runs. */
export function isRunning({ pid, started }: Pick<ProcessIdentity, "pid" | "started">): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // It runs for another user.
    if (codeOf(error) !== "EPERM") return false;
  }
  return started === null || startOf(pid) === started;
}

/** Ticks since the machine's start at which a process began, and which start of the machine that was. Linux only. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const ticks = stat
      .slice(stat.lastIndexOf(")") + 1)
      .trim()
      .split(" ")[START_TIME_AFTER_NAME];
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return ticks === undefined ? null : `${boot} ${ticks}`;
  } catch {
    return null;
  }
}
