import { MAX_FLIP_SHARE } from "./evidence.js";
import type { FidelityRow } from "./compare-types.js";

/** A sentence or two that say which type to use: the smallest safe one. @param rows the reference and all types */
export function verdict(reference: string, rows: readonly FidelityRow[]): string {
  const compared = rows.filter(({ isReference }) => !isReference);
  if (compared.length === 0) return `Nothing to say: only ${reference} was scored.`;
  const bySize = [...compared].sort((a, b) => a.sizeBytes - b.sizeBytes);
  const smallest = bySize.find(({ isSafe }) => isSafe);
  if (smallest !== undefined) {
    return (
      `${smallest.type} is the smallest safe type on these records: it turns ${smallest.flips} of ${smallest.pairs} pairs around, ` +
      `${smallest.nearTieFlips} of them near-ties${accuracyClause(smallest)}. ` +
      `Of other records of this kind it turns at most ${percent(smallest.flipBound)} around (95 %, exact binomial).`
    );
  }
  const undecided = bySize.find(
    ({ records, flippedRecords }) => records === 0 || flippedRecords / records < MAX_FLIP_SHARE / 2,
  );
  if (undecided !== undefined && undecided.records < undecided.recordsNeeded) {
    const { type, records, flippedRecords, recordsNeeded } = undecided;
    return (
      `These records, ${records} with pairs of candidates, are too few to say which type is safe: with ${flippedRecords} that ${type} ` +
      `turns around, near-ties apart, ${recordsNeeded} would bound that to ${percent(MAX_FLIP_SHARE)} (95 %, exact binomial). ` +
      `Use more, or stay with ${reference}.`
    );
  }
  return `None of ${compared.map(({ type }) => type).join(", ")} is safe on these records: stay with ${reference}.`;
}

function accuracyClause({ accuracy }: FidelityRow): string {
  if (accuracy === null) return "";
  const points = (share: number): string => (100 * share).toFixed(1);
  const [low, high] = accuracy.interval;
  return `, and changes accuracy by ${points(accuracy.change)} points (95 %: ${points(low)} to ${points(high)})`;
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}
