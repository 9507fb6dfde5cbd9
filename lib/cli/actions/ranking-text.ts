import { tooCloseToBest, type UncertaintyRank } from "../../eval/index.js";
import type { CliIo } from "../terminal/cli-io.js";
import { printableLine } from "../terminal/printable.js";
import { styled } from "../terminal/style.js";
import { excerpt, table } from "../terminal/table.js";

/** What one model says of the responses. */
export interface ModelRanking {
  name: string;
  ranking: readonly UncertaintyRank[];
}

/** More of a response than this stands in no table. */
const LONGEST_EXCERPT = 200;

/** One model's order, best first. Its lines may have weight and colour. */
export function rankingText(
  ranking: readonly UncertaintyRank[],
  responses: readonly string[],
  penalty: number | undefined,
  { columns, isStdoutColored }: CliIo,
): string {
  const hasStd = ranking.some(({ score }) => score.std !== undefined);
  const hasPenalty = penalty !== undefined;
  const hasSteps = ranking.some(({ score }) => score.steps !== undefined);
  const head = [
    "rank",
    ...(hasPenalty ? ["adjusted"] : []),
    "reward",
    ...(hasStd ? ["std"] : []),
    ...(hasSteps ? ["steps"] : []),
    "tokens",
    "response",
  ];
  const rows = ranking.map(({ index, rank: place, adjusted, score }) => [
    place ?? "-",
    ...(hasPenalty ? [adjusted.toFixed(4)] : []),
    score.reward.toFixed(4),
    ...(hasStd ? [(score.std ?? NaN).toFixed(4)] : []),
    ...(hasSteps ? [(score.steps ?? []).map(({ reward }) => reward.toFixed(2)).join(" ")] : []),
    score.tokenCount,
    shown(responses[index]),
  ]);
  const lines = table([head, ...rows], {
    fit: { column: head.length - 1, columns },
    style: (line, row) => styled(isStdoutColored && row < 2, row === 0 ? "faint" : "strong", line),
  });
  return [lines, ...closeText(ranking)].join("\n");
}

/** Several models' orders side by side, in the order of the responses' ranks on average. */
export function rankingsText(
  rankings: readonly ModelRanking[],
  responses: readonly string[],
  { columns, isStdoutColored }: CliIo,
): string {
  const entryOf = (ranking: ModelRanking["ranking"], index: number): UncertaintyRank | undefined =>
    ranking.find((entry) => entry.index === index);
  const rankSum = (index: number): number =>
    rankings.reduce((sum, { ranking }) => sum + (entryOf(ranking, index)?.rank ?? responses.length), 0);
  const order = responses.map((_, index) => index).sort((a, b) => rankSum(a) - rankSum(b) || a - b);
  const head = ["response", ...rankings.flatMap(({ name }) => [name, "rank"]), ""];
  const rows = order.map((index) => [
    index + 1,
    ...rankings.flatMap(({ ranking }) => {
      const entry = entryOf(ranking, index);
      return [entry?.score.reward.toFixed(4) ?? "-", entry?.rank ?? "-"];
    }),
    shown(responses[index]),
  ]);
  const lines = table([head, ...rows], {
    fit: { column: head.length - 1, columns },
    style: (line, row) => styled(isStdoutColored && row === 0, "faint", line),
  });
  const bests = rankings.map(({ ranking }) => ranking.find(({ rank }) => rank !== null)?.index);
  const isAgreed = bests.every((best) => best !== undefined && best === bests[0]);
  return [
    lines,
    isAgreed
      ? `All agree on the best: response ${(bests[0] ?? 0) + 1}.`
      : `They do not agree on the best: ${rankings.map(({ name }, model) => `${printableLine(name)} ${bestText(bests[model])}`).join(", ")}.`,
    ...rankings.flatMap(({ name, ranking }) =>
      closeText(ranking).map((text) => `${printableLine(name)}: ${text}`),
    ),
  ].join("\n");
}

function bestText(index: number | undefined): string {
  return index === undefined ? "none" : String(index + 1);
}

/** Says where the model's own uncertainty leaves the first place open. */
function closeText(ranking: readonly UncertaintyRank[]): string[] {
  const tooClose = tooCloseToBest(ranking) ?? [];
  if (tooClose.length === 0) return [];
  const places = ranking.flatMap(({ index, rank }) =>
    rank !== null && tooClose.includes(index) ? [rank] : [],
  );
  return [`Too close to call: reward ± std of rank 1 overlaps with that of rank ${places.join(", ")}.`];
}

function shown(response = ""): string {
  return excerpt(response, LONGEST_EXCERPT) || "(nothing)";
}
