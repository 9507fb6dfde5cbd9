import { z } from "zod";
import type { Layout } from "./layout.js";
import { answersTo, identity, text } from "./fields.js";
import { helpSteerTurns } from "./marked-turns.js";

const schema = z.object({
  ...identity,
  prompt: text,
  response_1: text,
  response_2: text,
  preference_strength: z.number(),
});

/**
 * HelpSteer2 preference, dataset nvidia/HelpSteer2 (folder `preference`): `preference_strength` from −3 (response 1 much
 * better) to 3 (response 2 much better). 0 states no preference and gives no pair. Source: the dataset's card.
 */
export const helpSteer2Layout: Layout = {
  name: "helpsteer2",
  title: "HelpSteer2 preference",
  matches: (row) => "preference_strength" in row && "response_1" in row,
  parse(row) {
    const { id, prompt, response_1, response_2, preference_strength } = schema.parse(row);
    if (preference_strength === 0) return undefined;
    const turns = helpSteerTurns(prompt);
    const first = answersTo(turns, [response_1]);
    const second = answersTo(turns, [response_2]);
    return preference_strength < 0
      ? { id, subset: "", chosen: first, rejected: second }
      : { id, subset: "", chosen: second, rejected: first };
  },
};
