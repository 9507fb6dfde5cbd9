import type { DecisivePair } from "./decisive-pair.js";

/** Pair accuracy once the most uncertain pairs are left out. */
export interface UncertaintyPoint {
  /** Share of pairs left out, 0 to 0.9. */
  leftOut: number;
  accuracy: number;
  pairs: number;
  /** Largest standard deviation of the margin that is still in. */
  maxStd: number;
}

const STEP = 0.05;
const STEPS = 19;

/**
 * Accuracy against uncertainty: pairs sorted by the standard deviation of their margin, sqrt(std² + std²), the most
 * uncertain ones left out in steps of 5 %. Empty for heads without std. Source: the filtering of URM, arXiv 2410.00847.
 */
export function uncertaintyCurve(pairs: Iterable<DecisivePair>): UncertaintyPoint[] {
  const stds: number[] = [];
  const rights: number[] = [];
  for (const { chosen, rejected, margin } of pairs) {
    if (chosen.std === undefined || rejected.std === undefined) continue;
    stds.push(Math.hypot(chosen.std, rejected.std));
    rights.push(margin > 0 ? 1 : 0);
  }
  if (stds.length === 0) return [];
  const order = Uint32Array.from(stds.keys()).sort((a, b) => (stds[a] ?? 0) - (stds[b] ?? 0));
  const rightUpTo = [0];
  for (const index of order) rightUpTo.push((rightUpTo.at(-1) ?? 0) + (rights[index] ?? 0));
  return Array.from({ length: STEPS }, (_, step) => {
    const leftOut = step * STEP;
    const pairsIn = Math.max(1, Math.round(stds.length * (1 - leftOut)));
    return {
      leftOut,
      accuracy: (rightUpTo[pairsIn] ?? 0) / pairsIn,
      pairs: pairsIn,
      maxStd: stds[order[pairsIn - 1] ?? 0] ?? 0,
    };
  });
}
