import { promptRequest, withContext, type ConversationInput } from "../conversation/conversation.js";
import type { Scorer } from "../score.js";
import { appendAll, requireValue } from "../../util/collections.js";
import { checkAmounts, type Amounts } from "./amounts.js";
import { isGoodEnough, sortCandidates, type Candidate } from "./candidate.js";
import { messageOfSample, SampleFailure, type Sample, type Sampler } from "./sample.js";

/** What to choose from, and by which model. */
export interface Choice extends Amounts {
  /** What is answered: a text is what the user said. */
  prompt: string | ConversationInput;
  /** Scores the samples. */
  model: Scorer;
  /** Stops the samples and scores on their way; the call rejects with `signal.reason`. */
  signal?: AbortSignal | undefined;
}

/** A sample that could not be made, or not be scored. */
export interface FailedSample {
  index: number;
  error: unknown;
}

/** The best of the samples of a prompt, and all others. */
export interface BestOf<Made extends Sample = Sample> {
  best: Candidate<Made>;
  /** Best first. */
  candidates: readonly Candidate<Made>[];
  failures: readonly FailedSample[];
  /** Whether the best keeps `minReward` and `maxStd`. */
  isGoodEnough: boolean;
}

/**
 * Samples answers and scores them behind their prompt, round by round, until one is good enough. A sample that fails takes no
 * other with it.
 * @throws what the first sample failed with, when no other could be made and scored in that round or before; InvalidArgumentError;
 * `signal.reason`
 */
export async function chooseBest<Made extends Sample>(
  sampler: Sampler<Made>,
  choice: Choice,
): Promise<BestOf<Made>> {
  const { model, signal = new AbortController().signal } = choice;
  const { n, maxSamples } = checkAmounts(choice);
  const failures: FailedSample[] = [];
  let candidates: Candidate<Made>[] = [];
  for (let first = 0; ; first += n) {
    signal.throwIfAborted();
    const samples = await sampler({ count: Math.min(n, maxSamples - first), first, signal });
    const scored = await scoreSamples(samples, first, { model, prompt: choice.prompt, signal });
    appendAll(failures, scored.failures);
    candidates = sortCandidates([...candidates, ...scored.candidates], choice);
    const [best] = candidates;
    if (best === undefined) throw failures[0]?.error;
    const isDone = isGoodEnough(best, choice);
    if (isDone || scored.candidates.length === 0 || first + n >= maxSamples) {
      return { best, candidates, failures, isGoodEnough: isDone };
    }
  }
}

/** Scores the samples of a round together, so that their prompt is computed once. */
async function scoreSamples<Made extends Sample>(
  samples: readonly (Made | SampleFailure)[],
  first: number,
  { model, prompt, signal }: { model: Scorer; prompt: string | ConversationInput; signal: AbortSignal },
): Promise<{ candidates: Candidate<Made>[]; failures: FailedSample[] }> {
  const { messages, ...context } = promptRequest(prompt);
  const candidates: Candidate<Made>[] = [];
  const failures: FailedSample[] = [];
  const made: { index: number; sample: Made }[] = [];
  for (const [place, sample] of samples.entries()) {
    const index = first + place;
    if (sample instanceof SampleFailure) failures.push({ index, error: sample.error });
    else made.push({ index, sample });
  }
  const conversations = made.map(({ sample }) =>
    withContext([...messages, messageOfSample(sample)], context),
  );
  let place = 0;
  for await (const { score, error } of model.scoreManySettled(conversations, { signal })) {
    const { index, sample } = requireValue(made, place++);
    if (error === undefined) candidates.push({ index, sample, score });
    else failures.push({ index, error });
  }
  return { candidates, failures };
}
