import type { Message, RankedScore, ScoreOptions, Scorer } from "llama-reward/electron/renderer";
import type { Candidate } from "../workspace/draft.js";
import { modelOf, type Ranking } from "./results/ranking.js";
import { stepsOf } from "./steps-of.js";

/** Scores the candidates. Two are compared, since the model knows how sure to be about a margin. */
export async function rankCandidates(
  scorer: Scorer,
  messages: readonly Message[],
  candidates: readonly Candidate[],
  options: ScoreOptions,
): Promise<Ranking> {
  const start = performance.now();
  const outcome = await scoreAll(scorer, messages, candidates, options);
  const elapsedMs = performance.now() - start;
  return { model: modelOf(scorer.description), messages, candidates, ...outcome, elapsedMs };
}

async function scoreAll(
  scorer: Scorer,
  messages: readonly Message[],
  candidates: readonly Candidate[],
  options: ScoreOptions,
): Promise<Pick<Ranking, "scores" | "probability">> {
  const texts = candidates.map(({ text }) => text);
  const [first, second] = texts;
  if (scorer.description.task === "steps") {
    return { scores: await scorer.rank(messages, texts.map(stepsOf), options), probability: undefined };
  }
  if (texts.length === 2 && first !== undefined && second !== undefined) {
    const { a, b, probability } = await scorer.compare(messages, first, second, options);
    if (a === undefined || b === undefined) return { scores: [], probability };
    const scores: RankedScore[] = [a, b].map((score, index) => ({ ...score, index, rank: 0 }));
    scores.sort((x, y) => y.reward - x.reward || x.index - y.index);
    scores.forEach((score, place) => {
      score.rank = place + 1;
    });
    return { scores, probability };
  }
  return { scores: await scorer.rank(messages, texts, options), probability: undefined };
}
