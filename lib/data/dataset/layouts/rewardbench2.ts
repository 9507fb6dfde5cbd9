import { z } from "zod";
import type { Layout } from "./layout.js";
import { answersTo, identity, text, texts } from "./fields.js";

const schema = z.object({ ...identity, prompt: text, chosen: texts, rejected: texts, subset: text });

/** RewardBench 2, dataset allenai/reward-bench-2: lists of right and wrong answers. */
export const rewardBench2Layout: Layout = {
  name: "rewardbench2",
  title: "RewardBench 2",
  matches: (row) => "num_correct" in row && "subset" in row,
  parse(row) {
    const { id, prompt, chosen, rejected, subset } = schema.parse(row);
    return { id, subset, chosen: answersTo(prompt, chosen), rejected: answersTo(prompt, rejected) };
  },
};
