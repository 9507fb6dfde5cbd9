import type { RankedScore } from "llama-reward/electron/renderer";

/** How far two models agree on the same answers. */
export interface Agreement {
  /** Pairs of answers that both put in the same order. */
  same: number;
  /** Pairs that they put in different orders; what one of them has for a tie counts in neither. */
  different: number;
  isSameBest: boolean;
}

/** @param first, second scores of the same candidates, by `index` */
export function agreementOf(first: readonly RankedScore[], second: readonly RankedScore[]): Agreement {
  const others = new Map(second.map(({ index, reward }) => [index, reward]));
  let same = 0;
  let different = 0;
  first.forEach((a, place) => {
    for (const b of first.slice(place + 1)) {
      const product =
        Math.sign(a.reward - b.reward) *
        Math.sign((others.get(a.index) ?? NaN) - (others.get(b.index) ?? NaN));
      if (product > 0) same += 1;
      if (product < 0) different += 1;
    }
  });
  return { same, different, isSameBest: first[0]?.index === second[0]?.index };
}
