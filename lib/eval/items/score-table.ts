import type { CandidateScore, ScoredItem } from "./scored-item.js";

/** Scored records in order, however they are held. */
export interface ScoredItems extends Iterable<ScoredItem> {
  readonly length: number;
}

/** A value that a candidate lacks. */
const ABSENT = Number.NaN;

/**
 * Scored records as columns of numbers: a few dozen bytes each, where objects take several hundred. A record is an object
 * only while somebody looks at it, so each look gives a new one.
 */
export class ScoreTable implements ScoredItems {
  readonly #positions: number[] = [];
  readonly #ids: string[] = [];
  readonly #subsets: string[] = [];
  readonly #knownSubsets = new Map<string, string>();
  readonly #chosenCounts: number[] = [];
  /** Where the candidates of each record end in the columns below; chosen ones come first. */
  readonly #ends: number[] = [];
  readonly #rewards: number[] = [];
  readonly #tokens: number[] = [];
  readonly #stds: number[] = [];

  get length(): number {
    return this.#positions.length;
  }

  add({ position, id, subset, chosen, rejected }: ScoredItem): void {
    this.#positions.push(position);
    this.#ids.push(id);
    this.#subsets.push(this.#shared(subset));
    this.#chosenCounts.push(chosen.length);
    for (const candidate of chosen) this.#addCandidate(candidate);
    for (const candidate of rejected) this.#addCandidate(candidate);
    this.#ends.push(this.#rewards.length);
  }

  *[Symbol.iterator](): Iterator<ScoredItem> {
    for (let record = 0, start = 0; record < this.length; record++) {
      const end = this.#ends[record] ?? start;
      const split = start + (this.#chosenCounts[record] ?? 0);
      yield {
        position: this.#positions[record] ?? 0,
        id: this.#ids[record] ?? "",
        subset: this.#subsets[record] ?? "",
        chosen: this.#candidates(start, split),
        rejected: this.#candidates(split, end),
      };
      start = end;
    }
  }

  /** One string for all records of a subset: each parsed line brings a copy of its own. */
  #shared(subset: string): string {
    const known = this.#knownSubsets.get(subset);
    if (known === undefined) this.#knownSubsets.set(subset, subset);
    return known ?? subset;
  }

  #addCandidate({ reward, tokens = ABSENT, std = ABSENT }: CandidateScore): void {
    this.#rewards.push(reward);
    this.#tokens.push(tokens);
    this.#stds.push(std);
  }

  #candidates(start: number, end: number): CandidateScore[] {
    const candidates: CandidateScore[] = [];
    for (let index = start; index < end; index++) {
      const tokens = this.#tokens[index] ?? ABSENT;
      const std = this.#stds[index] ?? ABSENT;
      candidates.push({
        reward: this.#rewards[index] ?? Number.NaN,
        ...(Number.isNaN(tokens) ? {} : { tokens }),
        ...(Number.isNaN(std) ? {} : { std }),
      });
    }
    return candidates;
  }
}
