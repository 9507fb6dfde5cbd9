import { pairMargin } from "../items/scored-item.js";
import { meansByKey, pushTo, defineBenchmark } from "./benchmark.js";
import { meanOfAll } from "../stats/mean.js";

/** Any chosen / rejected file: pair accuracy over all pairs, and by subset where the file names subsets. Ties count 0. */
export const pairs = defineBenchmark<number>({
  name: "pairs",
  title: "Pair accuracy",
  input: {
    layouts: [
      "pair",
      "message-pair",
      "helpsteer2",
      "helpsteer3",
      "hh-rlhf",
      "pku-saferlhf",
      "shp",
      "orca",
      "sharegpt-pair",
      "alpaca-pair",
      "rewardbench",
    ],
  },
  units(items) {
    const units = new Map<string, number[]>();
    for (const item of items) pushTo(units, item.subset, pairMargin(item) > 0 ? 1 : 0);
    return units;
  },
  figures(units) {
    return { subsets: meansByKey(units), sections: {}, average: meanOfAll(units.values()) };
  },
  weights(sizes) {
    return { average: sizes, sections: {} };
  },
});
