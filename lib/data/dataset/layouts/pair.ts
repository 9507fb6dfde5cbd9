import { z } from "zod";
import type { Layout } from "./layout.js";
import { answersTo, identity, optionalText, text, textOrMessages } from "./fields.js";

const schema = z.object({
  ...identity,
  prompt: textOrMessages,
  chosen: text,
  rejected: text,
  subset: optionalText,
});

/** The pair record of `score`: a prompt (text or messages) with a chosen and a rejected answer. */
export const pairLayout: Layout = {
  name: "pair",
  title: "prompt / chosen / rejected",
  matches: (row) => "prompt" in row && "chosen" in row && "rejected" in row,
  parse(row) {
    const { id, prompt, chosen, rejected, subset } = schema.parse(row);
    return { id, subset, chosen: answersTo(prompt, [chosen]), rejected: answersTo(prompt, [rejected]) };
  },
};
