// Runs cases in child processes, so that a crash, a hang or a process that ends silently is seen and the next case goes on.

import { fork } from "node:child_process";

/**
 * What became of a case: what its worker answered, or how the worker ended without an answer. The kinds of the pool's own are
 * `signal` (it crashed), `exit` (it ended), `hang` (no answer in time).
 * @typedef {{ kind: string, detail?: string }} Outcome
 */

/**
 * @param {object} options
 * @param {string} options.worker the module that calls `serveCases`
 * @param {Iterable<unknown>} options.cases plain data each
 * @param {(task: unknown, outcome: Outcome) => void} options.onOutcome in the order in which they end
 * @param {number} [options.size] child processes at once
 * @param {number} [options.timeoutMs] for one case
 * @param {number} [options.casesPerChild] then it is replaced, so that one case's leftovers cannot explain another's end
 * @param {string[]} [options.args] of the worker
 */
export async function runPool({
  worker,
  cases,
  onOutcome,
  size = 2,
  timeoutMs = 30_000,
  casesPerChild = 500,
  args = [],
}) {
  const iterator = cases[Symbol.iterator]();
  const lane = async () => {
    let child;
    try {
      for (let next = iterator.next(); !next.done; next = iterator.next()) {
        if (child === undefined || !child.isAlive || child.count >= casesPerChild) {
          await child?.end();
          child = new Child(worker, args);
        }
        onOutcome(next.value, await child.run(next.value, timeoutMs));
      }
    } finally {
      await child?.end();
    }
  };
  await Promise.all(Array.from({ length: size }, lane));
}

class Child {
  count = 0;
  isAlive = true;
  #process;
  #closed;
  #settle = () => undefined;
  #errors = "";

  constructor(worker, args) {
    this.#process = fork(worker, args, { stdio: ["ignore", "ignore", "pipe", "ipc"] });
    this.#process.stderr.on("data", (bytes) => {
      this.#errors = (this.#errors + String(bytes)).slice(-2000);
    });
    this.#process.on("message", (outcome) => this.#settle(outcome));
    this.#closed = new Promise((resolve) => {
      const close = (status, signal) => {
        this.isAlive = false;
        this.#settle(
          signal
            ? { kind: "signal", detail: `${signal} ${this.#errors}` }
            : { kind: "exit", detail: `status ${status} ${this.#errors}` },
        );
        resolve();
      };
      this.#process.on("close", close);
      this.#process.on("error", (error) => close(error.message, null));
    });
  }

  /** @returns {Promise<Outcome>} */
  async run(task, timeoutMs) {
    this.count++;
    let timer;
    const outcome = await new Promise((resolve) => {
      this.#settle = resolve;
      timer = setTimeout(() => resolve({ kind: "hang", detail: `no answer in ${timeoutMs} ms` }), timeoutMs);
      this.#process.send(task, (error) => {
        // The channel of a child that died between two cases: its end is told as this case's.
        if (error !== null) this.#process.kill("SIGKILL");
      });
    });
    clearTimeout(timer);
    if (outcome.kind === "hang") await this.end();
    return outcome;
  }

  async end() {
    this.#process.kill("SIGKILL");
    await this.#closed;
  }
}
