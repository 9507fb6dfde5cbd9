import { z } from "zod";
import type { Layout } from "./layout.js";
import { identity, text } from "./fields.js";
import { dialogueTurns, isDialogue } from "./marked-turns.js";

const answer = z.object({ answer: text, rank: z.number() });
const schema = z.object({ ...identity, prompt: text, answers: z.array(answer).min(2) });

/**
 * berkeley-nest/Nectar: `prompt` is a dialogue that ends with the assistant's mark, `answers` are ranked, 1 is the best. Source:
 * the dataset's card.
 */
export const nectarLayout: Layout = {
  name: "nectar",
  title: "Nectar",
  matches: (row) => Array.isArray(row["answers"]) && isDialogue(row["prompt"]),
  parse(row) {
    const { id, prompt, answers } = schema.parse(row);
    const best = answers.reduce((lowest, { rank }) => Math.min(lowest, rank), Infinity);
    const start = dialogueTurns(prompt).slice(0, -1);
    const scored = (isChosen: boolean): ReturnType<typeof dialogueTurns>[] =>
      answers
        .filter(({ rank }) => (rank === best) === isChosen)
        .map((each) => [...start, { role: "assistant", content: each.answer }]);
    const rejected = scored(false);
    return rejected.length === 0 ? undefined : { id, subset: "", chosen: scored(true), rejected };
  },
};
