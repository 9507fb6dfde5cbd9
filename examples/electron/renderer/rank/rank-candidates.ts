import type { Message, RankedScore, ScoreOptions, Scorer } from "llama-reward/electron/renderer";
import { stepsOf } from "./steps-of.js";

/** An answer and the letter it has on the page. */
export interface Candidate {
  name: string;
  text: string;
}

/** What the results panel shows: candidates best first, and for two of them how likely the first is the better one. */
export interface Ranking {
  candidates: readonly Candidate[];
  /** Best first. Empty for models that only compare. */
  scores: RankedScore[];
  /** Probability that candidate A is better than B; only with two candidates. */
  probability: number | undefined;
  elapsedMs: number;
}

/** Scores the candidates. Two are compared, since the model knows how sure to be about a margin. */
export async function rankCandidates(
  scorer: Scorer,
  prompt: readonly Message[],
  candidates: readonly Candidate[],
  options: ScoreOptions,
): Promise<Ranking> {
  const start = performance.now();
  const texts = candidates.map(({ text }) => text);
  const [first, second] = texts;
  if (scorer.description.task === "steps") {
    const ranked = await scorer.rank(prompt, texts.map(stepsOf), options);
    return { candidates, scores: ranked, probability: undefined, elapsedMs: performance.now() - start };
  }
  if (texts.length === 2 && first !== undefined && second !== undefined) {
    const { a, b, probability } = await scorer.compare(prompt, first, second, options);
    const scores =
      a === undefined || b === undefined ? [] : [a, b].map((score, index) => ({ ...score, index, rank: 0 }));
    scores.sort((x, y) => y.reward - x.reward || x.index - y.index);
    scores.forEach((score, place) => {
      score.rank = place + 1;
    });
    return { candidates, scores, probability, elapsedMs: performance.now() - start };
  }
  const scores = await scorer.rank(prompt, texts, options);
  return { candidates, scores, probability: undefined, elapsedMs: performance.now() - start };
}
