import { z } from "zod";
import type { Layout } from "./layout.js";
import { answersTo, identity, text } from "./fields.js";

const schema = z.object({
  ...identity,
  prompt: text,
  response_0: text,
  response_1: text,
  better_response_id: z.literal([0, 1]),
});

/**
 * PKU-Alignment/PKU-SafeRLHF: two answers and which is more helpful, `better_response_id`. (`safer_response_id` states another
 * preference, and is not read.) Source: the dataset's card.
 */
export const pkuSafeRlhfLayout: Layout = {
  name: "pku-saferlhf",
  title: "PKU-SafeRLHF (more helpful)",
  matches: (row) => "better_response_id" in row && "response_0" in row,
  parse(row) {
    const { id, prompt, response_0, response_1, better_response_id } = schema.parse(row);
    const [first, second] = [answersTo(prompt, [response_0]), answersTo(prompt, [response_1])];
    const [chosen, rejected] = better_response_id === 0 ? [first, second] : [second, first];
    return { id, subset: "", chosen, rejected };
  },
};
