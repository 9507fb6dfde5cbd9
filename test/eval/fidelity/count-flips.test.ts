import { expect, it } from "vitest";
import { countFlips } from "../../../lib/eval/fidelity/count-flips.js";

const of = (...rewards: number[]): { rewards: number[]; isLabelledPair: boolean } => ({
  rewards,
  isLabelledPair: true,
});

// Margins of the reference 4, −4, 0.1 and none; the other type turns the second and the third around. In rewards' deviations of 2 they are
// 2, 2 and 0.05 apart. The third is a near-tie: the margins' own deviation is 3.3.
const reference = [of(4, 0), of(-4, 0), of(0.1, 0), of(7)];
const other = [of(4, 0), of(1, 0), of(0.1, 0.2), of(9)];

it("counts pairs by the reference's margin, and records", () => {
  expect(countFlips(reference, other, 2)).toEqual({
    pairs: 3,
    flips: 2,
    nearTieFlips: 1,
    flipsByMargin: [
      { below: 0.02, pairs: 0, flips: 0 },
      { below: 0.05, pairs: 0, flips: 0 },
      { below: 0.1, pairs: 1, flips: 1 },
      { below: 0.25, pairs: 0, flips: 0 },
      { below: 0.5, pairs: 0, flips: 0 },
      { below: null, pairs: 2, flips: 1 },
    ],
    largestFlipMargin: 2,
    records: 3,
    flippedRecords: 1,
  });
});

it("counts a record with several candidates once", () => {
  // 3 > 2 > 1 becomes 1 > 2 > 3: three pairs of one record.
  const counts = countFlips([of(3, 2, 1), of(1, 0)], [of(1, 2, 3), of(1, 0)], 1);
  expect(counts).toMatchObject({ pairs: 4, flips: 3, nearTieFlips: 0, records: 2, flippedRecords: 1 });
});

it("has no bands where the rewards have no deviation", () => {
  expect(countFlips(reference, other, null)).toMatchObject({
    flips: 2,
    flipsByMargin: [],
    largestFlipMargin: null,
  });
});
