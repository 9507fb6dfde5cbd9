// What the machine is, and how much of its GPU's memory is in use.

import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import os from "node:os";

/** What a program prints, trimmed; undefined where it cannot be run or fails. */
export function output(program: string, args: readonly string[]): string | undefined {
  try {
    const text = execFileSync(program, args, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      timeout: 30_000,
    });
    return text.trim();
  } catch {
    return undefined;
  }
}

/** Names and versions of what figures depend on. */
export function describeMachine(): Record<string, string | number> {
  const gpu = output("nvidia-smi", ["--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"]);
  const python = "import torch, transformers; print(torch.__version__, transformers.__version__)";
  const [torch, transformers] = output("python3", ["-c", python])?.split(" ") ?? [];
  return {
    gpu: gpu ?? "none",
    cpu: os.cpus()[0]?.model.trim() ?? "unknown",
    cores: os.availableParallelism(),
    node: process.version,
    torch: torch ?? "none",
    transformers: transformers ?? "none",
  };
}

/** The largest amount of GPU memory that all processes together have in use while something runs, by nvidia-smi. */
export class MemoryWatch {
  largestMebibytes = 0;
  readonly #child: ChildProcess;

  constructor(intervalMs = 200) {
    const args = ["--query-gpu=memory.used", "--format=csv,noheader,nounits", `--loop-ms=${intervalMs}`];
    this.#child = spawn("nvidia-smi", args, { stdio: ["ignore", "pipe", "ignore"] });
    // Without an NVIDIA driver there is nothing to watch.
    this.#child.on("error", () => undefined);
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      for (const line of text.split("\n"))
        this.largestMebibytes = Math.max(this.largestMebibytes, Number.parseInt(line, 10) || 0);
    });
  }

  /** @returns the largest so far; 0 where nothing was measured */
  stop(): number {
    this.#child.kill();
    return this.largestMebibytes;
  }
}
