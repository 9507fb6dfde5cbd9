import type { FidelityReport } from "./run-fidelity.js";
import type { FidelityRow } from "./compare-types.js";

/** A table of texts, the first column naming the row: the same for a terminal and for a page. */
export interface FidelityTable {
  title: string;
  head: string[];
  rows: string[][];
}

/**
 * Every figure of a report as tables.
 * @example
 * ```ts
 * import { fidelityTables, folderTypes, runFidelity } from "llama-reward/eval";
 *
 * const types = await folderTypes("models/grm", { types: ["f16"] });
 * for (const { title, rows } of fidelityTables(await runFidelity({ data: "pairs.jsonl", ...types }))) console.log(title, rows);
 * ```
 */
export function fidelityTables(report: FidelityReport): FidelityTable[] {
  return [errors(report), flips(report), flipsByMargin(report), speed(report)].filter(
    ({ rows }) => rows.length > 0,
  );
}

function errors({ reference, rewardsStd, rows }: FidelityReport): FidelityTable {
  const isInStds = rewardsStd !== null;
  return {
    title:
      `Differences of rewards to ${reference}, computed as exactly as it goes` +
      (isInStds ? `, in standard deviations of the rewards (1 is ${figure(rewardsStd)})` : ""),
    head: ["type", "mean", "p99", "max", "alone", "shuffled", "Spearman", "Kendall", "run by"],
    rows: rows.map((row) => {
      const { mean, p99, max } = row.differenceInStds ?? row.difference;
      return [
        row.type,
        ...[mean, p99, max, row.itselfInStds?.alone, row.itselfInStds?.shuffled].map(figure),
        rank(row.rankCorrelation),
        rank(row.kendallTau),
        row.settings,
      ];
    }),
  };
}

function flips({ rows }: FidelityReport): FidelityTable {
  return {
    title: "Pairs that turn around",
    head: [
      "type",
      "flips",
      "near-ties",
      "largest margin",
      "others at most",
      "records needed",
      "accuracy",
      "change",
      "95 % interval",
    ],
    rows: rows.map((row) => [
      row.type,
      `${row.flips} of ${row.pairs}`,
      String(row.nearTieFlips),
      figure(row.largestFlipMargin),
      row.isReference ? "-" : `${points(row.flipBound, 2)} %`,
      row.isReference ? "-" : `${row.recordsNeeded} (has ${row.records})`,
      ...accuracy(row),
    ]),
  };
}

function accuracy({ accuracy: found }: FidelityRow): string[] {
  if (found === null) return ["-", "-", "-"];
  const [low, high] = found.interval;
  return [points(found.value), points(found.change), `${points(low)} to ${points(high)}`];
}

function flipsByMargin({ rows }: FidelityReport): FidelityTable {
  const compared = rows.filter(({ isReference, flipsByMargin: bands }) => !isReference && bands.length > 0);
  const bands = compared[0]?.flipsByMargin ?? [];
  const names = bands.map(({ below }, index) =>
    below === null ? `from ${bands[index - 1]?.below ?? 0}` : `below ${below}`,
  );
  return {
    title: "Flips of pairs by the reference's margin, in standard deviations of the rewards",
    head: ["type", ...names],
    rows: compared.map(({ type, flipsByMargin: own }) => [
      type,
      ...own.map((band) => `${band.flips} of ${band.pairs}`),
    ]),
  };
}

function speed({ rows }: FidelityReport): FidelityTable {
  return {
    title: "Speed and size",
    head: ["type", "records/s", "tokens/s", "bytes"],
    rows: rows.map(({ type, recordsPerSecond, tokensPerSecond, sizeBytes }) => [
      type,
      recordsPerSecond.toFixed(1),
      tokensPerSecond.toFixed(0),
      sizeBytes.toLocaleString("en-US"),
    ]),
  };
}

function figure(value: number | null | undefined): string {
  if (value === null || value === undefined) return "-";
  return value === 0 ? "0" : value.toPrecision(3);
}

function rank(correlation: number | null): string {
  return correlation === null ? "-" : correlation.toFixed(4);
}

function points(share: number, digits = 1): string {
  return (100 * share).toFixed(digits);
}
