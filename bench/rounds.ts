import { median } from "simple-statistics";
import type { BenchResult, Figure } from "./lines.js";

/** One of those that take turns. */
export interface Side {
  /** Does its work once. Round 0 is a warm-up. @returns the rate */
  run(round: number): Promise<number>;
}

/**
 * Runs every side once per round, one after the other: a machine that slows down slows all of them.
 * @param warmUps rounds in front that do not count: 0 or 1
 * @returns rates per side, one per counted round
 * @throws the signal's reason, between two turns
 */
export async function takeTurns(
  sides: readonly Side[],
  { runs, signal }: { runs: number; signal: AbortSignal },
  warmUps: 0 | 1,
): Promise<number[][]> {
  const rates = sides.map((): number[] => []);
  for (let round = 1 - warmUps; round <= runs; round++) {
    for (const [index, side] of sides.entries()) {
      signal.throwIfAborted();
      const rate = await side.run(round);
      if (round > 0) rates[index]?.push(rate);
    }
  }
  return rates;
}

/** The line that sets our rates beside a peer's of the same rounds. */
export function pairedResult(
  what: Omit<Figure, "ours"> & { peer: string },
  own: readonly number[] = [],
  theirs: readonly number[] = [],
): BenchResult {
  const { workload, metric, peer, ...more } = what;
  return {
    workload,
    metric,
    ours: median([...own]),
    peer,
    theirs: median([...theirs]),
    ratio: median(own.map((rate, round) => rate / (theirs[round] ?? NaN))),
    runs: own.length,
    ...more,
  };
}

/** Seconds that some work took. */
export async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}
