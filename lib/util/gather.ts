import { appendAll } from "./collections.js";

interface Waiting<Input, Output> {
  readonly inputs: readonly Input[];
  readonly resolve: (outputs: Output[]) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Joins calls of many: what comes while a call runs is done together in the next one. For work whose calls cost more than what is
 * in them.
 */
export class Gather<Input, Output> {
  readonly #work: (inputs: readonly Input[]) => Promise<readonly Output[]>;
  readonly #most: number;
  #waiting: Waiting<Input, Output>[] = [];
  #isRunning = false;

  /**
   * @param work gives one output per input, in order
   * @param most inputs of one joined call; a single larger call is done as it is
   */
  constructor(work: (inputs: readonly Input[]) => Promise<readonly Output[]>, most: number) {
    this.#work = work;
    this.#most = most;
  }

  /** @throws what the work throws for these inputs alone */
  run(inputs: readonly Input[]): Promise<Output[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ inputs, resolve, reject });
      if (!this.#isRunning) void this.#runAll();
    });
  }

  async #runAll(): Promise<void> {
    this.#isRunning = true;
    // Calls made at once begin together.
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.#runTogether(this.#take());
    this.#isRunning = false;
  }

  #take(): Waiting<Input, Output>[] {
    let count = 0;
    let size = 0;
    for (const { inputs } of this.#waiting) {
      size += inputs.length;
      if (count > 0 && size > this.#most) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  async #runTogether(group: readonly Waiting<Input, Output>[]): Promise<void> {
    const all: Input[] = [];
    for (const { inputs } of group) appendAll(all, inputs);
    try {
      const outputs = await this.#work(all);
      let start = 0;
      for (const { inputs, resolve } of group) resolve(outputs.slice(start, (start += inputs.length)));
    } catch (error) {
      const [first, ...others] = group;
      if (first !== undefined && others.length === 0) first.reject(error);
      // Each alone: only those fail that are at fault.
      else for (const each of group) await this.#runTogether([each]);
    }
  }
}
