import { toCsv } from "../../ui/csv.js";
import type { OrderedScore } from "./order.js";
import type { Ranking } from "./ranking.js";

/** A ranking as one line of JSON, best first. */
export function rankingAsJsonl(
  { model, candidates, probability }: Ranking,
  order: readonly OrderedScore[],
): string {
  const results = order.map(({ score, rank, adjusted }) => ({
    ...score,
    rank,
    ...(adjusted === undefined ? {} : { adjusted }),
    candidate: candidates[score.index]?.name,
    response: candidates[score.index]?.text,
  }));
  const whole = { model: model.name, results, ...(probability === undefined ? {} : { probability }) };
  return `${JSON.stringify(whole)}\n`;
}

/** A ranking as a table: every answer with its text and attributes. */
export function rankingAsCsv({ model, candidates }: Ranking, order: readonly OrderedScore[]): string {
  const attributes = Object.keys(order[0]?.score.attributes ?? {});
  const hasAdjusted = order.some(({ adjusted }) => adjusted !== undefined);
  return toCsv(
    [
      ...["rank", "candidate", "reward"],
      ...(hasAdjusted ? ["adjusted"] : []),
      ...["std", "tokens", ...attributes, "response", "warnings", "model"],
    ],
    order.map(({ score, rank, adjusted }) => [
      rank ?? undefined,
      candidates[score.index]?.name,
      score.reward,
      ...(hasAdjusted ? [adjusted] : []),
      score.std,
      score.tokenCount,
      ...attributes.map((name) => score.attributes?.[name]?.mean),
      candidates[score.index]?.text,
      score.warnings.join(" "),
      model.name,
    ]),
  );
}
