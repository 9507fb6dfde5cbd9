// Steps with limits: each ends when its own time or that of all is over, with everything that it started.

import { spawn } from "node:child_process";
import os from "node:os";

/** Time after which a step that was asked to end is ended. */
const GRACE_MS = 5_000;
/** With less than this left no step begins. */
const LEAST_SECONDS = 5;

export type Outcome = "done" | "failed" | "timed out" | "no time left";

/** What became of a step. */
export interface StepRecord {
  step: string;
  outcome: Outcome;
  seconds: number;
}

export interface StepResult {
  outcome: Outcome;
  stdout: string;
}

export interface StepOptions {
  env?: NodeJS.ProcessEnv | undefined;
  /** Gets standard output as it comes. */
  onLine?: ((line: string) => void) | undefined;
}

/** Runs programs within a budget, and keeps a record of each. */
export class Steps {
  readonly records: StepRecord[] = [];
  readonly #deadlineMs: number;
  readonly #note: (text: string) => void;

  /** @param budgetSeconds of all steps together */
  constructor(budgetSeconds: number, note: (text: string) => void) {
    this.#deadlineMs = performance.now() + 1e3 * budgetSeconds;
    this.#note = note;
  }

  get secondsLeft(): number {
    return Math.max(0, (this.#deadlineMs - performance.now()) / 1e3);
  }

  /**
   * Runs a program, with its standard error shown. Never rejects.
   * @param step its name, for people
   */
  async run(
    step: string,
    limitSeconds: number,
    command: readonly string[],
    options: StepOptions = {},
  ): Promise<StepResult> {
    const started = performance.now();
    const seconds = Math.min(limitSeconds, this.secondsLeft);
    const result: StepResult =
      seconds < LEAST_SECONDS
        ? { outcome: "no time left", stdout: "" }
        : await runLimited(command, 1e3 * seconds, options);
    const record: StepRecord = {
      step,
      outcome: result.outcome,
      seconds: Math.round((performance.now() - started) / 100) / 10,
    };
    this.records.push(record);
    this.#note(`${step}: ${record.outcome}, ${record.seconds} s; ${Math.round(this.secondsLeft)} s left`);
    return result;
  }
}

/** What ends a run from outside: without a listener, before any `exit` listener is told. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

function leave(signal: NodeJS.Signals): void {
  process.exit(128 + os.constants.signals[signal]);
}

function runLimited(
  [program = "", ...args]: readonly string[],
  limitMs: number,
  { env, onLine }: StepOptions,
): Promise<StepResult> {
  return new Promise((resolve) => {
    // A group of its own, so that compilers and benchmarks' peers end with it.
    const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "inherit"], detached: true });
    let stdout = "";
    let rest = "";
    let hasTimedOut = false;
    const end = (signal: NodeJS.Signals): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, signal);
      } catch {
        // It has ended by itself.
      }
    };
    const timers = [
      setTimeout(() => {
        hasTimedOut = true;
        end("SIGTERM");
      }, limitMs),
      setTimeout(() => {
        end("SIGKILL");
      }, limitMs + GRACE_MS),
    ];
    // Signals to this process's group do not reach the child's.
    const onExit = (): void => {
      end("SIGKILL");
    };
    process.on("exit", onExit);
    for (const signal of SIGNALS) process.on(signal, leave);
    const finish = (isDone: boolean): void => {
      for (const timer of timers) clearTimeout(timer);
      process.off("exit", onExit);
      for (const signal of SIGNALS) process.off(signal, leave);
      end("SIGKILL");
      resolve({ outcome: hasTimedOut ? "timed out" : isDone ? "done" : "failed", stdout });
    };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) onLine?.(line);
    });
    child.once("error", (error) => {
      console.error(`${program}: ${error.message}`);
      finish(false);
    });
    child.once("close", (code) => {
      finish(code === 0);
    });
  });
}
