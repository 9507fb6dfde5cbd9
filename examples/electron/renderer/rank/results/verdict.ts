import { areTooClose } from "llama-reward/electron/renderer";
import type { OrderedScore } from "./order.js";
import type { Ranking } from "./ranking.js";
import { listed } from "./stale.js";

/** A ranking in one sentence. */
export interface Verdict {
  text: string;
  /** Letters that share the first place because they are too close to call. */
  close: readonly string[];
}

/** Which answer is best, and whether the model can tell. */
export function verdictOf(ranking: Ranking, order: readonly OrderedScore[]): Verdict {
  const { candidates, probability, model } = ranking;
  const nameOf = ({ score }: OrderedScore): string => candidates[score.index]?.name ?? "";
  const ranked = order.filter(({ rank }) => rank !== null);
  const [best] = ranked;
  if (best === undefined) return { text: withoutScores(ranking, order), close: [] };
  // Against the first, not one against the next: a chain of close ones may lead far down.
  const isClose = ({ score }: OrderedScore): boolean =>
    score.reward === best.score.reward || areTooClose(best.score, score, { temperature: model.temperature });
  const close = ranked.filter(isClose);
  if (close.length > 1) {
    const names = close.map(nameOf).sort();
    const isTie = close.every(({ score }) => score.reward === best.score.reward);
    return { text: isTie ? "A tie at the top" : `${listed(names)} are too close to call`, close: names };
  }
  const isPair = candidates.length === 2 && probability !== undefined;
  return { text: `${nameOf(best)} is ${isPair ? "better" : `best of ${order.length}`}`, close: [] };
}

function withoutScores({ candidates, probability }: Ranking, order: readonly OrderedScore[]): string {
  if (order.length > 0) return "The model is too unsure of every answer";
  if (probability === undefined || probability === 0.5) return "A tie";
  return `${candidates[probability > 0.5 ? 0 : 1]?.name ?? ""} is better`;
}
