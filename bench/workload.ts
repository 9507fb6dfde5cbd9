/**
 * What is timed: token lists to be scored in one call. Tokens are random ids, drawn anew for every run, so that no run
 * finds the last one's prefix in a cache unless the workload warms it on purpose.
 */
export interface Workload {
  name: string;
  metric: "tokens/s" | "candidates/s";
  /** Scored before the clock starts, to fill the prefix cache. */
  warmUp?: (random: RandomTokens) => Int32Array[];
  /** Candidates of the timed call. Gets what `warmUp` gave. */
  candidates: (random: RandomTokens, warm: readonly Int32Array[]) => Int32Array[];
}

/** Draws `count` token ids. */
export type RandomTokens = (count: number) => Int32Array;

/** One conversation of `length` tokens. */
export function single(length: number): Workload {
  return { name: `single-${length}`, metric: "tokens/s", candidates: (random) => [random(length)] };
}

/** Best of n: one prompt, n responses. */
export function bestOf(count: number, promptLength = 256, responseLength = 64): Workload {
  return {
    name: `best-of-${count}`,
    metric: "candidates/s",
    candidates: (random) => {
      const prompt = random(promptLength);
      return Array.from({ length: count }, () => concat(prompt, random(responseLength)));
    },
  };
}

/** Chosen and rejected answers to a few prompts. */
export function pairs(pairCount: number, promptLength = 512, responseLength = 128): Workload {
  return {
    name: "pairs",
    metric: "candidates/s",
    candidates: (random) =>
      Array.from({ length: pairCount }, () => random(promptLength)).flatMap((prompt) => [
        concat(prompt, random(responseLength)),
        concat(prompt, random(responseLength)),
      ]),
  };
}

/** One more answer to a conversation that was scored a moment ago. */
export function nextAnswer(conversationLength = 2048, answerLength = 64): Workload {
  return {
    name: "next-answer",
    metric: "candidates/s",
    warmUp: (random) => [random(conversationLength)],
    candidates: (random, warm) => [concat(warm[0] ?? new Int32Array(), random(answerLength))],
  };
}

/** Median lengths in tokens of a RewardBench prompt and answer, and the spread of both; see `mixedPairs`. */
const MIX = { prompt: 60, answer: 100, sigma: 0.9, shortest: 8, longest: 1024 };

/**
 * Pairs of lengths like RewardBench's, drawn anew each round. The filtered split has 2,985 pairs in 4,849,207 bytes (its
 * dataset card), so about 1,540 characters of text, or 390 tokens, for prompt and both answers. The log-normal medians
 * and their common spread give that mean (60 + 2 · 100 tokens, times e^(0.9² / 2) = 1.5); the spread itself is an assumption.
 */
export function mixedPairs(pairCount: number): Workload {
  return {
    name: "rewardbench-mix",
    metric: "candidates/s",
    candidates: (random) => {
      const length = (median: number): number => {
        const drawn = Math.round(median * Math.exp(MIX.sigma * normal(random)));
        return Math.min(MIX.longest, Math.max(MIX.shortest, drawn));
      };
      return Array.from({ length: pairCount }, () => random(length(MIX.prompt))).flatMap((prompt) => [
        concat(prompt, random(length(MIX.answer))),
        concat(prompt, random(length(MIX.answer))),
      ]);
    },
  };
}

/** A token source from a seed: mulberry32, so that a run can be repeated exactly. */
export function randomTokens(seed: number, vocabSize: number): RandomTokens {
  let state = seed >>> 0;
  return (count) =>
    Int32Array.from({ length: count }, () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = Math.imul(state ^ (state >>> 15), state | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) % vocabSize;
    });
}

/** A standard normal number made of twelve uniform ones: enough for lengths. */
function normal(random: RandomTokens): number {
  return random(12).reduce((sum, token) => sum + (token % 1024) / 1024, 0) - 6;
}

function concat(a: Int32Array, b: Int32Array): Int32Array {
  const joined = new Int32Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
