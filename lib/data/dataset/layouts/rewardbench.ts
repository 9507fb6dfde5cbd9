import { z } from "zod";
import type { Layout } from "./layout.js";
import { answersTo, identity, text } from "./fields.js";

const schema = z.object({ ...identity, prompt: text, chosen: text, rejected: text, subset: text });

/** RewardBench 1, dataset allenai/reward-bench: one prompt, one chosen, one rejected answer, a subset. */
export const rewardBenchLayout: Layout = {
  name: "rewardbench",
  title: "RewardBench",
  matches: (row) => "chosen_model" in row && "rejected_model" in row && "subset" in row,
  parse(row) {
    const { id, prompt, chosen, rejected, subset } = schema.parse(row);
    return { id, subset, chosen: answersTo(prompt, [chosen]), rejected: answersTo(prompt, [rejected]) };
  },
};
