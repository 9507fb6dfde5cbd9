import type { Head, HeadInput, HeadResult } from "./head.js";

/**
 * The difference of two heads that read the same answers, each with its own hidden states: those of `first` come first in every
 * state, those of `second` behind them.
 */
export class DifferenceHead implements Head {
  readonly #first: Head;
  readonly #second: Head;
  readonly #firstSize: number;
  readonly #factor: number;

  /** @param firstSize hidden size of `first`; @param factor rewards of `second` are multiplied by it before they are taken away */
  constructor(first: Head, second: Head, firstSize: number, factor: number) {
    this.#first = first;
    this.#second = second;
    this.#firstSize = firstSize;
    this.#factor = factor;
  }

  async apply(inputs: readonly HeadInput[]): Promise<HeadResult[]> {
    const size = this.#firstSize;
    const firsts = await this.#first.apply(
      inputs.map((input) => partOf(input, (state) => state.subarray(0, size))),
    );
    const seconds = await this.#second.apply(
      inputs.map((input) => partOf(input, (state) => state.subarray(size))),
    );
    return firsts.map((first, index) => this.#difference(first, seconds[index] ?? { reward: NaN }));
  }

  async dispose(): Promise<void> {
    await Promise.all([this.#first.dispose(), this.#second.dispose()]);
  }

  #difference(first: HeadResult, second: HeadResult): HeadResult {
    const ofSecond = second.ofTokens ?? [];
    return {
      reward: first.reward - this.#factor * second.reward,
      ofTokens: (first.ofTokens ?? []).map((value, token) => value - this.#factor * (ofSecond[token] ?? NaN)),
    };
  }
}

function partOf({ scored, answer }: HeadInput, take: (state: Float32Array) => Float32Array): HeadInput {
  return {
    scored: take(scored),
    ...(answer === undefined ? {} : { answer: { tokens: answer.tokens, states: answer.states.map(take) } }),
  };
}
