import { abortable } from "../../util/abortable.js";
import { chooseBest, type BestOf, type Choice } from "./choose-best.js";
import { firstSeed, SampleFailure, type Sample, type SampleRequest } from "./sample.js";

/** What one call of a generator is about. */
export interface GenerateCall {
  /** Counts the samples of the prompt, through all rounds. */
  index: number;
  /** Another for every sample: the same seed and prompt usually give the same answer. */
  seed: number;
  /** Aborted when the call is. */
  signal: AbortSignal;
}

/** Options of {@link bestOf}. */
export interface BestOfOptions<Made extends Sample> extends Choice {
  /** Makes one answer to the prompt: its text, or an object with its message. Called `n` times at once. */
  generate: (call: GenerateCall) => Promise<Made> | Made;
  /** Of the first sample; each further one has the next. Default: a random one. */
  seed?: number | undefined;
}

/**
 * Samples `n` answers of any generator and gives the one that a reward model likes best.
 * @throws what `generate` threw, when no sample could be made and scored; InvalidArgumentError; what `model` throws;
 * `signal.reason`
 * @example
 * ```ts
 * import { RewardModel } from "llama-reward";
 * import { bestOf } from "llama-reward/best-of";
 *
 * await using model = await RewardModel.load("models/grm");
 * const { best } = await bestOf({
 *   prompt: "What is 2 + 2?",
 *   model,
 *   n: 8,
 *   generate: ({ index }) => (index === 3 ? "4." : "I would rather not say."),
 * });
 * console.log(best.sample, best.score.reward);
 * ```
 */
export async function bestOf<Made extends Sample>(options: BestOfOptions<Made>): Promise<BestOf<Made>> {
  const { generate, seed = firstSeed(), ...choice } = options;
  const makeOne = async (index: number, signal: AbortSignal): Promise<Made | SampleFailure> => {
    try {
      return await abortable(Promise.resolve(generate({ index, seed: seed + index, signal })), signal);
    } catch (error) {
      signal.throwIfAborted();
      return new SampleFailure(error);
    }
  };
  return chooseBest(
    ({ count, first, signal }: SampleRequest) =>
      Promise.all(Array.from({ length: count }, (_, place) => makeOne(first + place, signal))),
    choice,
  );
}
