import type { CandidateWithAttributes } from "./read-scores.js";

/** Mean of one attribute over the chosen and over the rejected answers. */
export interface AttributeMean {
  name: string;
  chosen: number;
  rejected: number;
  /** Mean weight the gate gave it, where the head has a gate. */
  gate?: number;
}

interface Sums {
  chosen: number;
  rejected: number;
  gate: number;
  chosenCount: number;
  rejectedCount: number;
  gateCount: number;
}

/** Adds up attributes record by record. */
export class AttributeMeans {
  readonly #sums = new Map<string, Sums>();

  add(chosen: readonly CandidateWithAttributes[], rejected: readonly CandidateWithAttributes[]): void {
    for (const candidate of chosen) this.#addCandidate(candidate, "chosen");
    for (const candidate of rejected) this.#addCandidate(candidate, "rejected");
  }

  #addCandidate({ attributes }: CandidateWithAttributes, side: "chosen" | "rejected"): void {
    for (const [name, { mean, gate }] of Object.entries(attributes ?? {})) {
      const sums = this.#sums.get(name) ?? {
        chosen: 0,
        rejected: 0,
        gate: 0,
        chosenCount: 0,
        rejectedCount: 0,
        gateCount: 0,
      };
      this.#sums.set(name, sums);
      sums[side] += mean;
      sums[`${side}Count`]++;
      if (gate !== undefined) {
        sums.gate += gate;
        sums.gateCount++;
      }
    }
  }

  /** In the order the attributes first came. */
  means(): AttributeMean[] {
    return [...this.#sums].map(([name, sums]) => ({
      name,
      chosen: sums.chosen / sums.chosenCount,
      rejected: sums.rejected / sums.rejectedCount,
      ...(sums.gateCount === 0 ? {} : { gate: sums.gate / sums.gateCount }),
    }));
  }
}
